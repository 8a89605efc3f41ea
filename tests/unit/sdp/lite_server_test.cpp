// A peer that is a server and an ICE-lite agent: we offer, it answers.

#include <catch2/catch.hpp>

#include "unit/sdp/client.hpp"

namespace akbuzat::sdp {
namespace {

Negotiator::Options fullAgent() {
  auto made = options();
  made.transport.lite = false;
  return made;
}

/// Few lines, as such a server writes them.
std::string answerOf(const std::string& mid, const std::string& setup, const std::string& direction = "sendrecv") {
  return "v=0\r\no=- 8 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=group:BUNDLE " + mid +
         "\r\nm=audio 3478 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 198.51.100.7\r\na=mid:" + mid + "\r\na=" + direction +
         "\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=ice-ufrag:lite\r\na=ice-pwd:litepasswordlitepassword\r\n"
         "a=fingerprint:sha-256 AB:CD\r\na=setup:" +
         setup +
         "\r\na=candidate:1 1 udp 2130706431 198.51.100.7 3478 typ host ufrag lite\r\n"
         "a=candidate:2 1 tcp 1671430143 198.51.100.7 443 typ host tcptype passive\r\na=end-of-candidates\r\n";
}

}  // namespace

TEST_CASE("to a lite server we offer as a full agent, with either DTLS role") {
  Negotiator negotiator(fullAgent());
  const std::string mid = added(negotiator.addReceiving(MediaKind::audio, true));
  const std::string offer = negotiator.offer();
  CHECK_FALSE(has(linesOf(offer), "a=ice-lite"));
  const Lines section = sectionOf(offer, 0);
  CHECK(has(section, "a=setup:actpass"));
  CHECK(has(section, "a=sendrecv"));
  CHECK(has(section, "a=rtpmap:111 opus/48000/2"));
  CHECK_FALSE(starting(section, "a=candidate:").empty());

  const bool passive = GENERATE(false, true);
  const auto outcome = answered(negotiator, answerOf(mid, passive ? "passive" : "active"));
  CHECK(outcome.remote.passive == passive);
  CHECK(outcome.remote.ufrag == "lite");
  CHECK(outcome.remote.candidates == Lines{"candidate:1 1 udp 2130706431 198.51.100.7 3478 typ host ufrag lite",
                                           "candidate:2 1 tcp 1671430143 198.51.100.7 443 typ host tcptype passive"});
  REQUIRE(midsOf(outcome.receiving) == Mids{mid});
  REQUIRE(midsOf(outcome.sending) == Mids{mid});
  CHECK(outcome.agreed == Mids{mid});
  CHECK(outcome.receiving[0].payloadType == 111);
  CHECK(outcome.sending[0].payloadType == 111);
  CHECK(outcome.receiving[0].extensions == ExtensionIds{});
  CHECK(outcome.sending[0].extensions == ExtensionIds{});
}

TEST_CASE("what has been agreed on is told apart from what is only wanted") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::opus, ""));
  static_cast<void>(negotiator.offer());
  added(negotiator.addSending(CodecName::vp8, ""));

  SECTION("by an answer to an offer that has one of them") {
    const auto outcome = answered(negotiator, Client::answer({Client::audio("0"), Client::audio("s1", "recvonly")}));
    CHECK(midsOf(outcome.sending) == Mids{"s1", "s2"});
    CHECK(outcome.agreed == Mids{"s1"});
  }
  SECTION("by a client's offer that goes on from ours") {
    const auto outcome = offered(negotiator, Client::describe({Client::audio("0"), Client::audio("s1", "recvonly")}));
    CHECK(midsOf(outcome.sending) == Mids{"s1", "s2"});
    CHECK(outcome.agreed == Mids{"s1"});
  }
  SECTION("by a client's offer that knows nothing of ours") {
    const auto outcome = offered(negotiator, Client::describe({Client::audio("0")}));
    CHECK(midsOf(outcome.sending) == Mids{"s1", "s2"});
    CHECK(outcome.agreed.empty());
  }
}

}  // namespace akbuzat::sdp
