#include <catch2/catch.hpp>

#include "config/values.hpp"

namespace akbuzat::config {

TEST_CASE("a proxy is trusted if one of the networks holds its address") {
  const auto proxies = *parseNetworks("10.0.0.0/8, 192.168.7.130/25, 203.0.113.9, 2001:db8:ffe0::/43, ::1");
  const auto contains = [&proxies](const char* address) {
    return proxies.contains(boost::asio::ip::make_address(address));
  };
  for (const char* inside : {"10.0.0.0", "10.255.255.255", "192.168.7.128", "192.168.7.255", "203.0.113.9",
                             "::ffff:10.1.2.3", "2001:db8:ffe0::", "2001:db8:ffff::1", "::1"}) {
    INFO(inside);
    CHECK(contains(inside));
  }
  for (const char* outside : {"9.255.255.255", "11.0.0.0", "192.168.7.127", "203.0.113.8", "::ffff:11.0.0.1",
                              "2001:db8:ffdf::1", "::2", "::", "::10.1.2.3"}) {
    INFO(outside);
    CHECK_FALSE(contains(outside));
  }
}

TEST_CASE("a network of prefix 0 holds all addresses of its family, no network none") {
  const auto all = *parseNetworks("0.0.0.0/0");
  CHECK(all.contains(boost::asio::ip::make_address("198.51.100.1")));
  CHECK_FALSE(all.contains(boost::asio::ip::make_address("2001:db8::1")));
  CHECK_FALSE(TrustedProxies{}.contains(boost::asio::ip::make_address("127.0.0.1")));
}

}  // namespace akbuzat::config
