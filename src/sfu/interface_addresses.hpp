#pragma once

#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace akbuzat::sfu {

struct InterfaceAddress {
  boost::asio::ip::address address;
  bool loopback = false;
};

/// Of the interfaces that are up, in the system's order.
[[nodiscard]] std::vector<InterfaceAddress> interfaceAddresses();

/// Those of them that peers are told, as reachableAddresses says.
[[nodiscard]] std::vector<std::string> chooseAddresses(const std::vector<InterfaceAddress>& all);

}  // namespace akbuzat::sfu
