#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "akbuzat/util/file_descriptor.hpp"

namespace akbuzat::http {

/// Sockets that listen on one address and port together (SO_REUSEPORT), one for each shard. Port 0 lets the system
/// choose one for all. Throws std::system_error whose text names the address and the reason.
std::vector<util::FileDescriptor> listenOn(const std::string& address, std::uint16_t port, std::size_t count);

/// The port that a bound socket has.
std::uint16_t localPort(int fd);

struct Accepted {
  util::FileDescriptor socket;
  boost::asio::ip::address peer;
  /// errno of a failure; 0 if there is a socket.
  int error = 0;
};

/// Takes one connection off the queue, non-blocking and without Nagle's delay.
Accepted acceptOne(int listener);

}  // namespace akbuzat::http
