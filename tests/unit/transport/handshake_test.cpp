#include <algorithm>
#include <cctype>
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;
using State = PeerTransport::State;

bool isDtls(const Datagram& datagram) { return classify(datagram) == DatagramKind::dtls; }

TEST_CASE("a browser and the server come together and exchange media") {
  const auto profile = GENERATE(std::string("SRTP_AEAD_AES_128_GCM"), std::string("SRTP_AES128_CM_SHA1_80"));
  Wire wire({.srtpProfiles = profile});
  wire.connect();
  REQUIRE(wire.connected());
  CHECK(wire.peer.srtpProfile() == profile);
  CHECK(wire.listener.states == std::vector{State::connected});
  CHECK(wire.listener.paths == std::vector{wire.path});

  const auto packet = rtpPacket(1, 100, 1100);
  wire.peer.sendRtp(packet);
  wire.peer.sendRtcp(rtcpPacket(1));
  wire.settle();
  CHECK(wire.listener.rtp == Datagrams{packet});
  CHECK(wire.listener.rtcp == Datagrams{rtcpPacket(1)});

  const auto back = rtpPacket(7, 65535, 1100);
  const std::size_t size = wire.sendRtp(back);
  CHECK(size > back.size());
  CHECK(size <= back.size() + PeerTransport::kMaxOverhead);
  auto report = rtcpPacket(7);
  report.resize(report.size() + PeerTransport::kMaxOverhead);
  report.resize(wire.server.protectRtcp(report, 8));
  wire.sink.sent.emplace_back(*wire.server.path(), report);
  wire.settle();
  CHECK(wire.received == Datagrams{back});
  CHECK(wire.receivedRtcp == Datagrams{rtcpPacket(7)});
}

TEST_CASE("of both profiles AEAD is preferred, whatever the browser's order") {
  Wire wire({.srtpProfiles = "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM"});
  wire.connect();
  REQUIRE(wire.connected());
  CHECK(wire.peer.srtpProfile() == "SRTP_AEAD_AES_128_GCM");
}

TEST_CASE("without an SRTP profile in common there is no connection") {
  const auto profiles = GENERATE(std::string(), std::string("SRTP_AEAD_AES_256_GCM"));
  Wire wire({.srtpProfiles = profiles});
  wire.connect();
  wire.advance(2s);
  CHECK(wire.server.state() == State::connecting);
  CHECK(wire.server.counters().badDtls >= 1);
}

TEST_CASE("our datagrams stay within the MTU") {
  Wire wire;
  wire.faults = [](bool toServer, const Datagram& datagram) {
    if (!toServer) CHECK(datagram.size() <= 1200);
    return 1U;
  };
  wire.connect();
  CHECK(wire.connected());
}

TEST_CASE("a ClientHello in fragments is put together") {
  // Post-quantum key shares make it 1.4 kB and more; the padding makes it far larger than any browser's.
  const std::size_t padding = GENERATE(std::size_t{0}, std::size_t{1400}, std::size_t{12000});
  const bool reorder = GENERATE(false, true);
  Wire wire({.clientHelloPadding = padding, .mtu = padding > 2000 ? 1200 : 256});
  wire.reorder = reorder;
  unsigned datagrams = 0;
  wire.faults = [&](bool toServer, const Datagram& datagram) {
    if (toServer && isDtls(datagram)) ++datagrams;
    return 1U;
  };
  wire.connect();
  wire.advance(5s);
  CHECK(wire.connected());
  CHECK(datagrams >= (padding > 2000 ? 10U : 2U));
  CHECK(wire.server.counters().badDtls == 0);
}

TEST_CASE("each single datagram of the handshake may be lost, or come twice") {
  const unsigned copies = GENERATE(0U, 2U);
  const bool reorder = GENERATE(false, true);
  for (unsigned chosen = 0; chosen < 12; ++chosen) {
    CAPTURE(copies, chosen, reorder);
    Wire wire({.mtu = 400});
    wire.reorder = reorder;
    unsigned count = 0;
    wire.faults = [&](bool /*toServer*/, const Datagram& datagram) {
      return isDtls(datagram) && count++ == chosen ? copies : 1U;
    };
    wire.connect();
    wire.advance(5s);
    CHECK(wire.connected());
    CHECK(wire.listener.states == std::vector{State::connected});
    wire.peer.sendRtp(rtpPacket(1, 1));
    wire.settle();
    CHECK(wire.listener.rtp.size() == 1);
  }
}

