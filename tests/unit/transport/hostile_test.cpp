#include <random>

#include <catch2/catch.hpp>

#include "support/stun_request.hpp"
#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;

TEST_CASE("DTLS that is none is counted and does no harm") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  std::mt19937 random(7);
  const auto before = wire.server.counters().badDtls;
  unsigned malformed = 0;
  for (int i = 0; i < 2000; ++i) {
    Datagram garbage(random() % 200 + 1);
    for (auto& byte : garbage) byte = static_cast<std::uint8_t>(random());
    garbage[0] = static_cast<std::uint8_t>(20 + random() % 44);
    if (garbage.size() >= 2) ++malformed;
    wire.server.receive(garbage, wire.path, wire.now);
  }
  CHECK(wire.server.counters().badDtls == before + malformed);
  CHECK(wire.sink.sent.empty());

  SECTION("plausible records of the wrong epoch and key") {
    for (const std::uint8_t type : std::initializer_list<std::uint8_t>{20, 21, 22, 23}) {
      for (const std::uint8_t epoch : std::initializer_list<std::uint8_t>{0, 1, 2}) {
        // A fatal alert, if anybody believed it.
        Datagram record{type, 254, 253, 0, epoch, 0, 0, 0, 0, 0, 99, 0, 2, 2, 40};
        wire.server.receive(record, wire.path, wire.now);
      }
    }
  }
  SECTION("a ClientHello that somebody has made up") {
    Datagram hello{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54, 1, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 42, 254, 253};
    hello.resize(13 + 54, 0x5A);
    wire.server.receive(hello, wire.path, wire.now);
  }
  wire.sink.sent.clear();
  wire.advance(1s);
  CHECK(wire.connected());
  wire.peer.sendRtp(rtpPacket(1, 1));
  wire.settle();
  CHECK(wire.listener.rtp.size() == 1);
}

TEST_CASE("DTLS and media from a path that no check has authenticated are not looked at") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  const auto stranger = pathAt(6000);
  wire.peer.sendRtp(rtpPacket(1, 1));
  auto rtp = wire.peer.outgoing().back();
  wire.peer.outgoing().clear();
  wire.server.receive(rtp, stranger, wire.now);
  Datagram dtls{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  wire.server.receive(dtls, stranger, wire.now);
  Datagram nothing{100, 1, 2, 3};
  wire.server.receive(nothing, wire.path, wire.now);
  CHECK(wire.server.counters().unknown == 3);
  CHECK(wire.listener.rtp.empty());
  CHECK(wire.sink.sent.empty());
}

TEST_CASE("nobody who proves nothing gets more bytes than he sent") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  const auto stranger = pathAt(6000);
  std::mt19937 random(3);
  std::size_t sentThere = 0;
  std::size_t sentBack = 0;
  std::vector<Datagram> captured;
  for (int i = 0; i < 5000; ++i) {
    Datagram datagram;
    switch (random() % 5) {
      case 0: {
        test::StunRequest request;
        request.username = wire.server.local().ufrag + ":" + wire.peer.parameters().ice.ufrag;
        request.password = random() % 2 == 0 ? "guess" : "";
        request.useCandidate = true;
        request.fingerprint = random() % 2 == 0;
        datagram = request.write();
        break;
      }
      case 1: datagram = rtpPacket(1, static_cast<std::uint16_t>(i)); break;
      case 2: datagram = {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}; break;
      case 3: datagram = {0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}; break;
      default:
        datagram.resize(random() % 100);
        for (auto& byte : datagram) byte = static_cast<std::uint8_t>(random());
        break;
    }
    sentThere += datagram.size();
    wire.server.receive(datagram, stranger, wire.now);
    for (const auto& [to, answer] : wire.sink.sent) {
      if (to == stranger) sentBack += answer.size();
    }
    wire.sink.sent.clear();
    CHECK(sentBack <= sentThere);
  }
  CHECK(wire.listener.paths == std::vector{wire.path});
  CHECK(wire.server.path() == wire.path);
}

}  // namespace
}  // namespace akbuzat::transport
