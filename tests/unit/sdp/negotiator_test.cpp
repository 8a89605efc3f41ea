#include "client.hpp"

using namespace akbuzat::sdp;

namespace {

boost::system::error_code refused(Negotiator& negotiator, const std::string& offer) {
  const auto outcome = negotiator.applyOffer(offer, {});
  REQUIRE_FALSE(outcome.has_value());
  return outcome.error();
}

boost::system::error_code mismatched(Negotiator& negotiator, const std::string& answer) {
  const auto outcome = negotiator.applyAnswer(answer);
  REQUIRE_FALSE(outcome.has_value());
  return outcome.error();
}

/// `section` with one of its lines replaced.
Client::Section with(Client::Section section, const std::string& line) {
  section.lines.push_back(line);
  return section;
}

}  // namespace

TEST_CASE("sections that cannot be used are rejected in their place") {
  Negotiator negotiator(options());
  const Client::Section g722{"g", "audio 9 UDP/TLS/RTP/SAVPF 9", {"rtpmap:9 G722/8000/1", "sendonly"}};
  const Client::Section data{"d", "application 9 UDP/DTLS/SCTP webrtc-datachannel", {"sctp-port:5000"}};
  const auto outcome = offered(
      negotiator, Client::describe({data, g722, Client::dead("x", "video"), Client::audio("a"), Client::video("v")}));
  CHECK(has(sectionOf(outcome.answer, -1), "a=group:BUNDLE a v"));
  CHECK(sectionOf(outcome.answer, 0) ==
        Lines{"m=application 0 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:d", "a=inactive"});
  CHECK(sectionOf(outcome.answer, 1).front() == "m=audio 0 UDP/TLS/RTP/SAVPF 9");
  CHECK(sectionOf(outcome.answer, 2).front() == "m=video 0 UDP/TLS/RTP/SAVPF 0");
  CHECK(has(sectionOf(outcome.answer, 3), "a=end-of-candidates"));
  CHECK_FALSE(has(sectionOf(outcome.answer, 4), "a=end-of-candidates"));
  CHECK(midsOf(outcome.receiving) == Mids{"a", "v"});
}

TEST_CASE("without a group only the first section can share our transport") {
  Negotiator negotiator(options());
  std::string offer = Client::describe({Client::audio("0"), Client::video("1")});
  offer.erase(offer.find("a=group"), std::string("a=group:BUNDLE 0 1\r\n").size());
  const auto outcome = offered(negotiator, offer);
  CHECK(midsOf(outcome.receiving) == Mids{"0"});
  CHECK(starting(linesOf(outcome.answer), "a=group").empty());
  CHECK(sectionOf(outcome.answer, 1).front().starts_with("m=video 0 "));
}

TEST_CASE("a section on which nobody sends is answered inactive, and can be used later") {
  Negotiator negotiator(options());
  const auto idle =
      offered(negotiator, Client::describe({Client::audio("0", "recvonly"), Client::video("1", "inactive")}));
  CHECK(has(sectionOf(idle.answer, 0), "a=inactive"));
  CHECK(has(sectionOf(idle.answer, 1), "a=inactive"));
  CHECK(idle.receiving.empty());
  const auto used = offered(negotiator, Client::describe({Client::audio("0", "sendrecv"), Client::video("1")}));
  CHECK(has(sectionOf(used.answer, 0), "a=recvonly"));
  CHECK(midsOf(used.receiving) == Mids{"0", "1"});
}

TEST_CASE("every description has a higher version") {
  Negotiator negotiator(options());
  std::vector<std::string> origins;
  origins.push_back(sectionOf(offered(negotiator, Client::describe({Client::audio("0")})).answer, -1).at(1));
  added(negotiator.addSending(CodecName::opus, ""));
  origins.push_back(sectionOf(negotiator.offer(), -1).at(1));
  added(negotiator.addSending(CodecName::opus, ""));
  origins.push_back(sectionOf(negotiator.offer(), -1).at(1));
  for (std::size_t i = 0; i < origins.size(); ++i) {
    CHECK(origins[i] == "o=- 1234567890123456789 " + std::to_string(i + 1) + " IN IP4 127.0.0.1");
  }
}

