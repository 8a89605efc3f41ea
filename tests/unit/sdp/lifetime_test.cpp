#include "client.hpp"

using namespace akbuzat::sdp;

// How m-sections end, and what becomes of their m-lines (protocol E.2).

TEST_CASE("one merged offer for what is wanted while an offer is open") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::opus, ""));
  (void)negotiator.offer();
  added(negotiator.addSending(CodecName::vp8, ""));
  CHECK(starting(linesOf(negotiator.offer()), "a=mid:") == Lines{"a=mid:0", "a=mid:s1", "a=mid:s2"});
  CHECK(negotiator.stop("s1"));
  CHECK_FALSE(negotiator.stop("s1"));
  // The client may have seen it: the m-line stays, without a port.
  const std::string offer = negotiator.offer();
  CHECK(starting(linesOf(offer), "a=mid:") == Lines{"a=mid:0", "a=mid:s1", "a=mid:s2"});
  CHECK(sectionOf(offer, 1).front() == "m=audio 0 UDP/TLS/RTP/SAVPF 111");
  const auto outcome =
      answered(negotiator, Client::answer({Client::audio("0"), Client::dead("s1"), Client::video("s2", "recvonly")}));
  CHECK(midsOf(outcome.sending) == Mids{"s2"});
  // And now it is free.
  added(negotiator.addSending(CodecName::vp8, ""));
  CHECK(starting(linesOf(negotiator.offer()), "a=mid:") == Lines{"a=mid:0", "a=mid:s3", "a=mid:s2"});
}

TEST_CASE("what is stopped while its offer is open is gone after the answer") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::opus, ""));
  (void)negotiator.offer();
  CHECK(negotiator.stop("s1"));
  const auto outcome = answered(negotiator, Client::answer({Client::audio("0"), Client::audio("s1", "recvonly")}));
  CHECK(outcome.sending.empty());
  CHECK(sectionOf(negotiator.offer(), 1).front().starts_with("m=audio 0 "));
}

TEST_CASE("our sections are given back by port 0, the client's and the first one by inactive") {
  Negotiator negotiator(options());
  added(negotiator.addSending(CodecName::opus, ""));
  added(negotiator.addSending(CodecName::vp8, ""));
  (void)negotiator.offer();
  answered(negotiator, Client::answer({Client::audio("s1", "recvonly"), Client::video("s2", "recvonly")}));
  const auto pushed =
      offered(negotiator,
              Client::describe({Client::audio("s1", "recvonly"), Client::video("s2", "recvonly"), Client::audio("0")}));
  CHECK(midsOf(pushed.receiving) == Mids{"0"});
  for (const char* mid : {"s1", "s2", "0"}) CHECK(negotiator.stop(mid));
  CHECK_FALSE(negotiator.stop("s2"));
  CHECK_FALSE(negotiator.stop("nothing"));
  CHECK_FALSE(negotiator.sending("s1").has_value());

  const std::string offer = negotiator.offer();
  CHECK(has(sectionOf(offer, -1), "a=group:BUNDLE s1 0"));
  // Without the section of the BUNDLE-tag the transport would go.
  CHECK(sectionOf(offer, 0).front() == "m=audio 9 UDP/TLS/RTP/SAVPF 111");
  CHECK(has(sectionOf(offer, 0), "a=inactive"));
  CHECK(sectionOf(offer, 1).front().starts_with("m=video 0 "));
  CHECK(sectionOf(offer, 2).front().starts_with("m=audio 9 "));
  CHECK(has(sectionOf(offer, 2), "a=inactive"));
  const auto outcome = answered(
      negotiator,
      Client::answer({Client::audio("s1", "inactive"), Client::dead("s2", "video"), Client::audio("0", "inactive")}));
  CHECK(outcome.receiving.empty());
  CHECK(outcome.sending.empty());
}

TEST_CASE("indices up to the BUNDLE-tag are not recycled, nor are those of data") {
  Negotiator negotiator(options());
  const Client::Section data{"d", "application 9 UDP/DTLS/SCTP webrtc-datachannel", {}};
  offered(negotiator, Client::describe({Client::audio("0"), Client::video("1"), Client::audio("2"), data}));
  offered(negotiator, Client::describe({Client::dead("0"), Client::dead("1", "video"), Client::audio("2"), data}));
  added(negotiator.addSending(CodecName::opus, ""));
  CHECK(starting(linesOf(negotiator.offer()), "a=mid:") ==
        Lines{"a=mid:0", "a=mid:1", "a=mid:2", "a=mid:d", "a=mid:s1"});
}

TEST_CASE("a client recycles an index, for another kind") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")}));
  offered(negotiator, Client::describe({Client::audio("0"), Client::dead("1", "video")}), {"1"});
  const auto outcome = offered(negotiator, Client::describe({Client::audio("0"), Client::audio("2")}));
  CHECK(midsOf(outcome.receiving) == Mids{"0", "2"});
  CHECK(has(sectionOf(outcome.answer, 1), "a=recvonly"));
}

TEST_CASE("a closed mid is taken again once the client had let go of it") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")}));
  CHECK(midsOf(offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")}), {"1"}).receiving) ==
        Mids{"0"});
  CHECK(midsOf(offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")})).receiving) == Mids{"0"});
  CHECK(midsOf(offered(negotiator, Client::describe({Client::audio("0"), Client::video("1", "inactive")})).receiving) ==
        Mids{"0"});
  CHECK(midsOf(offered(negotiator, Client::describe({Client::audio("0"), Client::video("1")})).receiving) ==
        Mids{"0", "1"});
}

TEST_CASE("a pull that the client closes before it was negotiated") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::opus, ""));
  (void)negotiator.offer();
  CHECK(offered(negotiator, Client::describe({Client::audio("0")}), {"s1"}).sending.empty());
  CHECK(starting(linesOf(negotiator.offer()), "a=mid:") == Lines{"a=mid:0"});
}

TEST_CASE("a client pauses a subscription and takes it up again") {
  Negotiator negotiator(options());
  offered(negotiator, Client::describe({Client::audio("0")}));
  added(negotiator.addSending(CodecName::vp8, "s t"));
  (void)negotiator.offer();
  answered(negotiator, Client::answer({Client::audio("0"), Client::video("s1", "recvonly")}));
  const auto paused = offered(negotiator, Client::describe({Client::audio("0"), Client::video("s1", "inactive")}));
  CHECK(paused.sending.empty());
  CHECK_FALSE(negotiator.sending("s1").has_value());
  CHECK(starting(sectionOf(paused.answer, 1), "a=ssrc").empty());
  const auto resumed = offered(negotiator, Client::describe({Client::audio("0"), Client::video("s1", "recvonly")}));
  CHECK(midsOf(resumed.sending) == Mids{"s1"});
  CHECK(has(sectionOf(resumed.answer, 1), "a=msid:s t"));
}
