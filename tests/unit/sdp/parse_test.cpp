#include "client.hpp"

using namespace akbuzat::sdp;

namespace {

const std::string kHead = "v=0\r\no=- 42 7 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const std::string kMedia = "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:0\r\n";

SessionDescription parsed(const std::string& text) {
  INFO(text);
  auto result = parse(text);
  if (!result) FAIL(result.error().message());
  return *result;
}

MediaDescription section(const std::string& lines) { return parsed(kHead + kMedia + lines).media.at(0); }

boost::system::error_code refused(const std::string& text) {
  INFO(text.substr(0, 500));
  const auto result = parse(text);
  REQUIRE_FALSE(result.has_value());
  return result.error();
}

boost::system::error_code refusedLine(const std::string& line) { return refused(kHead + kMedia + line + "\r\n"); }

}  // namespace

TEST_CASE("Chromium's push is read") {
  const SessionDescription offer = parsed(fixture("chromium_pushpull_1_offer"));
  CHECK(offer.bundle == Mids{"0", "1", "2"});
  CHECK(offer.extmapAllowMixed);
  CHECK(offer.transport == TransportAttributes{});
  REQUIRE(offer.media.size() == 3);

  const MediaDescription& camera = offer.media[0];
  CHECK(camera.kind == MediaKind::video);
  CHECK(camera.direction == Direction::sendonly);
  CHECK(camera.port == 9);
  CHECK_FALSE(camera.bundleOnly);
  CHECK(camera.rtcpMux);
  CHECK(camera.rtcpRsize);
  CHECK(camera.simulcastSend == Mids{"a", "b"});
  CHECK(camera.simulcastRecv.empty());
  CHECK(camera.rids == std::vector<Rid>{{"a", true}, {"b", true}});
  CHECK(camera.ssrcs.empty());
  CHECK(camera.transport.ufrag.has_value());
  CHECK(camera.transport.password.has_value());
  CHECK(camera.transport.setup == Setup::actpass);
  REQUIRE(camera.transport.fingerprints.size() == 1);
  CHECK(camera.transport.fingerprints[0].algorithm == "sha-256");
  REQUIRE(camera.codecs.size() == camera.formats.size());
  CHECK(camera.codecs[0] == Codec{.payloadType = 96,
                                  .name = "VP8",
                                  .clockRate = 90'000,
                                  .channels = 1,
                                  .parameters = "",
                                  .feedback = {"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"}});
  CHECK(camera.codecs[1].name == "rtx");
  CHECK(camera.codecs[1].parameter("apt") == "96");
  CHECK(has(Lines{camera.msid.value_or("")}, *camera.msid));
  CHECK(camera.msid->starts_with("- "));

  const MediaDescription& microphone = offer.media[1];
  CHECK(microphone.codecs[0].channels == 2);
  CHECK(microphone.codecs[0].parameter("useinbandfec") == "1");
  CHECK(microphone.ssrcs.size() == 1);
  const MediaDescription& canvas = offer.media[2];
  REQUIRE(canvas.ssrcGroups.size() == 1);
  CHECK(canvas.ssrcGroups[0].semantics == "FID");
  CHECK(canvas.ssrcGroups[0].ssrcs == canvas.ssrcs);
}

TEST_CASE("Firefox's push is read: bundle-only, session level fingerprint, directions of extensions") {
  const SessionDescription offer = parsed(fixture("firefox_pushpull_1_offer"));
  CHECK(offer.bundle == Mids{"0", "1", "2"});
  CHECK(offer.transport.fingerprints.size() == 1);
  REQUIRE(offer.media.size() == 3);
  CHECK(offer.media[1].port == 0);
  CHECK(offer.media[1].bundleOnly);
  CHECK_FALSE(offer.media[1].rejected());
  CHECK(offer.transportOf(offer.media[1]).fingerprints == offer.transport.fingerprints);
  CHECK(offer.transportOf(offer.media[1]).ufrag == offer.media[1].transport.ufrag);

  const MediaDescription& camera = offer.media[0];
  CHECK(camera.ssrcs.size() == 4);
  CHECK(camera.ssrcGroups.size() == 2);
  const auto& extensions = camera.extensions;
  const auto rid = std::find_if(extensions.begin(), extensions.end(), [](const ExtensionMapping& mapping) {
    return mapping.uri == "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
  });
  REQUIRE(rid != extensions.end());
  CHECK(rid->direction == Direction::sendonly);

  const MediaDescription& microphone = offer.media[1];
  CHECK(microphone.codecs[0].parameter("stereo") == "1");
  // "G722/8000/1"
  CHECK(microphone.codecs[1].name == "G722");
  CHECK(microphone.codecs[1].channels == 1);
}