TEST_CASE("a client's section may not vanish, change its kind or its mid while it lives") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")}));
  CHECK(refused(negotiator, Client::describe({Client::audio("0")})) == errc::sectionsChanged);
  CHECK(refused(negotiator, Client::describe({Client::video("1"), Client::audio("0")})) == errc::sectionsChanged);
  CHECK(refused(negotiator, Client::describe({Client::audio("0"), Client::audio("1")})) == errc::sectionsChanged);
  CHECK(refused(negotiator, Client::describe({Client::audio("0"), Client::video("2")})) == errc::sectionsChanged);
  // Nothing has changed by that.
  const auto outcome = offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")}));
  CHECK(midsOf(outcome.receiving) == Mids{"0", "1"});
  CHECK(has(sectionOf(outcome.answer, -1), "o=- 1234567890123456789 2 IN IP4 127.0.0.1"));
}

TEST_CASE("the client's transport: of the BUNDLE-tag, else of the session; the last known without live sections") {
  Negotiator negotiator(options());
  std::string offer = Client::describe({Client::audio("0"), Client::video("1")});
  std::string session = offer;
  for (const std::string line :
       {"a=ice-ufrag:client\r\n", "a=ice-pwd:clientpasswordclientpassword\r\n", "a=fingerprint:sha-256 AB:CD\r\n"}) {
    session.replace(session.find(line), line.size(), "");
    session.replace(session.find("t=0 0\r\n"), 7, "t=0 0\r\n" + line);
  }
  CHECK(refused(negotiator, offer.substr(0, offer.find("a=ice-ufrag"))) == errc::missingTransport);
  const auto outcome = offered(negotiator, session);
  CHECK(outcome.remote.ufrag == "client");
  CHECK(outcome.remote.fingerprints == std::vector<Fingerprint>{{"sha-256", "AB:CD"}});

  std::string other = Client::describe({Client::dead("0"), Client::video("1")});
  other.replace(other.find("ice-ufrag:client"), 16, "ice-ufrag:second");
  CHECK(offered(negotiator, other).remote.ufrag == "second");
  const auto none = offered(negotiator, Client::describe({Client::dead("0"), Client::dead("1", "video")}));
  CHECK(none.remote.ufrag == "second");
  CHECK(starting(linesOf(none.answer), "a=group").empty());
}

TEST_CASE("an offer of the client takes ours back; what we wanted comes with the next") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  CHECK(added(negotiator.addSending(CodecName::opus, "")) == "s1");
  CHECK(added(negotiator.addSending(CodecName::vp8, "")) == "s2");
  const SendParameters before = negotiator.sending("s2").value();
  CHECK(starting(linesOf(negotiator.offer()), "a=mid:") == Lines{"a=mid:0", "a=mid:s1", "a=mid:s2"});

  const auto outcome = offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")}));
  CHECK_FALSE(negotiator.offerOpen());
  CHECK(starting(linesOf(outcome.answer), "a=mid:") == Lines{"a=mid:0", "a=mid:1"});
  CHECK(midsOf(outcome.sending) == Mids{"s1", "s2"});
  CHECK(negotiator.sending("s2") == before);
  CHECK(mismatched(negotiator, Client::answer({Client::audio("0")})) == errc::noOffer);

  CHECK(starting(linesOf(negotiator.offer()), "a=mid:") == Lines{"a=mid:0", "a=mid:1", "a=mid:s1", "a=mid:s2"});
  const auto agreed =
      answered(negotiator, Client::answer({Client::audio("0"), Client::video("1"), Client::audio("s1", "recvonly"),
                                           Client::video("s2", "recvonly")}));
  CHECK(midsOf(agreed.sending) == Mids{"s1", "s2"});
  CHECK(agreed.sending[1].ssrc == before.ssrc);
}

TEST_CASE("numbers follow the client if its description is the first that counts") {
  Negotiator negotiator(options());
  added(negotiator.addSending(CodecName::vp8, ""));
  CHECK(negotiator.sending("s1")->payloadType == 96);
  (void)negotiator.offer();
  const Client::Section video{
      "0",
      "video 9 UDP/TLS/RTP/SAVPF 120 124 96",
      {"rtpmap:120 VP8/90000", "rtpmap:124 rtx/90000", "fmtp:124 apt=120", "rtpmap:96 H265/90000", "sendonly"}};
  offered(negotiator, Client::describe({video}));
  CHECK(negotiator.sending("s1")->payloadType == 120);
  CHECK(negotiator.sending("s1")->rtxPayloadType == 124);
  CHECK(sectionOf(negotiator.offer(), 1).front() == "m=video 9 UDP/TLS/RTP/SAVPF 120 124");
}

