#include "client.hpp"

using namespace akbuzat::sdp;

TEST_CASE("what is written is read as the same") {
  for (const std::string browser : {"chromium", "firefox"}) {
    for (const char* name : {"pushpull_1_offer", "pushpull_2_answer", "pushpull_3_offer", "pushpull_4_answer",
                             "pullpush_1_answer", "close_3_offer", "close_4_offer", "recycle_6_offer"}) {
      INFO(browser << ' ' << name);
      const auto description = parse(fixture(browser + "_" + name));
      REQUIRE(description.has_value());
      const std::string text = write(*description);
      const auto again = parse(text);
      REQUIRE(again.has_value());
      CHECK(*again == *description);
      CHECK(write(*again) == text);
    }
  }
}

TEST_CASE("every member is written") {
  SessionDescription description;
  description.originSessionId = "5";
  description.originVersion = 6;
  description.iceLite = true;
  description.extmapAllowMixed = true;
  description.bundle = {"a", "b"};
  description.transport.fingerprints = {{"sha-256", "AB:CD"}};
  MediaDescription& media = description.media.emplace_back();
  media.kind = MediaKind::video;
  media.kindText = "video";
  media.port = 9;
  media.protocol = "UDP/TLS/RTP/SAVPF";
  media.formats = {"96"};
  media.mid = "a";
  media.direction = Direction::recvonly;
  media.rtcpMux = true;
  media.rtcpRsize = true;
  media.bundleOnly = true;
  media.transport = {.ufrag = "u", .password = "p", .fingerprints = {}, .setup = Setup::passive};
  media.codecs = {{.payloadType = 96,
                   .name = "opus",
                   .clockRate = 48'000,
                   .channels = 2,
                   .parameters = "x=1",
                   .feedback = {"nack", "nack pli"}}};
  media.extensions = {{3, "urn:x", Direction::recvonly}, {4, "urn:y", std::nullopt}};
  media.msid = "s t";
  media.ssrcs = {1, 2};
  media.cname = "c";
  media.ssrcGroups = {{"FID", {1, 2}}};
  media.rids = {{"h", false}, {"l", true}};
  media.simulcastSend = {"l"};
  media.simulcastRecv = {"h"};
  media.candidates = {"candidate:1 1 udp 1 192.0.2.1 9 typ host"};
  media.endOfCandidates = true;
  media.sctpPort = 5000;
  media.maxMessageSize = 7;

  const std::string text = write(description);
  CHECK(text ==
        "v=0\r\no=- 5 6 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a b\r\na=extmap-allow-mixed\r\n"
        "a=ice-lite\r\na=fingerprint:sha-256 AB:CD\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n"
        "a=bundle-only\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:passive\r\na=mid:a\r\na=extmap:3/recvonly urn:x\r\n"
        "a=extmap:4 urn:y\r\na=recvonly\r\na=msid:s t\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:96 opus/48000/2\r\n"
        "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=fmtp:96 x=1\r\na=rid:h recv\r\na=rid:l send\r\n"
        "a=simulcast:send l recv h\r\na=ssrc-group:FID 1 2\r\na=ssrc:1 cname:c\r\na=ssrc:2 cname:c\r\n"
        "a=sctp-port:5000\r\na=max-message-size:7\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
        "a=end-of-candidates\r\n");
  const auto again = parse(text);
  REQUIRE(again.has_value());
  CHECK(*again == description);
}