TEST_CASE("lines may end in LF, and their order does not matter") {
  const SessionDescription description = parsed(
      "v=0\no=- 1 2 IN IP4 0.0.0.0\ns=-\nt=0 0\nm=video 9 UDP/TLS/RTP/SAVPF 96\na=fmtp:96 max-fr=60;max-fs=12288\n"
      "a=rtcp-fb:96 nack\na=setup:actpass\na=rtpmap:96 VP8/90000\na=mid:x\na=recvonly\n");
  REQUIRE(description.media.size() == 1);
  CHECK(description.media[0].mid == "x");
  CHECK(description.media[0].direction == Direction::recvonly);
  CHECK(description.media[0].codecs.at(0).parameter("max-fs") == "12288");
  CHECK(description.media[0].codecs.at(0).parameter("MAX-FR") == "60");
  CHECK_FALSE(description.media[0].codecs.at(0).parameter("max").has_value());
  CHECK(description.media[0].codecs.at(0).feedback == Lines{"nack"});
}

TEST_CASE("codecs come in the order of the m-line; formats without rtpmap are none") {
  const auto video = section("a=rtpmap:97 rtx/90000\r\na=rtpmap:96 vp8/90000\r\na=rtpmap:98 VP9/90000\r\n");
  REQUIRE(video.codecs.size() == 2);
  CHECK(video.codecs[0].payloadType == 96);
  CHECK(video.codecs[1].payloadType == 97);
  const auto audio = parsed(kHead + "m=audio 9 UDP/TLS/RTP/SAVPF 0 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n");
  CHECK(audio.media[0].formats == Lines{"0", "111"});
  CHECK(audio.media[0].codecs.size() == 1);
}

TEST_CASE("rtcp-fb:* holds for every codec of the section") {
  const auto video = section(
      "a=rtcp-fb:* nack\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\n"
      "a=rtpmap:97 VP9/90000\r\n");
  CHECK(video.codecs.at(0).feedback == Lines{"nack pli", "nack"});
  CHECK(video.codecs.at(1).feedback == Lines{"nack"});
}

TEST_CASE("simulcast: of each set of alternatives the first, without the mark of pausing") {
  CHECK(section("a=simulcast:send a;b\r\n").simulcastSend == Mids{"a", "b"});
  CHECK(section("a=simulcast:send a,b;~c\r\n").simulcastSend == Mids{"a", "c"});
  const auto both = section("a=simulcast:recv x send ~y,z\r\n");
  CHECK(both.simulcastRecv == Mids{"x"});
  CHECK(both.simulcastSend == Mids{"y"});
}

TEST_CASE("session level attributes") {
  const auto description = parsed(
      kHead + "a=group:LS 0\r\na=group:BUNDLE 0\r\na=ice-lite\r\na=sendonly\r\na=ice-ufrag:u\r\na=setup:active\r\n" +
      kMedia + "a=ice-ufrag:v\r\n" + "m=audio 9 X 0\r\na=mid:1\r\na=inactive\r\n");
  CHECK(description.originSessionId == "42");
  CHECK(description.originVersion == 7);
  CHECK(description.bundle == Mids{"0"});
  CHECK(description.iceLite);
  CHECK(description.media[0].direction == Direction::sendonly);
  CHECK(description.media[1].direction == Direction::inactive);
  CHECK(description.transportOf(description.media[0]).ufrag == "v");
  CHECK(description.transportOf(description.media[1]).ufrag == "u");
  CHECK(description.transportOf(description.media[1]).setup == Setup::active);
}

