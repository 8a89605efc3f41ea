#include <catch2/catch.hpp>

#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;
using State = PeerTransport::State;

// Protocol E.2.3: browsers throw the transport away and begin anew, under the same session.

TEST_CASE("a browser begins anew from another port, with the same or with new credentials") {
  const bool newCredentials = GENERATE(false, true);
  const std::size_t padding = GENERATE(std::size_t{0}, std::size_t{3000});
  Wire wire({.clientHelloPadding = padding});
  wire.connect();
  REQUIRE(wire.connected());
  wire.peer.sendRtp(rtpPacket(1, 100));
  wire.settle();
  CHECK(wire.sendRtp(rtpPacket(9, 500)) != 0);
  wire.settle();

  const Path old = wire.path;
  wire.path = pathAt(5001);
  wire.peer.restart(wire.now, newCredentials);
  if (newCredentials) wire.tellServer();
  wire.settle();
  REQUIRE(wire.connected());
  CHECK(wire.server.path() == wire.path);
  CHECK(wire.listener.paths == std::vector{old, wire.path});
  CHECK(wire.listener.states == std::vector{State::connected});

  // The same SSRCs go on under the new keys.
  wire.peer.sendRtp(rtpPacket(1, 101));
  CHECK(wire.sendRtp(rtpPacket(9, 501)) != 0);
  wire.settle();
  CHECK(wire.listener.rtp == Datagrams{rtpPacket(1, 100), rtpPacket(1, 101)});
  CHECK(wire.received == Datagrams{rtpPacket(9, 500), rtpPacket(9, 501)});

  wire.advance(40s);
  CHECK(wire.listener.paths == std::vector{wire.path});
  CHECK(wire.connected());
}

TEST_CASE("until the new association is complete the old one carries media") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  wire.peer.sendRtp(rtpPacket(1, 1));
  const auto early = wire.peer.outgoing().back();
  wire.peer.sendRtp(rtpPacket(1, 2));
  const auto late = wire.peer.outgoing().back();
  wire.peer.outgoing().clear();
  const Path old = wire.path;

  wire.path = pathAt(5001);
  bool hold = true;
  unsigned dtls = 0;
  wire.faults = [&](bool toServer, const Datagram& datagram) {
    if (!toServer || classify(datagram) != DatagramKind::dtls) return 1U;
    return ++dtls > 1 && hold ? 0U : 1U;
  };
  wire.peer.restart(wire.now, false);
  wire.settle();
  CHECK(dtls >= 2);
  CHECK(wire.server.state() == State::connected);
  auto copy = early;
  wire.server.receive(copy, old, wire.now);
  CHECK(wire.listener.rtp.size() == 1);

  hold = false;
  wire.advance(5s);
  REQUIRE(wire.connected());
  copy = late;
  wire.server.receive(copy, old, wire.now);
  CHECK(wire.listener.rtp.size() == 1);
  CHECK(wire.server.counters().srtpFailures == 1);
}

TEST_CASE("a browser may begin anew again and again, with losses") {
  Wire wire;
  wire.connect();
  unsigned count = 0;
  for (std::uint16_t i = 1; i <= 12; ++i) {
    CAPTURE(i);
    wire.faults = [&](bool /*toServer*/, const Datagram& /*datagram*/) { return ++count % 5 == 0 ? 0U : 1U; };
    wire.path = pathAt(static_cast<std::uint16_t>(5000 + i));
    wire.peer.restart(wire.now, i % 3 == 0);
    if (i % 3 == 0) wire.tellServer();
    wire.advance(6s);
    REQUIRE(wire.connected());
    wire.faults = nullptr;
    wire.listener.rtp.clear();
    wire.peer.sendRtp(rtpPacket(1, i));
    wire.settle();
    CHECK(wire.listener.rtp.size() == 1);
    CHECK(wire.server.path() == wire.path);
  }
}

TEST_CASE("a good-bye before the new beginning does not end the session") {
  Wire wire;
  wire.connect();
  wire.peer.close();
  wire.settle();
  CHECK(wire.server.state() == State::connecting);
  wire.now += 1s;
  wire.path = pathAt(5001);
  wire.peer.restart(wire.now, false);
  wire.settle();
  CHECK(wire.connected());
  wire.advance(20s);
  CHECK(wire.connected());
  CHECK(wire.listener.states == std::vector{State::connected, State::connecting, State::connected});
}

TEST_CASE("a good-bye counts again when the new beginning comes to nothing") {
  Wire wire;
  wire.connect();
  wire.peer.close();
  wire.settle();
  wire.now += 1s;
  wire.path = pathAt(5001);
  unsigned dtls = 0;
  wire.faults = [&](bool toServer, const Datagram& datagram) {
    return toServer && classify(datagram) == DatagramKind::dtls && ++dtls > 1 ? 0U : 1U;
  };
  wire.peer.restart(wire.now, false);
  wire.settle();
  wire.advance(29s);
  CHECK(wire.server.state() == State::connecting);
  wire.advance(10s);
  CHECK(wire.server.state() == State::closed);
}

