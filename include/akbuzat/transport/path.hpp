#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string_view>

namespace akbuzat::transport {

/// An IP address and port as the media socket sees it; IPv4 is mapped into IPv6 (RFC 4291 section 2.5.5.2).
struct Endpoint {
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;

  [[nodiscard]] bool isV4() const noexcept {
    static constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::memcmp(address.data(), kPrefix.data(), kPrefix.size()) == 0;
  }
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// The 5-tuple that a datagram came by and an answer goes back by. Small, copied freely.
struct Path {
  /// 0: the shard's UDP socket; else one of its ICE-TCP connections, by a number that is never used again.
  std::uint32_t connection = 0;
  Endpoint remote;
  /// The address that the remote has sent to; answers must come from it. For UDP the port is the socket's.
  Endpoint local;

  [[nodiscard]] bool isTcp() const noexcept { return connection != 0; }
  friend bool operator==(const Path&, const Path&) = default;
};

}  // namespace akbuzat::transport

template <>
struct std::hash<akbuzat::transport::Path> {
  std::size_t operator()(const akbuzat::transport::Path& path) const noexcept {
    std::uint64_t words[4];
    std::memcpy(words, path.remote.address.data(), 16);
    std::memcpy(words + 2, path.local.address.data(), 16);
    std::uint64_t mixed = (std::uint64_t{path.connection} << 16U) ^ path.remote.port;
    for (const std::uint64_t word : words) {
      mixed = (mixed ^ word) * 0x9e3779b97f4a7c15U;
      mixed ^= mixed >> 29U;
    }
    return static_cast<std::size_t>(mixed);
  }
};
