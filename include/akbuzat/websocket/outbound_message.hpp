#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "akbuzat/websocket/frame.hpp"

namespace akbuzat::websocket {

/// One message on its way to any number of sockets: framed once and compressed at most once, because a server's
/// frames are unmasked and so equal for all (RFC 6455 section 5.1) and permessage-deflate is negotiated without
/// context takeover (RFC 7692 section 7.1.1.1). Immutable; shared by sockets of several shards.
class OutboundMessage {
 public:
  /// A text message. `text` must be well-formed UTF-8.
  explicit OutboundMessage(std::string_view text);
  /// A control frame, which is never compressed (RFC 7692 section 6.1). `payload` is at most kMaxControlPayload bytes.
  OutboundMessage(Opcode control, std::string_view payload);

  /// The whole frame, valid as long as the message.
  [[nodiscard]] std::string_view frame() const noexcept { return frame_; }
  /// The frame for sockets that have negotiated permessage-deflate; the plain one where compression does not pay.
  /// May be called on any shard: the first caller compresses.
  [[nodiscard]] std::string_view deflatedFrame() const;
  /// The payload.
  [[nodiscard]] std::string_view text() const noexcept { return std::string_view{frame_}.substr(headerSize_); }

 private:
  std::string frame_;
  std::size_t headerSize_;
  bool compressible_;
  mutable std::once_flag deflateOnce_;
  mutable std::string deflatedFrame_;
};

using OutboundMessagePtr = std::shared_ptr<const OutboundMessage>;

}  // namespace akbuzat::websocket
