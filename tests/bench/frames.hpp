#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace akbuzat::bench {

// RFC 6455 section 5.2, as much of it as a client without extensions needs.

inline constexpr std::uint8_t kText = 1;
inline constexpr std::uint8_t kClose = 8;
inline constexpr std::uint8_t kPing = 9;
inline constexpr std::uint8_t kPong = 10;

/// A whole frame. A client's is masked with a key of zeros: valid, as costly for the server as any other, and the
/// payload can be changed in place.
inline std::string makeFrame(std::uint8_t opcode, std::string_view payload, bool client) {
  std::string frame;
  frame += static_cast<char>(0x80 | opcode);
  const std::uint8_t mask = client ? 0x80 : 0;
  const auto add = [&frame](std::size_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) frame += static_cast<char>((value >> (8 * i)) & 0xff);
  };
  if (payload.size() < 126) {
    frame += static_cast<char>(mask | payload.size());
  } else if (payload.size() < 65'536) {
    frame += static_cast<char>(mask | 126);
    add(payload.size(), 2);
  } else {
    frame += static_cast<char>(mask | 127);
    add(payload.size(), 8);
  }
  if (client) frame.append(4, '\0');
  frame += payload;
  return frame;
}

/// A server's frame at the beginning of some bytes.
struct FrameView {
  enum class State { whole, incomplete, broken };
  State state;
  std::uint8_t opcode = 0;
  std::string_view payload = {};
  /// Header and payload; of an incomplete frame as much as is known.
  std::size_t size = 0;
};

/// Masked frames, fragments and frames above `largest` are broken: the server under test sends none.
inline FrameView readFrame(std::string_view bytes, std::size_t largest) {
  const auto byte = [bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (bytes.size() < 2) return {FrameView::State::incomplete};
  const std::uint8_t first = byte(0);
  std::size_t length = byte(1);
  if ((first & 0xf0) != 0x80 || length > 127) return {FrameView::State::broken};
  std::size_t header = 2;
  if (length >= 126) {
    const std::size_t extra = length == 126 ? 2 : 8;
    if (bytes.size() < header + extra) return {FrameView::State::incomplete};
    length = 0;
    for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(header + i);
    header += extra;
  }
  if (length > largest) return {FrameView::State::broken};
  if (bytes.size() < header + length) return {FrameView::State::incomplete, first, {}, header + length};
  return {FrameView::State::whole, static_cast<std::uint8_t>(first & 0x0f), bytes.substr(header, length),
          header + length};
}

}  // namespace akbuzat::bench
