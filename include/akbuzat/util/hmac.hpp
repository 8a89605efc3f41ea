#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace akbuzat::util {

/// HMAC-SHA-256 (RFC 2104).
std::array<std::uint8_t, 32> hmacSha256(std::string_view key, std::string_view message);

/// HMAC-SHA-1 (RFC 2104), for the credentials of relays alone, which know no other.
std::array<std::uint8_t, 20> hmacSha1(std::string_view key, std::string_view message);

/// SHA-1 (RFC 3174), for the WebSocket handshake alone (RFC 6455 section 4.2.2).
std::array<std::uint8_t, 20> sha1(std::string_view message);

/// SHA-256 (RFC 6234).
std::array<std::uint8_t, 32> sha256(std::string_view message);

/// Compares in a time that depends on the lengths only.
bool equalInConstantTime(std::string_view a, std::string_view b);

}  // namespace akbuzat::util
