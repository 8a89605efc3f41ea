#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "akbuzat/transport/path.hpp"

namespace akbuzat::sfu {

// Between our endpoints, which are always IPv6, and the system's addresses of a socket of either family.

/// `size` is what bind and sendmsg want to know.
struct SocketAddress {
  /// Large enough for both families and aligned for both; sockaddr_storage would be four times as large.
  sockaddr_in6 storage{};
  socklen_t size = sizeof(sockaddr_in6);

  [[nodiscard]] sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

/// `endpoint` for a socket of `family` (AF_INET6 or AF_INET). For AF_INET it must be IPv4.
void write(const transport::Endpoint& endpoint, int family, SocketAddress& address) noexcept;

[[nodiscard]] transport::Endpoint read(const SocketAddress& address) noexcept;

/// An IPv4 address, in network byte order, as our endpoints have it.
void mapV4(const in_addr& from, transport::Endpoint& to) noexcept;

/// Reads an IP address, without port; false if `text` is none.
[[nodiscard]] bool parseAddress(const std::string& text, transport::Endpoint& endpoint);

}  // namespace akbuzat::sfu
