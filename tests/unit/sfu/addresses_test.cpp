#include "akbuzat/sfu/addresses.hpp"

#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <catch2/catch.hpp>

#include "sfu/interface_addresses.hpp"

namespace akbuzat::sfu {
namespace {

using Texts = std::vector<std::string>;

InterfaceAddress at(const char* address, bool loopback = false) {
  return {boost::asio::ip::make_address(address), loopback};
}

}  // namespace

TEST_CASE("announced addresses go over that of LISTEN, and that over the interfaces'") {
  CHECK(reachableAddresses({"203.0.113.5", "2001:db8::5"}, "127.0.0.1") == Texts{"203.0.113.5", "2001:db8::5"});
  CHECK(reachableAddresses({}, "127.0.0.1") == Texts{"127.0.0.1"});
  CHECK(reachableAddresses({}, "::1") == Texts{"::1"});
  for (const char* any : {"0.0.0.0", "::"}) {
    const auto found = reachableAddresses({}, any);
    CHECK_FALSE(found.empty());
    CHECK(found == chooseAddresses(interfaceAddresses()));
    for (const auto& text : found) CHECK_FALSE(boost::asio::ip::make_address(text).is_unspecified());
  }
}

TEST_CASE("of the interfaces' addresses those are chosen that others can reach") {
  CHECK(chooseAddresses({at("127.0.0.1", true), at("::1", true), at("2001:db8::1"), at("192.0.2.1"), at("fe80::1"),
                         at("192.0.2.1"), at("fd00::1")}) == Texts{"192.0.2.1", "2001:db8::1", "fd00::1"});
  CHECK(chooseAddresses({at("::1", true), at("127.0.0.1", true), at("fe80::1")}) == Texts{"127.0.0.1", "::1"});
  CHECK(chooseAddresses({}).empty());

  std::vector<InterfaceAddress> many;
  for (int i = 1; i <= 20; ++i) many.push_back(at(("2001:db8::" + std::to_string(i)).c_str()));
  for (int i = 1; i <= 4; ++i) many.push_back(at(("192.0.2." + std::to_string(i)).c_str()));
  const auto chosen = chooseAddresses(many);
  CHECK(chosen.size() == 16);
  CHECK(chosen[3] == "192.0.2.4");
  CHECK(chosen[4] == "2001:db8::1");
}

TEST_CASE("candidates prefer UDP, then IPv6, then what stands first") {
  CHECK(candidateLines({"192.0.2.1", "2001:db8::1", "192.0.2.2"}, 8787, 443, true) ==
        Texts{"candidate:1 1 udp 2130706431 2001:db8::1 8787 typ host",
              "candidate:2 1 udp 2130706175 192.0.2.1 8787 typ host",
              "candidate:3 1 udp 2130705919 192.0.2.2 8787 typ host",
              "candidate:4 1 tcp 1520435199 2001:db8::1 443 typ host tcptype passive",
              "candidate:5 1 tcp 1520434943 192.0.2.1 443 typ host tcptype passive",
              "candidate:6 1 tcp 1520434687 192.0.2.2 443 typ host tcptype passive"});
  // A listener of IPv4 alone takes no TCP over IPv6.
  CHECK(candidateLines({"2001:db8::1"}, 8787, 443, false) ==
        Texts{"candidate:1 1 udp 2130706431 2001:db8::1 8787 typ host"});
  CHECK(candidateLines({}, 1, 2, true).empty());
  // What is no address cannot be a candidate of ours.
  CHECK(candidateLines({"meet.example.org"}, 1, 2, true).empty());
}

}  // namespace akbuzat::sfu
