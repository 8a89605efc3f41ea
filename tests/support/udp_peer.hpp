#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <vector>

#include "support/media_peer.hpp"
#include "support/peer_description.hpp"

namespace akbuzat::test {

/// A MediaPeer on a real UDP socket, for tests and the bench: what it wants to send goes to one address, and what comes
/// goes to it. One thread; never blocks unless asked to.
class UdpPeer {
 public:
  /// Sends to 127.0.0.1:`port`. Throws std::system_error.
  explicit UdpPeer(std::uint16_t port);
  ~UdpPeer();
  UdpPeer(const UdpPeer&) = delete;
  UdpPeer& operator=(const UdpPeer&) = delete;

  MediaPeer peer;
  PeerDescription description;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// Sends what waits in `peer` and does what time brings.
  void work();
  /// Hands everything that has come to `peer`. Returns how many datagrams that were.
  std::size_t receive();
  /// Counts what has come and lets it fall, without decrypting it.
  std::size_t discard();

 private:
  static constexpr std::size_t kBatch = 64;
  [[nodiscard]] std::size_t read();

  int fd_;
  std::vector<std::array<std::uint8_t, 1600>> buffers_;
  std::vector<std::size_t> sizes_;
};

}  // namespace akbuzat::test
