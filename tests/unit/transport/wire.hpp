#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "akbuzat/transport/peer_transport.hpp"
#include "support/media_peer.hpp"

namespace akbuzat::transport {

using Datagram = std::vector<std::uint8_t>;
using Datagrams = std::vector<Datagram>;

/// The remote end of the paths differs by port alone.
inline Path pathAt(std::uint16_t port, std::uint32_t connection = 0) {
  Path path;
  path.connection = connection;
  path.remote = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}, port};
  path.local = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 1}, 3478};
  return path;
}

/// Collects what a transport sends.
class RecordingSink final : public DatagramSink {
 public:
  util::MutableBytes buffer() override { return buffer_; }
  void send(const Path& path, std::size_t size) override {
    sent.emplace_back(path, Datagram(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  std::deque<std::pair<Path, Datagram>> sent;

 private:
  std::array<std::uint8_t, kMaxDatagram> buffer_{};
};

/// Collects what a transport says.
class RecordingListener final : public PeerTransport::Listener {
 public:
  void onRtp(util::MutableBytes packet, util::TimePoint /*now*/) override {
    rtp.emplace_back(packet.begin(), packet.end());
  }
  void onRtcp(util::Bytes packet, util::TimePoint /*now*/) override { rtcp.emplace_back(packet.begin(), packet.end()); }
  void onState(PeerTransport::State state, util::TimePoint /*now*/) override { states.push_back(state); }
  void onPathAdded(const Path& path) override { paths.push_back(path); }
  void onPathRemoved(const Path& path) override { std::erase(paths, path); }

  std::vector<Datagram> rtp;
  std::vector<Datagram> rtcp;
  std::vector<PeerTransport::State> states;
  /// Those that are in force.
  std::vector<Path> paths;
};

/// One process makes one.
inline const Certificate& serverCertificate() {
  static const Certificate kCertificate;
  return kCertificate;
}

/// A transport and a scripted browser on a wire whose faults a test decides and whose time it passes.
class Wire {
 public:
  explicit Wire(test::MediaPeer::Options options = {}) : peer(std::move(options)) {
    peer.setRemote(server.local(), serverCertificate().fingerprint());
    peer.onRtp = [this](util::Bytes packet) { received.emplace_back(packet.begin(), packet.end()); };
    peer.onRtcp = [this](util::Bytes packet) { receivedRtcp.emplace_back(packet.begin(), packet.end()); };
  }

  void tellServer() { server.setRemote(peer.parameters(), now); }

  /// Carries what is under way, and what that leads to, until all is quiet.
  void settle() {
    while (!peer.outgoing().empty() || !sink.sent.empty()) {
      deliverToServer(take(peer.outgoing()));
      auto sent = std::exchange(sink.sent, {});
      if (reorder) std::reverse(sent.begin(), sent.end());
      for (auto& [to, datagram] : sent) {
        if (to != path) continue;  // the browser no longer listens there
        for (unsigned copies = faults ? faults(false, datagram) : 1; copies > 0; --copies) {
          Datagram copy = datagram;
          peer.receive(copy, now);
        }
      }
    }
  }

  /// Lets `time` pass, with all that falls due in it.
  void advance(std::chrono::milliseconds time) {
    const util::TimePoint end = now + time;
    settle();
    for (;;) {
      const auto next = std::min(server.deadline(), peer.deadline());
      if (next > end) break;
      now = std::max(now, next);
      server.tick(now);
      peer.tick(now);
      settle();
    }
    now = end;
  }

  /// From nothing to media.
  void connect() {
    tellServer();
    peer.start(now);
    settle();
  }

  [[nodiscard]] bool connected() const { return peer.connected() && server.state() == PeerTransport::State::connected; }

  /// What the server sends to the browser as RTP; the size after protection.
  std::size_t sendRtp(const Datagram& packet) {
    Datagram buffer = packet;
    buffer.resize(packet.size() + PeerTransport::kMaxOverhead);
    const std::size_t size = server.protectRtp(buffer, packet.size());
    buffer.resize(size);
    if (size != 0 && server.path()) sink.sent.emplace_back(*server.path(), buffer);
    return size;
  }

  util::TimePoint now{std::chrono::hours(1)};
  RecordingSink sink;
  RecordingListener listener;
  PeerTransport server{serverCertificate(), makeIceCredentials(0), sink, listener, now};
  test::MediaPeer peer;
  /// Where the browser is.
  Path path = pathAt(5000);
  /// How many copies of a datagram arrive; one each without it. `toServer` says its direction.
  std::function<unsigned(bool toServer, const Datagram& datagram)> faults;
  /// Everything that is under way at once arrives in the opposite order.
  bool reorder = false;
  std::vector<Datagram> received;
  std::vector<Datagram> receivedRtcp;

 private:
  static std::vector<Datagram> take(std::deque<Datagram>& queue) {
    std::vector<Datagram> out(queue.begin(), queue.end());
    queue.clear();
    return out;
  }

  void deliverToServer(std::vector<Datagram> datagrams) {
    if (reorder) std::reverse(datagrams.begin(), datagrams.end());
    for (const Datagram& datagram : datagrams) {
      for (unsigned copies = faults ? faults(true, datagram) : 1; copies > 0; --copies) {
        Datagram copy = datagram;
        server.receive(copy, path, now);
      }
    }
  }
};

/// An RTP packet of payload type 96 with a recognizable payload.
inline Datagram rtpPacket(std::uint32_t ssrc, std::uint16_t sequence, std::size_t payload = 100) {
  Datagram out(12 + payload, static_cast<std::uint8_t>(sequence));
  out[0] = 0x80;
  out[1] = 96;
  util::writeU16(out, 2, sequence);
  util::writeU32(out, 4, sequence * 3000U);
  util::writeU32(out, 8, ssrc);
  return out;
}

/// An empty receiver report.
inline Datagram rtcpPacket(std::uint32_t ssrc) {
  Datagram out{0x80, 201, 0, 1, 0, 0, 0, 0};
  util::writeU32(out, 4, ssrc);
  return out;
}

}  // namespace akbuzat::transport
