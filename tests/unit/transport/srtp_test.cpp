#include <catch2/catch.hpp>

#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;

const std::string kBothProfiles[] = {"SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80"};

/// A connected pair with the profile.
struct Connected : Wire {
  explicit Connected(const std::string& profile) : Wire({.srtpProfiles = profile}) {
    connect();
    REQUIRE(connected());
  }

  /// `packet` as the browser would send it.
  Datagram sealed(const Datagram& packet) {
    peer.sendRtp(packet);
    Datagram out = peer.outgoing().back();
    peer.outgoing().pop_back();
    return out;
  }

  void deliver(Datagram datagram) { server.receive(datagram, path, now); }
};

TEST_CASE("packets before the keys are counted and dropped") {
  Wire wire;
  wire.peer.start(wire.now);
  auto check = wire.peer.outgoing().front();
  wire.server.receive(check, wire.path, wire.now);
  auto rtp = rtpPacket(1, 1);
  auto rtcp = rtcpPacket(1);
  wire.server.receive(rtp, wire.path, wire.now);
  wire.server.receive(rtcp, wire.path, wire.now);
  CHECK(wire.server.counters().beforeKeys == 2);
  CHECK(wire.listener.rtp.empty());
  Datagram buffer(200);
  CHECK(wire.server.protectRtp(buffer, 100) == 0);
  CHECK(wire.server.protectRtcp(buffer, 100) == 0);
}

TEST_CASE("a packet that comes again is dropped as replayed") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  const auto first = wire.sealed(rtpPacket(1, 100));
  wire.deliver(first);
  wire.deliver(first);
  CHECK(wire.listener.rtp.size() == 1);
  CHECK(wire.server.counters().replayed == 1);

  wire.peer.sendRtcp(rtcpPacket(1));
  const auto report = wire.peer.outgoing().back();
  wire.deliver(report);
  wire.deliver(report);
  CHECK(wire.listener.rtcp.size() == 1);
  CHECK(wire.server.counters().replayed == 2);
}

TEST_CASE("reordering within the window is fine, once each; what is older is not taken") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  std::vector<Datagram> packets;
  for (std::uint16_t i = 0; i < 2000; ++i) {
    packets.push_back(wire.sealed(rtpPacket(1, static_cast<std::uint16_t>(65000U + i))));
  }
  wire.deliver(packets[0]);
  wire.deliver(packets[1500]);
  wire.deliver(packets[1500 - 1000]);
  wire.deliver(packets[1500 - 1000]);
  CHECK(wire.listener.rtp.size() == 3);
  wire.deliver(packets[100]);
  CHECK(wire.listener.rtp.size() == 3);
  CHECK(wire.server.counters().replayed == 2);
  CHECK(wire.server.counters().srtpFailures == 0);
}

TEST_CASE("sequence numbers may wrap around many times, in both directions") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  std::uint16_t sequence = 65000;
  for (int i = 0; i < 40; ++i) {
    wire.deliver(wire.sealed(rtpPacket(1, sequence)));
    CHECK(wire.sendRtp(rtpPacket(2, sequence)) != 0);
    sequence = static_cast<std::uint16_t>(sequence + 5000);
  }
  wire.settle();
  CHECK(wire.listener.rtp.size() == 40);
  CHECK(wire.received.size() == 40);
  CHECK(wire.peer.srtpFailures() == 0);
}