TEST_CASE("data channels, extension ids to be agreed on later, and unknown attributes") {
  const auto data = parsed(kHead +
                           "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\na=sctp-port:5000\r\n"
                           "a=max-message-size:1099511627776\r\na=fmtp:webrtc-datachannel x\r\n");
  CHECK(data.media[0].kind == MediaKind::application);
  CHECK(data.media[0].sctpPort == 5000);
  CHECK(data.media[0].maxMessageSize == 0xffff'ffffU);
  const auto video = section("a=extmap:4096 urn:x\r\na=extmap:15 urn:y\r\na=whatever\r\na=what:ever\r\nb=AS:1\r\n");
  CHECK(video.extensions == std::vector<ExtensionMapping>{{15, "urn:y", std::nullopt}});
}

TEST_CASE("a section needs a mid of its own") {
  CHECK(refused(kHead + "m=audio 9 X 0\r\n") == errc::missingMid);
  CHECK(refused(kHead + "m=audio 0 X 0\r\na=bundle-only\r\n") == errc::missingMid);
  CHECK(refused(kHead + kMedia + kMedia) == errc::repeatedMid);
  CHECK(parsed(kHead + "m=audio 0 X 0\r\nm=audio 0 X 0\r\n").media.size() == 2);
}

TEST_CASE("malformed lines are refused") {
  CHECK(refused("") == errc::malformedLine);
  CHECK(refused("hello") == errc::malformedLine);
  CHECK(refused("v=1\r\n") == errc::malformedLine);
  CHECK(refused("v=0\r\no=-\r\n") == errc::malformedLine);
  CHECK(refused("v=0\r\no=- 1 x IN IP4 1\r\n") == errc::malformedLine);
  for (const char* media : {"m=", "m=audio", "m=audio x Y 0", "m=audio 70000 Y 0", "m=audio 9 Y", "m=au(dio 9 Y 0"}) {
    CHECK(refused(kHead + media + "\r\n") == errc::malformedLine);
  }
  for (const char* line : {"nonsense",
                           "a=mid:",
                           "a=mid:a b",
                           "a=rtpmap:96 VP8",
                           "a=rtpmap:128 VP8/90000",
                           "a=rtpmap:x VP8/90000",
                           "a=rtpmap:96 VP8/90000/x",
                           "a=rtcp-fb:96",
                           "a=rtcp-fb:x nack",
                           "a=extmap:0 urn:x",
                           "a=extmap:x urn:x",
                           "a=extmap:3",
                           "a=extmap:3/up urn:x",
                           "a=ssrc:x cname:y",
                           "a=ssrc:4294967296 cname:y",
                           "a=ssrc-group:FID x",
                           "a=ssrc-group:",
                           "a=rid:a",
                           "a=rid:a up",
                           "a=rid:a,b send",
                           "a=simulcast:send",
                           "a=simulcast:up a",
                           "a=simulcast:send ;a",
                           "a=simulcast:send a send b",
                           "a=setup:maybe",
                           "a=fingerprint:sha-256",
                           "a=fingerprint:sha-256 XY",
                           "a=ice-ufrag:",
                           "a=ice-pwd:a b",
                           "a=msid:",
                           "a=sctp-port:x",
                           "a=max-message-size:-1",
                           "a=mi\rd:1"}) {
    INFO(line);
    CHECK(refusedLine(line) == errc::malformedLine);
  }
  CHECK(refusedLine(std::string("a=mid:\0", 7)) == errc::malformedLine);
}

TEST_CASE("a description cannot make us keep more than the bounds") {
  CHECK(refused(kHead + std::string(kMaxDescriptionBytes, 'x')) == errc::tooLong);
  std::string many = kHead;
  for (std::size_t i = 0; i < kMaxMediaSections; ++i) many += "m=audio 9 X 0\r\na=mid:" + std::to_string(i) + "\r\n";
  CHECK(parsed(many).media.size() == kMaxMediaSections);
  CHECK(refused(many + "m=audio 9 X 0\r\na=mid:x\r\n") == errc::tooManySections);

  const auto repeated = [](const std::string& line, int count) {
    std::string lines;
    for (int i = 1; i <= count; ++i) lines += line + std::to_string(i) + " x:y\r\n";
    return kHead + kMedia + lines;
  };
  CHECK(parsed(repeated("a=ssrc:", 64)).media[0].ssrcs.size() == 64);
  CHECK(refused(repeated("a=ssrc:", 65)) == errc::malformedLine);
  CHECK(parsed(repeated("a=extmap:", 64)).media[0].extensions.size() == 64);
  CHECK(refused(repeated("a=extmap:", 65)) == errc::malformedLine);
  CHECK(parsed(repeated("a=candidate:", 1000)).media[0].candidates.size() == 64);
  std::string formats = kHead + "m=audio 9 X";
  for (int i = 0; i < 129; ++i) formats += " 0";
  CHECK(refused(formats + "\r\na=mid:0\r\n") == errc::malformedLine);
}

TEST_CASE("every error has a sentence") {
  for (int code = 1; code <= static_cast<int>(errc::answerMismatch); ++code) {
    const boost::system::error_code error = static_cast<errc>(code);
    CHECK(error.message().back() == '.');
    CHECK(std::string(error.category().name()) == "akbuzat.sdp");
  }
}
