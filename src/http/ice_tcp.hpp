#pragma once

#include <cstddef>
#include <string_view>

namespace akbuzat::http {

// Telling ICE over TCP (RFC 6544) from what else comes to the port. Such a peer begins with a STUN binding request (RFC
// 8489) behind its length in two bytes (RFC 4571 section 2).

/// The most that is read. A browser's first check has about 130 bytes; a request that is to pass any path has at most
/// 548 (RFC 8489 section 6.1: an IPv4 packet of 576 bytes).
inline constexpr std::size_t kMaxIceTcpStart = 600;

/// Whether a connection may be ICE: of the three lengths that a request can have, the first byte is 0, 1 or 2, while
/// HTTP begins with a letter or a line's end and TLS with 0x16 (RFC 8446 section 5.1).
[[nodiscard]] constexpr bool mayBeIceTcp(char first) noexcept { return static_cast<unsigned char>(first) <= 2; }

enum class IceTcpStart { needMore, complete, no };

/// Judges all that has come so far: `complete` once the whole first frame is there and is a binding request, `no` as
/// soon as it cannot become one. Nothing in it is authenticated here.
[[nodiscard]] IceTcpStart judgeIceTcp(std::string_view bytes) noexcept;

}  // namespace akbuzat::http
