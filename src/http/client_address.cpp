#include "http/client_address.hpp"

#include <algorithm>
#include <string>

#include "akbuzat/util/text.hpp"

namespace akbuzat::http {

namespace ip = boost::asio::ip;

ip::address unmapped(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

std::optional<ip::address> parseForwarded(std::string_view element) {
  element = util::trim(element);
  if (element.starts_with('[')) {
    const auto end = element.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    element = element.substr(1, end - 1);
  } else if (std::ranges::count(element, ':') == 1) {
    element = element.substr(0, element.find(':'));
  }
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string{element}, error);
  if (error) return std::nullopt;
  return unmapped(address);
}

ip::address clientAddress(const ip::address& peer, const Headers& headers, const config::TrustedProxies& proxies) {
  ip::address client = unmapped(peer);
  if (!proxies.contains(client)) return client;
  const std::string list = headers.joined("X-Forwarded-For");
  std::string_view rest{list};
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const std::string_view last = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    const auto address = parseForwarded(last);
    // What a proxy wrote but nobody can read ends the chain at that proxy.
    if (!address) return client;
    client = *address;
    if (!proxies.contains(client)) return client;
  }
  return client;
}

bool clientUsesHttps(bool tls, bool trustedPeer, const Headers& headers) {
  if (!trustedPeer) return tls;
  const std::string list = headers.joined("X-Forwarded-Proto");
  if (list.empty()) return tls;
  const auto comma = list.rfind(',');
  return util::equalIgnoringCase(
      util::trim(comma == std::string::npos ? std::string_view{list} : std::string_view{list}.substr(comma + 1)),
      "https");
}

}  // namespace akbuzat::http
