#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "akbuzat/websocket/outbound_message.hpp"

namespace akbuzat::http {

/// What waits to be written to one WebSocket: shared frames in their order, the first perhaps in part. Pushing costs a
/// reference and, rarely, the growth of a vector that then stays.
class OutboundQueue {
 public:
  /// `deflate`: the socket has negotiated permessage-deflate.
  explicit OutboundQueue(bool deflate) : deflate_(deflate) {}

  void push(const websocket::OutboundMessagePtr& message);
  [[nodiscard]] bool empty() const noexcept { return first_ == waiting_.size(); }
  /// Not written yet.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  /// Points `out` at the next bytes and returns how many elements it took. Valid until the next push or consume.
  std::size_t gather(std::span<iovec> out) const;
  /// Takes off what has been written, at most `bytes()`.
  void consume(std::size_t bytes);
  void clear();

 private:
  struct Waiting {
    websocket::OutboundMessagePtr message;
    /// Of the message, in the form that this socket gets: kept here so that writing does not touch the message.
    std::string_view frame;
  };

  const bool deflate_;
  /// What comes before first_ is written already.
  std::vector<Waiting> waiting_;
  std::size_t first_ = 0;
  /// Bytes of the first frame that are written already.
  std::size_t offset_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace akbuzat::http