TEST_CASE("no changed byte passes") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  const auto good = wire.sealed(rtpPacket(1, 1, 40));
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] ^= 0x04U;
    wire.deliver(changed);
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    wire.deliver(Datagram(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  auto longer = good;
  longer.push_back(0);
  wire.deliver(longer);
  CHECK(wire.listener.rtp.empty());
  CHECK(wire.listener.rtcp.empty());

  wire.peer.sendRtcp(rtcpPacket(1));
  const auto report = wire.peer.outgoing().back();
  wire.peer.outgoing().clear();
  for (std::size_t i = 0; i < report.size(); ++i) {
    auto changed = report;
    changed[i] ^= 0x04U;
    wire.deliver(changed);
  }
  for (std::size_t size = 0; size < report.size(); ++size) {
    wire.deliver(Datagram(report.begin(), report.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  CHECK(wire.listener.rtcp.empty());
  CHECK(wire.listener.rtp.empty());
  CHECK(wire.server.counters().srtpFailures > 0);

  // None of it has done any harm.
  wire.deliver(good);
  wire.deliver(report);
  CHECK(wire.listener.rtp.size() == 1);
  CHECK(wire.listener.rtcp.size() == 1);
}

TEST_CASE("headers that lie about their size are refused") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  for (const std::uint8_t first : std::initializer_list<std::uint8_t>{0x8F, 0x90, 0x9F, 0xBF}) {
    for (std::size_t size = 2; size < 100; ++size) {
      Datagram packet(size, 0xFF);
      packet[0] = first;
      packet[1] = 96;
      wire.deliver(packet);
      packet[1] = 200;
      wire.deliver(packet);
    }
  }
  Datagram huge(60000, 0xFF);
  huge[0] = 0x90;
  huge[1] = 96;
  wire.deliver(huge);
  huge[1] = 200;
  wire.deliver(huge);
  // Unencrypted SRTCP all of which is to be authenticated: the AEAD of libsrtp on NSS must not choke on it for good.
  for (std::size_t size = 1400; size < 2200; ++size) {
    Datagram report(size, 0);
    report[0] = 0x80;
    report[1] = 200;
    wire.deliver(report);
  }
  CHECK(wire.listener.rtp.empty());
  CHECK(wire.listener.rtcp.empty());
  wire.deliver(wire.sealed(rtpPacket(1, 1)));
  wire.peer.sendRtcp(rtcpPacket(1));
  wire.settle();
  CHECK(wire.listener.rtp.size() == 1);
  CHECK(wire.listener.rtcp.size() == 1);
}

TEST_CASE("header extensions and contributing sources come through unchanged") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  Datagram packet{0x92, 0xE0, 0, 1, 0, 0,    0,    0, 0, 0,    0, 1, 1, 1, 1,
                  1,    2,    2, 2, 2, 0xBE, 0xDE, 0, 1, 0x10, 7, 0, 0, 5, 6};
  wire.deliver(wire.sealed(packet));
  CHECK(wire.listener.rtp == Datagrams{packet});
  CHECK(wire.sendRtp(packet) != 0);
  wire.settle();
  CHECK(wire.received == Datagrams{packet});
}

TEST_CASE("sending a sequence number twice fails once and harms nothing") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  CHECK(wire.sendRtp(rtpPacket(1, 1)) != 0);
  CHECK(wire.sendRtp(rtpPacket(1, 1)) == 0);
  CHECK(wire.server.counters().srtpFailures == 1);
  CHECK(wire.sendRtp(rtpPacket(1, 2)) != 0);
  wire.settle();
  CHECK(wire.received.size() == 2);
}

TEST_CASE("what has no room or is no packet is not encrypted") {
  Connected wire(GENERATE(from_range(std::begin(kBothProfiles), std::end(kBothProfiles))));
  Datagram packet = rtpPacket(1, 1);
  CHECK(wire.server.protectRtp(packet, packet.size()) == 0);
  Datagram little(64);
  CHECK(wire.server.protectRtp(little, 11) == 0);
  CHECK(wire.server.protectRtcp(little, 7) == 0);
  CHECK(wire.server.counters().srtpFailures == 3);
}

TEST_CASE("a peer that makes up SSRCs comes to a limit, and its known ones go on") {
  Connected wire(kBothProfiles[0]);
  for (std::uint32_t ssrc = 1; ssrc <= 2000; ++ssrc) wire.deliver(wire.sealed(rtpPacket(ssrc, 1)));
  CHECK(wire.listener.rtp.size() == 1024);
  CHECK(wire.server.counters().srtpFailures == 2000 - 1024);
  wire.deliver(wire.sealed(rtpPacket(1, 2)));
  wire.deliver(wire.sealed(rtpPacket(1024, 2)));
  CHECK(wire.listener.rtp.size() == 1026);
  // One that has ended makes room for another.
  wire.server.forgetInbound(5);
  wire.server.forgetInbound(1'000'000);
  wire.deliver(wire.sealed(rtpPacket(5000, 1)));
  CHECK(wire.listener.rtp.size() == 1027);
  wire.deliver(wire.sealed(rtpPacket(5001, 1)));
  CHECK(wire.listener.rtp.size() == 1027);
}

TEST_CASE("forgotten outbound SSRCs leave nothing behind") {
  Connected wire(kBothProfiles[0]);
  for (std::uint32_t ssrc = 1; ssrc <= 3000; ++ssrc) {
    CHECK(wire.sendRtp(rtpPacket(ssrc, 1)) != 0);
    wire.server.forgetOutbound(ssrc);
  }
  wire.server.forgetOutbound(77);
  wire.settle();
  CHECK(wire.received.size() == 3000);
}

TEST_CASE("media keeps a path and its peer alive, forged media does not") {
  Connected wire(kBothProfiles[0]);
  const auto start = wire.now;
  wire.now += 20s;
  auto changed = wire.sealed(rtpPacket(1, 1));
  changed.back() ^= 1U;
  wire.deliver(changed);
  CHECK(wire.server.lastHeard() == start);
  wire.deliver(wire.sealed(rtpPacket(1, 2)));
  CHECK(wire.server.lastHeard() == wire.now);
  wire.server.tick(start + 40s);
  CHECK(wire.server.path() == wire.path);
  wire.server.tick(start + 50s);
  CHECK_FALSE(wire.server.path());
  CHECK(wire.server.state() == PeerTransport::State::connecting);
}

}  // namespace
}  // namespace akbuzat::transport
