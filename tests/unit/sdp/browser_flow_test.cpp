#include "client.hpp"

using namespace akbuzat::sdp;

// The exchanges of tests/data/sdp once more: what the browsers sent then, and what they accepted as our part.

namespace {

struct Browser {
  std::string name;
  std::string vp8;
  std::string rtx;
  std::string opus;
  /// Lines of the camera's and the microphone's answer that differ.
  Lines cameraExtensions;
  Lines microphoneExtensions;
  ExtensionIds camera;
  ExtensionIds microphone;
};

const Browser kChromium{
    "chromium",
    "96",
    "97",
    "111",
    {"a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
     "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
     "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
     "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"},
    {"a=extmap:12 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
     "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
     "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
     "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid"},
    {.mid = 9, .rid = 10, .repairedRid = 11, .absSendTime = 2, .transportSequence = 4, .audioLevel = 0},
    {.mid = 9, .rid = 0, .repairedRid = 0, .absSendTime = 2, .transportSequence = 4, .audioLevel = 12}};

const Browser kFirefox{
    "firefox",
    "120",
    "124",
    "109",
    {"a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
     "a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
     "a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
     "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
     "a=extmap:10/recvonly urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"},
    {"a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
     "a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"},
    {.mid = 3, .rid = 9, .repairedRid = 10, .absSendTime = 4, .transportSequence = 7, .audioLevel = 0},
    {.mid = 3, .rid = 0, .repairedRid = 0, .absSendTime = 0, .transportSequence = 7, .audioLevel = 1}};

Lines joined(std::initializer_list<Lines> parts) {
  Lines all;
  for (const Lines& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Lines transportLines(const std::string& setup) {
  return {"c=IN IP4 0.0.0.0", "a=ice-ufrag:serverUfrag", "a=ice-pwd:serverpasswordserverpassword",
          "a=fingerprint:sha-256 " + std::string(kFingerprint), "a=setup:" + setup};
}

Lines vp8Lines(const std::string& payloadType, const std::string& rtx) {
  return {"a=rtcp-mux",
          "a=rtcp-rsize",
          "a=rtpmap:" + payloadType + " VP8/90000",
          "a=rtcp-fb:" + payloadType + " nack",
          "a=rtcp-fb:" + payloadType + " nack pli",
          "a=rtcp-fb:" + payloadType + " ccm fir",
          "a=rtcp-fb:" + payloadType + " goog-remb",
          "a=rtcp-fb:" + payloadType + " transport-cc",
          "a=rtpmap:" + rtx + " rtx/90000",
          "a=fmtp:" + rtx + " apt=" + payloadType};
}

const ReceiveParameters& receivingOn(const Negotiator::Outcome& outcome, const std::string& mid) {
  const auto found = std::find_if(outcome.receiving.begin(), outcome.receiving.end(),
                                  [&](const ReceiveParameters& one) { return one.mid == mid; });
  REQUIRE(found != outcome.receiving.end());
  return *found;
}

}  // namespace

TEST_CASE("a push of camera with simulcast, microphone and canvas is answered as both browsers accept it") {
  const Browser& browser = GENERATE(std::cref(kChromium), std::cref(kFirefox));
  INFO(browser.name);
  Negotiator negotiator(options());
  const std::string offer = fixture(browser.name + "_pushpull_1_offer");
  const auto outcome = offered(negotiator, offer);
  CHECK_FALSE(negotiator.offerOpen());

  CHECK(sectionOf(outcome.answer, -1) == Lines{"v=0", "o=- 1234567890123456789 1 IN IP4 127.0.0.1", "s=-", "t=0 0",
                                               "a=group:BUNDLE 0 1 2", "a=extmap-allow-mixed", "a=ice-lite"});
  CHECK(sectionOf(outcome.answer, 0) ==
        joined({{"m=video 9 UDP/TLS/RTP/SAVPF " + browser.vp8 + " " + browser.rtx},
                transportLines("passive"),
                {"a=mid:0"},
                browser.cameraExtensions,
                {"a=recvonly"},
                vp8Lines(browser.vp8, browser.rtx),
                {"a=rid:a recv", "a=rid:b recv", "a=simulcast:recv a;b",
                 "a=candidate:1 1 udp 2130706431 127.0.0.1 8787 typ host", "a=end-of-candidates"}}));
  Lines microphone = sectionOf(outcome.answer, 1);
  // Firefox does not offer reduced-size RTCP for audio.
  CHECK(has(microphone, "a=rtcp-rsize") == (browser.name == "chromium"));
  std::erase(microphone, "a=rtcp-rsize");
  CHECK(microphone == joined({{"m=audio 9 UDP/TLS/RTP/SAVPF " + browser.opus},
                              transportLines("passive"),
                              {"a=mid:1"},
                              browser.microphoneExtensions,
                              {"a=recvonly", "a=rtcp-mux", "a=rtpmap:" + browser.opus + " opus/48000/2",
                               "a=rtcp-fb:" + browser.opus + " transport-cc",
                               "a=fmtp:" + browser.opus + " minptime=10;useinbandfec=1"}}));
  const Lines canvas = sectionOf(outcome.answer, 2);
  CHECK(canvas.front() == "m=video 9 UDP/TLS/RTP/SAVPF " + browser.vp8 + " " + browser.rtx);
  CHECK(starting(canvas, "a=extmap:") == browser.cameraExtensions);
  CHECK(starting(canvas, "a=rid:").empty());
  CHECK(starting(canvas, "a=candidate:").empty());

  REQUIRE(midsOf(outcome.receiving) == Mids{"0", "1", "2"});
  CHECK(outcome.sending.empty());
  const ReceiveParameters& camera = outcome.receiving[0];
  CHECK(camera.kind == MediaKind::video);
  CHECK(camera.codec == CodecName::vp8);
  CHECK(std::to_string(camera.payloadType) == browser.vp8);
  CHECK(std::to_string(camera.rtxPayloadType) == browser.rtx);
  CHECK(camera.extensions == browser.camera);
  CHECK(camera.rids == Mids{"a", "b"});
  CHECK(camera.nack);
  CHECK(camera.transportCc);
  CHECK(camera.remb);
  const auto parsed = parse(offer);
  REQUIRE(parsed.has_value());
  if (browser.name == "chromium") {
    CHECK(camera.sources.empty());
  } else {
    const auto& groups = parsed->media[0].ssrcGroups;
    CHECK(camera.sources == std::vector<ReceiveParameters::Source>{{groups[0].ssrcs[0], groups[0].ssrcs[1]},
                                                                   {groups[1].ssrcs[0], groups[1].ssrcs[1]}});
  }
  const ReceiveParameters& voice = outcome.receiving[1];
  CHECK(voice.codec == CodecName::opus);
  CHECK(std::to_string(voice.payloadType) == browser.opus);
  CHECK(voice.rtxPayloadType == 0);
  CHECK(voice.extensions == browser.microphone);
  CHECK(voice.sources == std::vector<ReceiveParameters::Source>{{parsed->media[1].ssrcs[0], 0}});
  CHECK_FALSE(voice.nack);
  CHECK(voice.transportCc);
  const ReceiveParameters& screen = outcome.receiving[2];
  CHECK(screen.rids.empty());
  CHECK(screen.sources ==
        std::vector<ReceiveParameters::Source>{{parsed->media[2].ssrcs[0], parsed->media[2].ssrcs[1]}});

  const TransportAttributes transport = parsed->transportOf(parsed->media[0]);
  CHECK(outcome.remote.ufrag == transport.ufrag);
  CHECK(outcome.remote.password == transport.password);
  CHECK(outcome.remote.fingerprints == transport.fingerprints);
}

TEST_CASE("a pull after a push, a further push, a further pull") {
  const Browser& browser = GENERATE(std::cref(kChromium), std::cref(kFirefox));
  INFO(browser.name);
  Negotiator negotiator(options());
  offered(negotiator, fixture(browser.name + "_pushpull_1_offer"));
  CHECK(added(negotiator.addSending(CodecName::opus, "stream-opus track-opus")) == "s1");
  CHECK(added(negotiator.addSending(CodecName::vp8, "stream-vp8 track-vp8")) == "s2");
  const SendParameters voice = negotiator.sending("s1").value();
  const SendParameters picture = negotiator.sending("s2").value();
  CHECK_FALSE(negotiator.offerOpen());

  const std::string offer = negotiator.offer();
  CHECK(negotiator.offerOpen());
  CHECK(has(sectionOf(offer, -1), "o=- 1234567890123456789 2 IN IP4 127.0.0.1"));
  CHECK(has(sectionOf(offer, -1), "a=group:BUNDLE 0 1 2 s1 s2"));
  CHECK(has(sectionOf(offer, -1), "a=ice-lite"));
  // What is there stays as it is.
  const Lines camera = sectionOf(offer, 0);
  CHECK(has(camera, "a=setup:actpass"));
  CHECK(has(camera, "a=recvonly"));
  CHECK(has(camera, "a=simulcast:recv a;b"));
  CHECK(has(camera, "a=end-of-candidates"));
  // What is new uses the client's numbers.
  const std::string ssrc = std::to_string(picture.ssrc);
  const std::string rtxSsrc = std::to_string(picture.rtxSsrc);
  Lines added2 = sectionOf(offer, 4);
  const Lines extensions = starting(added2, "a=extmap:");
  std::erase_if(added2, [](const std::string& line) { return line.starts_with("a=extmap:"); });
  CHECK(added2 == joined({{"m=video 9 UDP/TLS/RTP/SAVPF " + browser.vp8 + " " + browser.rtx},
                          transportLines("actpass"),
                          {"a=mid:s2", "a=sendonly", "a=msid:stream-vp8 track-vp8"},
                          vp8Lines(browser.vp8, browser.rtx),
                          {"a=ssrc-group:FID " + ssrc + " " + rtxSsrc, "a=ssrc:" + ssrc + " cname:stream-vp8",
                           "a=ssrc:" + rtxSsrc + " cname:stream-vp8"}}));
  CHECK(extensions.size() == 5);
  CHECK(has(extensions, "a=extmap:" + std::to_string(browser.camera.mid) + " urn:ietf:params:rtp-hdrext:sdes:mid"));
  CHECK(voice.extensions.audioLevel == browser.microphone.audioLevel);
  CHECK(voice.rtxSsrc == 0);
  CHECK(picture.extensions.rid == 0);

  const auto outcome = answered(negotiator, fixture(browser.name + "_pushpull_2_answer"));
  CHECK_FALSE(negotiator.offerOpen());
  CHECK(midsOf(outcome.receiving) == Mids{"0", "1", "2"});
  CHECK(outcome.receiving[0].rids == Mids{"a", "b"});
  CHECK(midsOf(outcome.sending) == Mids{"s1", "s2"});
  CHECK(outcome.sending[1].ssrc == picture.ssrc);
  CHECK(outcome.sending[1].payloadType == picture.payloadType);
  CHECK(outcome.sending[1].rtxPayloadType == picture.rtxPayloadType);
  CHECK(outcome.sending[1].extensions == picture.extensions);
  CHECK(outcome.sending[1].nack);
  CHECK(outcome.sending[1].transportCc);

  // The client's next offer shows our sections again, recvonly.
  const auto pushed = offered(negotiator, fixture(browser.name + "_pushpull_3_offer"));
  CHECK(midsOf(pushed.receiving) == Mids{"0", "1", "2", "3"});
  CHECK(pushed.sending == outcome.sending);
  CHECK(has(sectionOf(pushed.answer, -1), "a=group:BUNDLE 0 1 2 s1 s2 3"));
  const Lines again = sectionOf(pushed.answer, 4);
  CHECK(has(again, "a=sendonly"));
  CHECK(has(again, "a=msid:stream-vp8 track-vp8"));
  CHECK(has(again, "a=ssrc-group:FID " + ssrc + " " + rtxSsrc));
  CHECK(again.front() == "m=video 9 UDP/TLS/RTP/SAVPF " + browser.vp8 + " " + browser.rtx);

  // The same track a second time: Chromium refuses a repeated msid.
  CHECK(added(negotiator.addSending(CodecName::vp8, "stream-vp8 track-vp8")) == "s3");
  CHECK(has(sectionOf(negotiator.offer(), 6), "a=msid:stream-vp8 track-vp8-s3"));
  const auto last = answered(negotiator, fixture(browser.name + "_pushpull_4_answer"));
  CHECK(midsOf(last.sending) == Mids{"s1", "s2", "s3"});
  CHECK(midsOf(last.receiving) == Mids{"0", "1", "2", "3"});
}

TEST_CASE("a pull before any push") {
  const Browser& browser = GENERATE(std::cref(kChromium), std::cref(kFirefox));
  INFO(browser.name);
  Negotiator negotiator(options());
  added(negotiator.addSending(CodecName::opus, "stream-opus track-opus"));
  added(negotiator.addSending(CodecName::vp8, "stream-vp8 track-vp8"));
  const std::string offer = negotiator.offer();
  CHECK(has(sectionOf(offer, -1), "a=group:BUNDLE s1 s2"));
  CHECK_FALSE(has(sectionOf(offer, -1), "a=extmap-allow-mixed"));
  CHECK(sectionOf(offer, 0).front() == "m=audio 9 UDP/TLS/RTP/SAVPF 111");
  CHECK(sectionOf(offer, 1).front() == "m=video 9 UDP/TLS/RTP/SAVPF 96 97");
  // Chromium takes no simulcast push later if its first video section lacks the extensions of rids.
  CHECK(starting(sectionOf(offer, 1), "a=extmap:").size() == 5);
  const auto outcome = answered(negotiator, fixture(browser.name + "_pullpush_1_answer"));
  CHECK(midsOf(outcome.sending) == Mids{"s1", "s2"});
  CHECK(outcome.receiving.empty());
  CHECK_FALSE(outcome.remote.ufrag.empty());
  CHECK(outcome.remote.fingerprints.size() == 1);

  const auto pushed = offered(negotiator, fixture(browser.name + "_pullpush_2_offer"));
  CHECK(midsOf(pushed.receiving) == Mids{"0", "1"});
  CHECK(receivingOn(pushed, "0").rids == Mids{"a", "b"});
  // Firefox keeps its own numbers for what it sends.
  CHECK(std::to_string(receivingOn(pushed, "0").payloadType) == browser.vp8);
  CHECK(pushed.sending == outcome.sending);

  added(negotiator.addSending(CodecName::opus, "stream-opus track-opus"));
  added(negotiator.addSending(CodecName::vp8, "stream-vp8 track-vp8"));
  CHECK(has(sectionOf(negotiator.offer(), -1), "a=group:BUNDLE s1 s2 0 1 s3 s4"));
  CHECK(midsOf(answered(negotiator, fixture(browser.name + "_pullpush_3_answer")).sending) ==
        Mids{"s1", "s2", "s3", "s4"});
  const auto last = offered(negotiator, fixture(browser.name + "_pullpush_4_offer"));
  CHECK(midsOf(last.receiving) == Mids{"0", "1", "2"});
  CHECK(midsOf(last.sending) == Mids{"s1", "s2", "s3", "s4"});
}

TEST_CASE("closing: the quirk of batches, and a pull that is given back") {
  const Browser& browser = GENERATE(std::cref(kChromium), std::cref(kFirefox));
  INFO(browser.name);
  Negotiator negotiator(options());
  CHECK(midsOf(offered(negotiator, fixture(browser.name + "_close_1_offer")).receiving) == Mids{"0", "1", "2"});
  added(negotiator.addSending(CodecName::opus, "stream-opus track-opus"));
  added(negotiator.addSending(CodecName::vp8, "stream-vp8 track-vp8"));
  (void)negotiator.offer();
  answered(negotiator, fixture(browser.name + "_close_2_answer"));

  // Both are closed, but only the first one's transceiver is stopped (protocol C.2).
  const auto closed = offered(negotiator, fixture(browser.name + "_close_3_offer"), {"1", "2"});
  CHECK(midsOf(closed.receiving) == Mids{"0"});
  CHECK(midsOf(closed.sending) == Mids{"s1", "s2"});
  CHECK(has(sectionOf(closed.answer, -1), "a=group:BUNDLE 0 2 s1 s2"));
  const Lines stopped = sectionOf(closed.answer, 1);
  CHECK(stopped.front().starts_with("m=video 0 UDP/TLS/RTP/SAVPF "));
  CHECK(Lines(stopped.begin() + 1, stopped.end()) == Lines{"c=IN IP4 0.0.0.0", "a=mid:1", "a=inactive"});
  CHECK(sectionOf(closed.answer, 2).front().starts_with("m=video 9 "));
  CHECK(has(sectionOf(closed.answer, 2), "a=inactive"));
  CHECK(has(sectionOf(closed.answer, 3), "a=sendonly"));

  const auto returned = offered(negotiator, fixture(browser.name + "_close_4_offer"), {"s2"});
  CHECK(midsOf(returned.sending) == Mids{"s1"});
  CHECK_FALSE(negotiator.sending("s2").has_value());
  CHECK(has(sectionOf(returned.answer, -1), "a=group:BUNDLE 0 2 s1"));
  // Closed once, closed for good: the transceiver that was forgotten still offers to send.
  CHECK(has(sectionOf(returned.answer, 2), "a=inactive"));
}

TEST_CASE("m-lines that both have given up are used again, for another kind too") {
  const Browser& browser = GENERATE(std::cref(kChromium), std::cref(kFirefox));
  INFO(browser.name);
  Negotiator negotiator(options());
  offered(negotiator, fixture(browser.name + "_recycle_1_offer"));
  added(negotiator.addSending(CodecName::opus, "stream-opus track-opus"));
  added(negotiator.addSending(CodecName::vp8, "stream-vp8 track-vp8"));
  (void)negotiator.offer();
  answered(negotiator, fixture(browser.name + "_recycle_2_answer"));
  offered(negotiator, fixture(browser.name + "_recycle_3_offer"), {"1"});
  offered(negotiator, fixture(browser.name + "_recycle_4_offer"), {"s2"});

  CHECK(added(negotiator.addSending(CodecName::opus, "stream-opus track-opus")) == "s3");
  CHECK(added(negotiator.addSending(CodecName::vp8, "stream-vp8 track-vp8")) == "s4");
  const std::string offer = negotiator.offer();
  // Before: 0, 1 (video, stopped), s1, s2 (video, stopped).
  CHECK(starting(linesOf(offer), "a=mid:") == Lines{"a=mid:0", "a=mid:s3", "a=mid:s1", "a=mid:s4"});
  CHECK(sectionOf(offer, 1).front() == "m=audio 9 UDP/TLS/RTP/SAVPF " + browser.opus);
  const auto outcome = answered(negotiator, fixture(browser.name + "_recycle_5_answer"));
  CHECK(midsOf(outcome.sending) == Mids{"s3", "s1", "s4"});
  CHECK(midsOf(offered(negotiator, fixture(browser.name + "_recycle_6_offer")).receiving) == Mids{"0", "2"});
}

TEST_CASE("the publisher's codec by setting") {
  Negotiator h264(options(CodecName::h264));
  // Firefox without its H.264 plugin falls back to VP8.
  CHECK(offered(h264, fixture("firefox_pushpull_1_offer")).receiving.at(0).codec == CodecName::vp8);
  Negotiator other(options(CodecName::h264));
  const auto outcome = offered(other, fixture("chromium_pushpull_1_offer"));
  CHECK(outcome.receiving.at(0).codec == CodecName::h264);
  const Lines camera = sectionOf(outcome.answer, 0);
  const Lines maps = starting(camera, "a=rtpmap:");
  REQUIRE(maps.size() == 2);
  CHECK(maps[0] == "a=rtpmap:108 H264/90000");
  CHECK(has(camera, "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"));
  CHECK(has(camera, "a=fmtp:109 apt=108"));

  Negotiator vp9(options(CodecName::vp9));
  const auto inVp9 = offered(vp9, fixture("firefox_pushpull_1_offer"));
  CHECK(inVp9.receiving.at(0).payloadType == 121);
  CHECK(has(sectionOf(inVp9.answer, 0), "a=fmtp:121 profile-id=0"));
  Negotiator av1(options(CodecName::av1));
  const auto inAv1 = offered(av1, fixture("chromium_pushpull_1_offer"));
  CHECK(inAv1.receiving.at(0).payloadType == 45);
  CHECK(inAv1.receiving.at(0).rtxPayloadType == 46);
}