TEST_CASE("all of the first answers may be lost") {
  Wire wire;
  unsigned lost = 0;
  wire.faults = [&](bool toServer, const Datagram& datagram) {
    return !toServer && isDtls(datagram) && lost++ < 6 ? 0U : 1U;
  };
  wire.connect();
  CHECK_FALSE(wire.connected());
  wire.advance(10s);
  CHECK(wire.connected());
}

TEST_CASE("a bad network delays the handshake but does not prevent it") {
  for (unsigned seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Wire wire;
    wire.reorder = seed % 2 == 1;
    wire.faults = [&](bool /*toServer*/, const Datagram& /*datagram*/) {
      const auto dice = random() % 10;
      return dice < 3 ? 0U : dice < 5 ? 2U : 1U;
    };
    wire.connect();
    wire.advance(25s);
    CHECK(wire.connected());
  }
}

TEST_CASE("a flight without an answer comes again, less and less often, and not for ever") {
  // A browser that says nothing after its ClientHello.
  Wire silent;
  silent.tellServer();
  bool hello = false;
  silent.faults = [&](bool toServer, const Datagram& datagram) {
    if (!toServer || !isDtls(datagram)) return 1U;
    return std::exchange(hello, true) ? 0U : 1U;
  };
  unsigned flights = 0;
  silent.peer.start(silent.now);
  silent.settle();
  const auto deadline = silent.server.deadline();
  CHECK(deadline > silent.now);
  CHECK(deadline <= silent.now + 1s);
  for (auto now = silent.now; now < silent.now + 29s; now += 100ms) {
    silent.server.tick(now);
    flights += silent.sink.sent.empty() ? 0U : 1U;
    silent.sink.sent.clear();
  }
  CHECK(flights >= 5);
  CHECK(flights <= 20);
  silent.server.tick(silent.now + 31s);
  silent.sink.sent.clear();
  silent.server.tick(silent.now + 60s);
  CHECK(silent.sink.sent.empty());
  CHECK(silent.server.counters().badDtls == 1);
}

TEST_CASE("a browser with another certificate than announced is never connected") {
  Wire wire({.wrongCertificate = true});
  wire.connect();
  wire.advance(3s);
  CHECK(wire.server.state() == State::connecting);
  CHECK(wire.listener.states.empty());
  CHECK(wire.peer.failed());
  CHECK(wire.server.counters().badDtls >= 1);
  CHECK(wire.sendRtp(rtpPacket(1, 1)) == 0);
  CHECK(wire.server.counters().beforeKeys == 1);
}

