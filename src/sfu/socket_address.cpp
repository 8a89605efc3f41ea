#include "sfu/socket_address.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace akbuzat::sfu {

namespace {

/// Of a mapped address; the IPv4 address lies behind it.
constexpr std::size_t kPrefixSize = 12;

}  // namespace

void write(const transport::Endpoint& endpoint, int family, SocketAddress& address) noexcept {
  if (family == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.data() + kPrefixSize, sizeof v4.sin_addr);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.size = sizeof v4;
    return;
  }
  address.storage.sin6_family = AF_INET6;
  address.storage.sin6_port = htons(endpoint.port);
  std::memcpy(&address.storage.sin6_addr, endpoint.address.data(), endpoint.address.size());
  address.size = sizeof address.storage;
}

transport::Endpoint read(const SocketAddress& address) noexcept {
  transport::Endpoint endpoint;
  if (address.storage.sin6_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address.storage, sizeof v4);
    mapV4(v4.sin_addr, endpoint);
    endpoint.port = ntohs(v4.sin_port);
    return endpoint;
  }
  std::memcpy(endpoint.address.data(), &address.storage.sin6_addr, endpoint.address.size());
  endpoint.port = ntohs(address.storage.sin6_port);
  return endpoint;
}

void mapV4(const in_addr& from, transport::Endpoint& to) noexcept {
  to.address.fill(0);
  to.address[kPrefixSize - 2] = 0xff;
  to.address[kPrefixSize - 1] = 0xff;
  std::memcpy(to.address.data() + kPrefixSize, &from, sizeof from);
}

bool parseAddress(const std::string& text, transport::Endpoint& endpoint) {
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    mapV4(v4, endpoint);
    return true;
  }
  return ::inet_pton(AF_INET6, text.c_str(), endpoint.address.data()) == 1;
}

}  // namespace akbuzat::sfu
