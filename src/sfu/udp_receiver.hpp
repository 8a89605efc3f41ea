#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/bytes.hpp"

namespace akbuzat::sfu {

struct UdpSocket;

/// Reads datagrams in batches into buffers of its own. Owned by the media socket, on its shard.
class UdpReceiver {
 public:
  /// Datagrams a system call: enough that the call itself is a small part of what each costs.
  static constexpr std::size_t kBatch = 64;

  explicit UdpReceiver(const UdpSocket& socket);
  ~UdpReceiver();
  UdpReceiver(const UdpReceiver&) = delete;
  UdpReceiver& operator=(const UdpReceiver&) = delete;

  /// How many have been read; 0 if there are none.
  [[nodiscard]] std::size_t receive() noexcept;

  struct Datagram {
    util::MutableBytes bytes;
    transport::Path path;
  };
  /// One of those read last, until the next call of `receive`; its bytes may be changed. False if it was longer than
  /// any that we take, or empty.
  [[nodiscard]] bool get(std::size_t index, Datagram& datagram) const noexcept;

 private:
  struct Slot;

  const int fd_;
  const std::uint16_t port_;
  std::unique_ptr<std::array<Slot, kBatch>> slots_;
  std::array<mmsghdr, kBatch> messages_{};
};

}  // namespace akbuzat::sfu
