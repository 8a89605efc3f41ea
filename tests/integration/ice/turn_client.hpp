#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

namespace akbuzat::test {

/// As much of TURN (RFC 8656) over UDP as it takes to get an address on a relay of 127.0.0.1.
class TurnClient {
 public:
  explicit TurnClient(std::uint16_t port);

  /// Asks for an allocation. The address on the relay, or the relay's error code. Waits until the relay is there;
  /// throws if it is not after half a minute.
  struct Allocation {
    std::optional<boost::asio::ip::udp::endpoint> relayed;
    unsigned error = 0;
  };
  Allocation allocate(const std::string& username, const std::string& credential);

 private:
  using Message = std::vector<std::uint8_t>;

  /// Sends it again until an answer comes.
  Message exchange(const Message& request);

  boost::asio::io_context context_;
  boost::asio::ip::udp::socket socket_;
};

}  // namespace akbuzat::test
