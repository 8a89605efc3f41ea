#pragma once

#include <cstddef>

#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/bytes.hpp"

namespace akbuzat::transport {

/// Where datagrams go: the shard's media socket, or a test. Never blocks, never fails: what the network does not take
/// is dropped and counted.
class DatagramSink {
 public:
  /// No datagram of ours is larger: what fits an Ethernet frame behind IPv6, and then some for tunnels in between.
  static constexpr std::size_t kMaxDatagram = 1500;

  virtual ~DatagramSink() = default;

  /// Room for the next datagram, kMaxDatagram bytes; to be filled in place. Valid until the next call of any function.
  virtual util::MutableBytes buffer() = 0;
  /// Sends the first `size` bytes of what `buffer` returned last. May be held back until the end of the shard's turn,
  /// to go out together with others in their order.
  virtual void send(const Path& path, std::size_t size) = 0;
};

}  // namespace akbuzat::transport
