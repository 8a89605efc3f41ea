#include "http/ice_tcp.hpp"

#include <array>
#include <cstdint>

namespace akbuzat::http {
namespace {

constexpr std::size_t kLengthSize = 2;
/// The header of a STUN message (RFC 8489 section 5).
constexpr std::size_t kStunHeader = 20;
constexpr std::size_t kMaxStun = 548;
static_assert(kLengthSize + kMaxStun <= kMaxIceTcpStart);
/// Where the magic cookie lies in the frame, and its value.
constexpr std::size_t kCookieAt = kLengthSize + 4;
constexpr std::array<std::uint8_t, 4> kCookie{0x21, 0x12, 0xA4, 0x42};

std::uint8_t byteAt(std::string_view bytes, std::size_t at) noexcept { return static_cast<std::uint8_t>(bytes[at]); }

std::size_t numberAt(std::string_view bytes, std::size_t at) noexcept {
  return std::size_t{byteAt(bytes, at)} << 8U | byteAt(bytes, at + 1);
}

}  // namespace

IceTcpStart judgeIceTcp(std::string_view bytes) noexcept {
  if (!bytes.empty() && !mayBeIceTcp(bytes[0])) return IceTcpStart::no;
  if (bytes.size() < kLengthSize) return IceTcpStart::needMore;
  const std::size_t length = numberAt(bytes, 0);
  if (length < kStunHeader || length > kMaxStun) return IceTcpStart::no;
  // The type of a binding request is 0x0001.
  if (bytes.size() > 2 && byteAt(bytes, 2) != 0) return IceTcpStart::no;
  if (bytes.size() > 3 && byteAt(bytes, 3) != 1) return IceTcpStart::no;
  if (bytes.size() >= 6 && numberAt(bytes, 4) + kStunHeader != length) return IceTcpStart::no;
  for (std::size_t i = 0; i < kCookie.size() && kCookieAt + i < bytes.size(); ++i) {
    if (byteAt(bytes, kCookieAt + i) != kCookie[i]) return IceTcpStart::no;
  }
  return bytes.size() < kLengthSize + length ? IceTcpStart::needMore : IceTcpStart::complete;
}

}  // namespace akbuzat::http
