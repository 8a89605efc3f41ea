#pragma once

#include <cstdint>
#include <string_view>

#include "akbuzat/util/shards.hpp"
#include "akbuzat/websocket/outbound_message.hpp"

namespace akbuzat::room {

/// One member's socket as the room sees it. Shared by the connection and the room; every function but `shard` is
/// called on the socket's own shard only, never throws, and does nothing once the socket is closed.
class MemberSocket {
 public:
  virtual ~MemberSocket() = default;

  [[nodiscard]] virtual util::ShardIndex shard() const noexcept = 0;
  /// Queues the message; a client whose queue overflows is closed.
  virtual void send(const websocket::OutboundMessagePtr& message) = 0;
  /// Sends what is queued, then a close frame.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// The room has dealt with the batch handed over last; the socket may read on. This is what bounds a room's
  /// mailbox: one batch a member.
  virtual void resume() = 0;
};

}  // namespace akbuzat::room
