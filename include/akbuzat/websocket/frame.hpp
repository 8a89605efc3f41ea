#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace akbuzat::websocket {

/// RFC 6455 section 11.8.
enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
};

/// Close codes that this module decides on (RFC 6455 section 7.4.1); those of rooms are the room's.
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kProtocolError = 1002;
/// What is reported for a close frame without a code; never sent.
inline constexpr std::uint16_t kNoStatus = 1005;
inline constexpr std::uint16_t kInvalidPayload = 1007;
inline constexpr std::uint16_t kMessageTooBig = 1009;
}  // namespace close_code

/// RFC 6455 section 5.5.
inline constexpr std::size_t kMaxControlPayload = 125;
/// The header of an unmasked frame with a 64-bit length (RFC 6455 section 5.2).
inline constexpr std::size_t kMaxServerHeader = 10;

/// Appends the header of an unfragmented, unmasked frame. `compressed` sets RSV1 (RFC 7692 section 6).
void appendFrameHeader(std::string& out, Opcode opcode, std::uint64_t payloadSize, bool compressed = false);

/// The payload of a close frame. `reason` is cut, at a code point's border, to what a control frame holds.
std::string closePayload(std::uint16_t code, std::string_view reason);

/// True for codes that may stand in a close frame on the wire (RFC 6455 section 7.4, and 1012 to 1014 of IANA's
/// registry).
bool isValidCloseCode(std::uint16_t code) noexcept;

}  // namespace akbuzat::websocket