TEST_CASE("the client has taken our offer, but its answer was lost on the way") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::vp8, ""));
  const auto ssrc = negotiator.sending("s1")->ssrc;
  (void)negotiator.offer();
  const auto outcome =
      offered(negotiator, Client::describe({Client::audio("0"), Client::video("s1", "recvonly"), Client::audio("1")}));
  CHECK(has(sectionOf(outcome.answer, 1), "a=sendonly"));
  CHECK(midsOf(outcome.sending) == Mids{"s1"});
  CHECK(outcome.sending[0].ssrc == ssrc);
  // A mid of ours for something else is the client's mistake.
  added(negotiator.addSending(CodecName::vp8, ""));
  CHECK(refused(negotiator, Client::describe({Client::audio("0"), Client::video("s1", "recvonly"), Client::audio("1"),
                                              Client::audio("s2")})) == errc::repeatedMid);
}

TEST_CASE("mids of ours are none that the client has used") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("s1"), Client::video("s7")}));
  CHECK(added(negotiator.addSending(CodecName::opus, "")) == "s8");
}

TEST_CASE("a push without an offer, and in both directions") {
  Negotiator negotiator(options());
  CHECK(added(negotiator.addReceiving(MediaKind::audio, true)) == "s1");
  CHECK(added(negotiator.addReceiving(MediaKind::video, false)) == "s2");
  const std::string offer = negotiator.offer();
  CHECK(has(sectionOf(offer, 0), "a=sendrecv"));
  CHECK(starting(sectionOf(offer, 0), "a=ssrc:").size() == 1);
  CHECK(has(sectionOf(offer, 1), "a=recvonly"));
  CHECK(starting(sectionOf(offer, 1), "a=ssrc:").empty());
  const auto outcome = answered(
      negotiator, Client::answer({with(Client::audio("s1", "sendrecv"), "ssrc:7 cname:x"), Client::video("s2")}));
  CHECK(midsOf(outcome.receiving) == Mids{"s1", "s2"});
  CHECK(outcome.receiving[0].sources == std::vector<ReceiveParameters::Source>{{7, 0}});
  CHECK(midsOf(outcome.sending) == Mids{"s1"});
  CHECK(
      has(sectionOf(
              offered(negotiator, Client::describe({Client::audio("s1", "sendrecv"), Client::video("s2")})).answer, 0),
          "a=sendrecv"));
}

TEST_CASE("answers that do not fit are refused and change nothing") {
  Negotiator negotiator(options());
  CHECK(mismatched(negotiator, Client::answer({})) == errc::noOffer);
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::vp8, ""));
  (void)negotiator.offer();
  const auto good = Client::answer({Client::audio("0"), Client::video("s1", "recvonly")});
  CHECK(mismatched(negotiator, "nonsense") == errc::malformedLine);
  CHECK(mismatched(negotiator, Client::answer({Client::audio("0")})) == errc::answerMismatch);
  CHECK(mismatched(negotiator, Client::answer({Client::video("0"), Client::video("s1")})) == errc::answerMismatch);
  CHECK(mismatched(negotiator, Client::answer({Client::audio("0"), Client::video("1")})) == errc::answerMismatch);
  CHECK(mismatched(negotiator, Client::describe({Client::audio("0"), Client::video("s1")}, "passive")) ==
        errc::answerMismatch);
  std::string unbundled = good;
  unbundled.replace(unbundled.find("BUNDLE 0 s1"), 11, "BUNDLE 0");
  CHECK(mismatched(negotiator, unbundled) == errc::answerMismatch);
  std::string bare = good;
  for (auto at = bare.find("a=fingerprint"); at != std::string::npos; at = bare.find("a=fingerprint")) {
    bare.erase(at, std::string("a=fingerprint:sha-256 AB:CD\r\n").size());
  }
  CHECK(mismatched(negotiator, bare) == errc::missingTransport);
  CHECK(negotiator.offerOpen());
  CHECK(midsOf(answered(negotiator, good).sending) == Mids{"s1"});
}

