#pragma once

#include <cstdint>
#include <string>

#include "akbuzat/util/file_descriptor.hpp"

namespace akbuzat::sfu {

/// A bound, non-blocking UDP socket that tells with each datagram which of our addresses it was sent to.
struct UdpSocket {
  util::FileDescriptor fd;
  /// AF_INET6, through which IPv4 passes as mapped addresses; AF_INET where the machine has no IPv6.
  int family;
  std::uint16_t port;
};

/// `address` is an IP address; either wildcard takes IPv4 and IPv6. Port 0: any free one. Throws std::system_error
/// whose text names address, port and reason.
[[nodiscard]] UdpSocket openUdpSocket(const std::string& address, std::uint16_t port);

}  // namespace akbuzat::sfu