TEST_CASE("a good-bye of the association that has been replaced means nothing") {
  Wire wire;
  wire.connect();
  wire.peer.close();
  const auto goodbye = wire.peer.outgoing().back();
  wire.peer.outgoing().clear();
  const Path old = wire.path;
  wire.path = pathAt(5001);
  wire.peer.restart(wire.now, false);
  wire.settle();
  REQUIRE(wire.connected());
  auto copy = goodbye;
  wire.server.receive(copy, old, wire.now);
  wire.advance(10s);
  CHECK(wire.connected());
}

TEST_CASE("an old ClientHello that comes late begins nothing") {
  Wire wire;
  Datagram hello;
  wire.faults = [&](bool toServer, const Datagram& datagram) {
    if (toServer && hello.empty() && classify(datagram) == DatagramKind::dtls) hello = datagram;
    return 1U;
  };
  wire.connect();
  REQUIRE(wire.connected());
  REQUIRE_FALSE(hello.empty());
  auto copy = hello;
  wire.server.receive(copy, wire.path, wire.now);
  CHECK(wire.sink.sent.empty());

  const Path old = wire.path;
  wire.path = pathAt(5001);
  wire.peer.restart(wire.now, false);
  wire.settle();
  REQUIRE(wire.connected());
  copy = hello;
  wire.server.receive(copy, old, wire.now);
  CHECK(wire.sink.sent.empty());
}

TEST_CASE("another browser's ClientHello from a strange path does not reach the associations") {
  Wire wire;
  wire.connect();
  Wire attacker;
  attacker.peer.setRemote(wire.server.local(), serverCertificate().fingerprint());
  attacker.tellServer();
  attacker.peer.start(attacker.now);
  Datagram hello;
  attacker.faults = [&](bool toServer, const Datagram& datagram) {
    if (toServer && classify(datagram) == DatagramKind::dtls) hello = datagram;
    return 1U;
  };
  // Its own server lets it come as far as the ClientHello.
  attacker.peer.setRemote(attacker.server.local(), serverCertificate().fingerprint());
  attacker.peer.restart(attacker.now, false);
  attacker.settle();
  REQUIRE_FALSE(hello.empty());
  auto copy = hello;
  wire.server.receive(copy, pathAt(7000), wire.now);
  CHECK(wire.sink.sent.empty());
  CHECK(wire.server.counters().unknown == 1);
}

TEST_CASE("forged ClientHellos on the browser's own path do not stop its media, nor its handshake") {
  const auto forged = [](std::uint8_t random) {
    // One cipher suite, no extensions.
    Datagram hello{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54, 1, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 42, 254, 253};
    hello.insert(hello.end(), 32, random);
    hello.insert(hello.end(), {0, 0, 0, 2, 0xC0, 0x2B, 1, 0});
    return hello;
  };
  Wire wire;
  std::uint8_t random = 0;
  wire.faults = [&](bool toServer, const Datagram& datagram) {
    if (toServer && classify(datagram) == DatagramKind::dtls) {
      // One after each datagram of the browser's: the last copy is the real one, so this goes before it.
      if (random > 0) {
        auto hello = forged(random);
        wire.server.receive(hello, wire.path, wire.now);
      }
      ++random;
    }
    return 1U;
  };
  wire.connect();
  wire.advance(3s);
  REQUIRE(wire.connected());
  wire.peer.sendRtp(rtpPacket(1, 1));
  wire.settle();
  CHECK(wire.listener.rtp.size() == 1);
  wire.faults = nullptr;

  for (std::uint8_t i = 100; i < 120; ++i) {
    auto hello = forged(i);
    wire.server.receive(hello, wire.path, wire.now);
  }
  wire.advance(40s);
  CHECK(wire.connected());
  wire.peer.sendRtp(rtpPacket(1, 2));
  CHECK(wire.sendRtp(rtpPacket(2, 2)) != 0);
  wire.settle();
  CHECK(wire.listener.rtp.size() == 2);
  CHECK(wire.received.size() == 1);
  CHECK(wire.listener.states == std::vector{State::connected});
}

TEST_CASE("a replacement with a wrong certificate leaves the old association in force") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  // Knows the ICE password, as somebody with the description would, but not the certificate's key.
  Wire other;
  other.peer.setRemote(wire.server.local(), serverCertificate().fingerprint());
  other.path = pathAt(5002);
  const Path own = wire.path;
  // Only one remote ufrag is known: the impostor must use it.
  auto parameters = other.peer.parameters();
  parameters.fingerprints = wire.peer.parameters().fingerprints;
  wire.server.setRemote(parameters, wire.now);
  other.peer.start(wire.now);
  for (int turn = 0; turn < 20; ++turn) {
    auto sent = std::exchange(other.peer.outgoing(), {});
    for (auto& datagram : sent) wire.server.receive(datagram, other.path, wire.now);
    auto back = std::exchange(wire.sink.sent, {});
    for (auto& [to, datagram] : back) {
      if (to == other.path) other.peer.receive(datagram, wire.now);
    }
  }
  CHECK(other.peer.iceConnected());
  CHECK(other.peer.failed());
  CHECK(wire.server.counters().badDtls >= 1);
  CHECK(wire.server.state() == State::connected);
  wire.peer.sendRtp(rtpPacket(1, 5));
  auto packet = wire.peer.outgoing().back();
  wire.server.receive(packet, own, wire.now);
  CHECK(wire.listener.rtp.size() == 1);
}

}  // namespace
}  // namespace akbuzat::transport
