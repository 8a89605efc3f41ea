#include "akbuzat/websocket/frame.hpp"

#include <algorithm>

namespace akbuzat::websocket {
namespace {

constexpr std::uint8_t kFinalBit = 0x80;
constexpr std::uint8_t kRsv1Bit = 0x40;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

void appendBigEndian(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i > 0; --i) out.push_back(static_cast<char>((value >> (8 * (i - 1))) & 0xFF));
}

}  // namespace

void appendFrameHeader(std::string& out, Opcode opcode, std::uint64_t payloadSize, bool compressed) {
  const auto first =
      static_cast<std::uint8_t>(kFinalBit | (compressed ? kRsv1Bit : 0) | static_cast<std::uint8_t>(opcode));
  out.push_back(static_cast<char>(first));
  if (payloadSize <= kMaxControlPayload) {
    out.push_back(static_cast<char>(payloadSize));
  } else if (payloadSize <= 0xFFFF) {
    out.push_back(static_cast<char>(kLength16));
    appendBigEndian(out, payloadSize, 2);
  } else {
    out.push_back(static_cast<char>(kLength64));
    appendBigEndian(out, payloadSize, 8);
  }
}

std::string closePayload(std::uint16_t code, std::string_view reason) {
  std::string payload;
  appendBigEndian(payload, code, 2);
  std::size_t size = std::min(reason.size(), kMaxControlPayload - 2);
  // Do not end within a code point: step back over the continuation bytes of one that would be cut.
  while (size < reason.size() && size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) --size;
  payload.append(reason.substr(0, size));
  return payload;
}

bool isValidCloseCode(std::uint16_t code) noexcept {
  const bool defined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  return defined || (code >= 3000 && code <= 4999);
}

}  // namespace akbuzat::websocket
