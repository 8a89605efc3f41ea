#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "akbuzat/websocket/frame.hpp"

namespace akbuzat::test {

struct FrameOptions {
  bool final = true;
  bool masked = true;
  /// RSV1 to RSV3 in the place that they have in the first byte: 0x40, 0x20, 0x10.
  unsigned reserved = 0;
  /// Bytes of extended length to write instead of the shortest form: 0 (shortest), 2 or 8.
  unsigned lengthBytes = 0;
};

/// A frame as a client sends it (RFC 6455 section 5.2), masked with a fixed key.
inline std::string clientFrame(websocket::Opcode opcode, std::string_view payload, FrameOptions options = {}) {
  constexpr std::array<unsigned char, 4> kMask{0x37, 0xfa, 0x21, 0x3d};
  std::string frame;
  frame.push_back(static_cast<char>((options.final ? 0x80U : 0U) | options.reserved | static_cast<unsigned>(opcode)));
  const unsigned maskBit = options.masked ? 0x80U : 0U;
  const std::size_t size = payload.size();
  unsigned lengthBytes = options.lengthBytes;
  if (lengthBytes == 0) lengthBytes = size <= 125 ? 0U : size <= 0xFFFF ? 2U : 8U;
  const unsigned shortLength = lengthBytes == 0 ? static_cast<unsigned>(size) : lengthBytes == 2 ? 126U : 127U;
  frame.push_back(static_cast<char>(maskBit | shortLength));
  for (unsigned i = lengthBytes; i > 0; --i)
    frame.push_back(static_cast<char>((static_cast<std::uint64_t>(size) >> (8 * (i - 1))) & 0xFF));
  if (!options.masked) return frame.append(payload);
  for (const unsigned char byte : kMask) frame.push_back(static_cast<char>(byte));
  for (std::size_t i = 0; i < size; ++i)
    frame.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ kMask[i % kMask.size()]));
  return frame;
}

}  // namespace akbuzat::test
