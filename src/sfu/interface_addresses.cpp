#include "sfu/interface_addresses.hpp"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace akbuzat::sfu {

namespace ip = boost::asio::ip;

namespace {

/// Each address is a candidate that every browser tries; ICE has no use for more (RFC 8421 section 4).
constexpr std::size_t kMaxAddresses = 16;

}  // namespace

std::vector<InterfaceAddress> interfaceAddresses() {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(first, ::freeifaddrs);
  std::vector<InterfaceAddress> all;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    InterfaceAddress found{.address = {}, .loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0};
    if (entry->ifa_addr->sa_family == AF_INET) {
      ip::address_v4::bytes_type bytes;
      std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr, bytes.size());
      found.address = ip::address_v4(bytes);
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr, bytes.size());
      found.address = ip::address_v6(bytes);
    } else {
      continue;
    }
    all.push_back(found);
  }
  return all;
}

std::vector<std::string> chooseAddresses(const std::vector<InterfaceAddress>& all) {
  std::vector<std::string> chosen;
  const auto add = [&](bool loopback, bool v4) {
    for (const auto& [address, isLoopback] : all) {
      if (isLoopback != loopback || address.is_v4() != v4 || chosen.size() == kMaxAddresses) continue;
      if (address.is_v6() && address.to_v6().is_link_local()) continue;
      auto text = address.to_string();
      if (std::ranges::find(chosen, text) == chosen.end()) chosen.push_back(std::move(text));
    }
  };
  for (const bool loopback : {false, true}) {
    for (const bool v4 : {true, false}) add(loopback, v4);
    if (!chosen.empty()) break;
  }
  return chosen;
}

}  // namespace akbuzat::sfu
