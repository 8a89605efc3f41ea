// The packet path allocates nothing of its own once the SSRCs are known. (libsrtp on NSS does, by malloc.)

#include <utility>

#include <catch2/catch.hpp>

#include "support/allocation_count.hpp"
#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

/// Keeps nothing, so that only the transport's own allocations count.
class CountingListener final : public PeerTransport::Listener {
 public:
  void onRtp(util::MutableBytes /*packet*/, util::TimePoint /*now*/) override { ++packets; }
  void onRtcp(util::Bytes /*packet*/, util::TimePoint /*now*/) override { ++packets; }
  void onState(PeerTransport::State /*state*/, util::TimePoint /*now*/) override {}
  void onPathAdded(const Path& /*path*/) override {}
  void onPathRemoved(const Path& /*path*/) override {}
  unsigned packets = 0;
};

TEST_CASE("media goes through without an allocation") {
  RecordingSink sink;
  CountingListener listener;
  util::TimePoint now{std::chrono::hours(1)};
  PeerTransport server{serverCertificate(), makeIceCredentials(0), sink, listener, now};
  test::MediaPeer peer;
  peer.setRemote(server.local(), serverCertificate().fingerprint());
  server.setRemote(peer.parameters(), now);
  peer.start(now);
  while (!peer.outgoing().empty() || !sink.sent.empty()) {
    for (auto& datagram : std::exchange(peer.outgoing(), {})) server.receive(datagram, pathAt(1), now);
    for (auto& [to, datagram] : std::exchange(sink.sent, {})) peer.receive(datagram, now);
  }
  REQUIRE(server.state() == PeerTransport::State::connected);

  constexpr std::uint16_t kPackets = 500;
  std::vector<Datagram> incoming;
  for (std::uint16_t i = 0; i < kPackets; ++i) {
    Datagram packet = rtpPacket(i % 4U + 1, i);
    packet.resize(packet.size() + PeerTransport::kMaxOverhead);
    packet.resize(peer.protectRtp(packet, packet.size() - PeerTransport::kMaxOverhead));
    incoming.push_back(std::move(packet));
  }
  Datagram outgoing = rtpPacket(9, 0);
  const std::size_t size = outgoing.size();
  const Datagram clear = outgoing;
  outgoing.resize(size + PeerTransport::kMaxOverhead);

  std::uint64_t before = 0;
  unsigned sent = 0;
  for (std::uint16_t i = 0; i < kPackets; ++i) {
    if (i == 8) before = test::allocationsOfThread();  // all SSRCs have been seen
    server.receive(incoming[i], pathAt(1), now);
    std::copy(clear.begin(), clear.end(), outgoing.begin());
    util::writeU16(outgoing, 2, i);
    sent += server.protectRtp(outgoing, size) != 0 ? 1U : 0U;
  }
  CHECK(test::allocationsOfThread() == before);
  CHECK(listener.packets == kPackets);
  CHECK(sent == kPackets);
}

}  // namespace
}  // namespace akbuzat::transport
