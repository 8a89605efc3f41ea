#include <algorithm>
#include <cstddef>

#include <boost/asio/ip/address.hpp>

#include "akbuzat/config/config.hpp"

namespace akbuzat::config {

namespace {

/// True if the first `prefix` bits of both are equal.
template <class Bytes>
bool samePrefix(const Bytes& a, const Bytes& b, unsigned prefix) {
  const std::size_t whole = prefix / 8;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const unsigned rest = prefix % 8;
  return rest == 0 || (a[whole] >> (8 - rest)) == (b[whole] >> (8 - rest));
}

}  // namespace

bool TrustedProxies::contains(const boost::asio::ip::address& address) const {
  namespace ip = boost::asio::ip;
  // A socket that listens on [::] reports an IPv4 peer as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2).
  const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  if (address.is_v4() || mapped) {
    const auto bytes = (mapped ? ip::make_address_v4(ip::v4_mapped, address.to_v6()) : address.to_v4()).to_bytes();
    return std::ranges::any_of(v4, [&bytes](const ip::network_v4& network) {
      return samePrefix(bytes, network.address().to_bytes(), network.prefix_length());
    });
  }
  const auto bytes = address.to_v6().to_bytes();
  return std::ranges::any_of(v6, [&bytes](const ip::network_v6& network) {
    return samePrefix(bytes, network.address().to_bytes(), network.prefix_length());
  });
}

}  // namespace akbuzat::config
