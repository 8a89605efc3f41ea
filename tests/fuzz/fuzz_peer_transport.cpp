// A peer's transport that gets arbitrary datagrams by several paths, from each stage of its life on: before anything,
// with an authenticated path, in the middle of a handshake, and connected.
//
// Input: one byte for the stage, then datagrams: a byte for path and time, two for the length, the bytes.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "akbuzat/transport/peer_transport.hpp"
#include "support/media_peer.hpp"

namespace {

using namespace akbuzat;

transport::Path pathAt(unsigned number) {
  transport::Path path;
  path.remote.address[15] = 1;
  path.remote.port = static_cast<std::uint16_t>(4000 + number);
  path.local.address[15] = 2;
  path.connection = number == 3 ? 1 : 0;
  return path;
}

class Sink final : public transport::DatagramSink {
 public:
  util::MutableBytes buffer() override { return buffer_; }
  void send(const transport::Path& path, std::size_t size) override {
    if (size > kMaxDatagram) std::abort();
    sent.emplace_back(path, std::vector<std::uint8_t>(buffer_.begin(), buffer_.begin() + static_cast<long>(size)));
  }
  std::vector<std::pair<transport::Path, std::vector<std::uint8_t>>> sent;

 private:
  std::array<std::uint8_t, kMaxDatagram> buffer_{};
};

class Listener final : public transport::PeerTransport::Listener {
 public:
  void onRtp(util::MutableBytes packet, util::TimePoint /*now*/) override {
    if (mayReceive) return;
    static_cast<void>(packet);
    std::abort();  // nobody forges SRTP
  }
  void onRtcp(util::Bytes /*packet*/, util::TimePoint /*now*/) override {
    if (!mayReceive) std::abort();
  }
  void onState(transport::PeerTransport::State /*state*/, util::TimePoint /*now*/) override {}
  void onPathAdded(const transport::Path& /*path*/) override {}
  void onPathRemoved(const transport::Path& /*path*/) override {}
  bool mayReceive = true;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const transport::Certificate kCertificate;
  if (size == 0) return 0;
  const unsigned stage = data[0] % 4U;
  util::Bytes rest(data + 1, size - 1);

  util::TimePoint now{std::chrono::hours(1)};
  Sink sink;
  Listener listener;
  transport::PeerTransport server(kCertificate, {"00fuzzfuzzfuzzfu", "fuzz-password-fuzz-pass+"}, sink, listener, now);
  test::MediaPeer peer;
  peer.setRemote(server.local(), kCertificate.fingerprint());
  server.setRemote(peer.parameters(), now);

  // What each path may be sent as long as it is not proven.
  std::array<std::size_t, 4> budget{};
  const auto spend = [&](const transport::Path& to, std::size_t bytes) {
    if (server.standingOf(to) == transport::PeerTransport::PathStanding::proven) return;
    for (unsigned number = 0; number < 4; ++number) {
      if (to != pathAt(number)) continue;
      if (bytes > budget[number]) std::abort();
      budget[number] -= bytes;
    }
  };

  if (stage > 0) peer.start(now);
  for (unsigned turn = 0; stage > 0 && turn < (stage == 1 ? 1U : stage == 2 ? 2U : 8U); ++turn) {
    for (auto& datagram : std::exchange(peer.outgoing(), {})) {
      budget[0] += datagram.size();
      server.receive(datagram, pathAt(0), now);
    }
    for (auto& [to, datagram] : std::exchange(sink.sent, {})) {
      spend(to, datagram.size());
      peer.receive(datagram, now);
    }
  }
  const bool connected = server.state() == transport::PeerTransport::State::connected;
  if (connected != (stage == 3)) std::abort();
  listener.mayReceive = false;
  sink.sent.clear();

  while (rest.size() > 3) {
    const unsigned number = rest[0] % 4U;
    now += std::chrono::milliseconds((rest[0] >> 2U) * 10);
    const std::size_t length = std::min<std::size_t>(util::readU16(rest, 1), rest.size() - 3);
    std::vector<std::uint8_t> datagram(rest.begin() + 3, rest.begin() + 3 + static_cast<long>(length));
    rest = rest.subspan(3 + length);
    budget[number] += datagram.size();
    server.receive(datagram, pathAt(number), now);
    if (server.deadline() <= now) server.tick(now);
    for (const auto& [to, answer] : std::exchange(sink.sent, {})) spend(to, answer.size());
  }
  return 0;
}