TEST_CASE("one of several fingerprints is enough, in any case and of any known digest") {
  Wire wire;
  auto parameters = wire.peer.parameters();
  auto right = parameters.fingerprints[0];
  std::transform(right.value.begin(), right.value.end(), right.value.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  parameters.fingerprints = {{"sha-512", "00:11"}, {"md5", "00"}, right};
  wire.server.setRemote(parameters, wire.now);
  wire.peer.start(wire.now);
  wire.settle();
  CHECK(wire.connected());
}

TEST_CASE("fingerprints that are of no known digest, or cut short, match nothing") {
  Wire wire;
  auto parameters = wire.peer.parameters();
  const auto value = parameters.fingerprints[0].value;
  const auto wrong =
      GENERATE_COPY(values<RemoteParameters::Fingerprint>({{"sha-224", value},
                                                           {"SHA-256", value},
                                                           {"", value},
                                                           {"sha-256", ""},
                                                           {"sha-1", value},
                                                           {"sha-256", value.substr(0, value.size() - 3)},
                                                           {"sha-256", value + ":00"}}));
  parameters.fingerprints = {wrong};
  wire.server.setRemote(parameters, wire.now);
  wire.peer.start(wire.now);
  wire.settle();
  CHECK(wire.server.state() == State::connecting);
}

TEST_CASE("a handshake whose answer would be too much before the description goes on with it") {
  Wire wire;
  wire.peer.start(wire.now);
  wire.settle();
  CHECK_FALSE(wire.peer.connected());
  wire.tellServer();
  wire.settle();
  CHECK(wire.connected());
}

TEST_CASE("a handshake that is complete before the description waits for it") {
  // Its first flight is long enough to be answered before the path is proven.
  Wire wire({.clientHelloPadding = 3000});
  wire.peer.start(wire.now);
  wire.settle();
  CHECK(wire.peer.connected());
  CHECK(wire.server.state() == State::connecting);
  wire.peer.sendRtp(rtpPacket(1, 1));
  wire.settle();
  CHECK(wire.listener.rtp.empty());
  CHECK(wire.server.counters().beforeKeys == 1);

  SECTION("right fingerprint") {
    wire.tellServer();
    wire.settle();
    CHECK(wire.listener.states == std::vector{State::connected});
    wire.peer.sendRtp(rtpPacket(1, 2));
    wire.settle();
    CHECK(wire.listener.rtp == Datagrams{rtpPacket(1, 2)});
  }
  SECTION("wrong fingerprint") {
    auto parameters = wire.peer.parameters();
    parameters.fingerprints[0].value[0] = parameters.fingerprints[0].value[0] == '0' ? '1' : '0';
    wire.server.setRemote(parameters, wire.now);
    wire.settle();
    CHECK(wire.listener.states.empty());
    CHECK(wire.server.counters().badDtls == 1);
    CHECK(wire.peer.remoteClosed());
  }
}

TEST_CASE("other fingerprints end the association, the same certificate's do not") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  auto parameters = wire.peer.parameters();
  parameters.fingerprints.insert(parameters.fingerprints.begin(), {"sha-256", "00:11"});
  wire.server.setRemote(parameters, wire.now);
  CHECK(wire.server.state() == State::connected);
  parameters.fingerprints.pop_back();
  wire.server.setRemote(parameters, wire.now);
  CHECK(wire.server.state() == State::connecting);
  CHECK(wire.sendRtp(rtpPacket(1, 1)) == 0);
  wire.settle();
  CHECK(wire.peer.remoteClosed());
}

TEST_CASE("a good-bye is believed, after time enough to begin anew") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  wire.peer.close();
  wire.settle();
  CHECK(wire.server.state() == State::connecting);
  wire.server.tick(wire.now + 4s);
  CHECK(wire.server.state() == State::connecting);
  CHECK(wire.server.deadline() <= wire.now + 5s);
  wire.server.tick(wire.now + 5s);
  CHECK(wire.server.state() == State::closed);
  CHECK(wire.listener.states == std::vector{State::connected, State::connecting, State::closed});
  CHECK(wire.listener.paths.empty());
}

TEST_CASE("the server says good-bye") {
  Wire wire;
  wire.connect();
  wire.server.close();
  CHECK(wire.server.state() == State::closed);
  CHECK(wire.listener.states == std::vector{State::connected});
  wire.settle();
  CHECK(wire.peer.remoteClosed());
  wire.peer.sendRtp(rtpPacket(1, 1));
  wire.advance(5s);
  CHECK(wire.listener.rtp.empty());
  wire.server.close();
  CHECK(wire.server.counters().unknown == 0);
}

TEST_CASE("a peer that has lost its path is connected again with it") {
  Wire wire;
  wire.path = pathAt(5000, 3);
  wire.connect();
  REQUIRE(wire.connected());
  wire.server.pathLost(wire.path, wire.now);
  CHECK(wire.server.state() == State::connecting);
  wire.path = pathAt(5001, 4);
  wire.advance(3s);
  CHECK(wire.connected());
  CHECK(wire.listener.states == std::vector{State::connected, State::connecting, State::connected});
  wire.peer.sendRtp(rtpPacket(1, 1));
  wire.settle();
  CHECK(wire.listener.rtp.size() == 1);
}

TEST_CASE("a peer that thinks itself controlled learns of it and gets no further") {
  Wire wire({.controlled = true});
  wire.connect();
  CHECK(wire.peer.iceError() == 487);
  CHECK_FALSE(wire.peer.iceConnected());
}

}  // namespace
}  // namespace akbuzat::transport
