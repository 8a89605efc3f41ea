#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "akbuzat/websocket/frame.hpp"

namespace akbuzat::websocket {

/// Turns the bytes that one client sends after the handshake into messages (RFC 6455 section 5, RFC 7692). Owned by the
/// socket's session; does no I/O. Holds no more than one message within the limit, and nothing between two messages.
class FrameReader {
 public:
  enum class Kind {
    /// All input is consumed.
    needMore,
    text,
    /// A binary message, whose payload is not kept: rooms speak text.
    binary,
    ping,
    pong,
    /// The client closes: `code` and the reason in `payload`. The reader takes no more input.
    close,
    /// The client broke the protocol: close with `code`. The reader takes no more input.
    failed,
  };

  struct Event {
    Kind kind;
    /// Valid until the next call on this thread of any reader.
    std::string_view payload{};
    std::uint16_t code = 0;
  };

  /// `maxMessageBytes` bounds a message as the application sees it, so after inflating. `deflate`: permessage-deflate
  /// is negotiated.
  FrameReader(std::size_t maxMessageBytes, bool deflate) : maxMessageBytes_(maxMessageBytes), deflate_(deflate) {}

  /// Consumes input up to the end of the next message or control frame, taking it off the front of `input`. Unmasks in
  /// place.
  Event next(std::span<char>& input);

 private:
  /// 2 bytes, 8 of length, 4 of masking key.
  static constexpr std::size_t kMaxClientHeader = 14;

  enum class HeaderResult { incomplete, complete, broken };

  HeaderResult takeHeader(std::span<char>& input);
  bool beginFrame();
  void unmask(std::span<char> bytes);
  Event endFrame(std::span<char> last);
  Event endControl();
  Event endMessage(std::string_view whole);
  Event fail(std::uint16_t code);

  const std::size_t maxMessageBytes_;
  const bool deflate_;
  bool finished_ = false;
  std::uint16_t failure_ = close_code::kProtocolError;

  // The frame under way.
  bool inFrame_ = false;
  bool final_ = false;
  Opcode opcode_ = Opcode::text;
  std::uint8_t headerSize_ = 0;
  std::array<unsigned char, kMaxClientHeader> header_{};
  std::array<unsigned char, 4> mask_{};
  std::size_t maskPhase_ = 0;
  std::uint64_t remaining_ = 0;

  // The message under way, between whose frames control frames may come.
  bool inMessage_ = false;
  bool binary_ = false;
  bool compressed_ = false;
  std::size_t messageSize_ = 0;
  std::string message_;

  std::uint8_t controlSize_ = 0;
  std::array<char, kMaxControlPayload> control_{};
};

}  // namespace akbuzat::websocket