TEST_CASE("an answer may refuse, or lack the codec, and the section is free again") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::vp9, ""));
  added(negotiator.addSending(CodecName::h264, ""));
  (void)negotiator.offer();
  const auto outcome = answered(
      negotiator, Client::answer({Client::audio("0"), Client::dead("s1", "video"), Client::video("s2", "recvonly")}));
  CHECK(outcome.sending.empty());
  CHECK(midsOf(outcome.receiving) == Mids{"0"});
  CHECK_FALSE(negotiator.sending("s1").has_value());
  CHECK_FALSE(negotiator.sending("s2").has_value());
  added(negotiator.addSending(CodecName::vp8, ""));
  CHECK(starting(linesOf(negotiator.offer()), "m=") == Lines{"m=audio 9 UDP/TLS/RTP/SAVPF 111",
                                                             "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
                                                             "m=video 0 UDP/TLS/RTP/SAVPF 102 103"});
}

TEST_CASE("an answer without RTX or an extension goes without") {
  Negotiator negotiator(options());
  added(negotiator.addSending(CodecName::vp8, ""));
  (void)negotiator.offer();
  const Client::Section bare{
      "s1",
      "video 9 UDP/TLS/RTP/SAVPF 96",
      {"rtpmap:96 VP8/90000", "recvonly", "extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
       // Neither offered under this id nor at all.
       "extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "extmap:6 urn:3gpp:video-orientation"}};
  const auto outcome = answered(negotiator, Client::answer({bare}));
  REQUIRE(midsOf(outcome.sending) == Mids{"s1"});
  CHECK(outcome.sending[0].rtxPayloadType == 0);
  CHECK(outcome.sending[0].extensions == ExtensionIds{.mid = 3});
  CHECK_FALSE(outcome.sending[0].nack);
  CHECK_FALSE(outcome.sending[0].transportCc);
}

TEST_CASE("an msid is made of what RFC 8830 allows") {
  Negotiator negotiator(options());
  added(negotiator.addSending(CodecName::opus, "my stream\r\na=evil:1 x"));
  added(negotiator.addSending(CodecName::opus, std::string(100, 's') + " tr\r\nack"));
  added(negotiator.addSending(CodecName::opus, ""));
  const std::string offer = negotiator.offer();
  CHECK(has(sectionOf(offer, 0), "a=msid:my stream--a-evil-1"));
  CHECK(has(sectionOf(offer, 1), "a=msid:" + std::string(64, 's') + " tr--ack"));
  CHECK(starting(sectionOf(offer, 2), "a=msid").empty());
  CHECK(starting(sectionOf(offer, 2), "a=ssrc:").at(0).ends_with("cname:s3"));
}

TEST_CASE("SSRCs of a connection never repeat") {
  Negotiator negotiator(options());
  std::vector<std::uint32_t> all;
  for (int i = 0; i < 100; ++i) {
    const auto mid = added(negotiator.addSending(CodecName::vp8, ""));
    all.push_back(negotiator.sending(mid)->ssrc);
    all.push_back(negotiator.sending(mid)->rtxSsrc);
  }
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  CHECK(all.front() != 0);
}

TEST_CASE("there are as many sections as a description may have, and no more") {
  Negotiator negotiator(options());
  for (std::size_t i = 0; i < kMaxMediaSections; ++i) added(negotiator.addSending(CodecName::opus, ""));
  CHECK(negotiator.addSending(CodecName::opus, "").error() == errc::tooManySections);
  CHECK(negotiator.addReceiving(MediaKind::audio, false).error() == errc::tooManySections);
  CHECK(starting(linesOf(negotiator.offer()), "m=").size() == kMaxMediaSections);
  CHECK(negotiator.addSending(CodecName::opus, "").error() == errc::tooManySections);
}

TEST_CASE("a client that fills all sections leaves ours waiting") {
  Negotiator negotiator(options());
  added(negotiator.addSending(CodecName::opus, ""));
  std::vector<Client::Section> many;
  for (std::size_t i = 0; i < kMaxMediaSections; ++i) many.push_back(Client::audio(std::to_string(i)));
  offered(negotiator, Client::describe(many));
  CHECK(starting(linesOf(negotiator.offer()), "m=").size() == kMaxMediaSections);
  many.back() = Client::dead(many.back().mid);
  CHECK(midsOf(offered(negotiator, Client::describe(many)).sending) == Mids{"s1"});
  CHECK(has(linesOf(negotiator.offer()), "a=mid:s1"));
}
