#include "http/client_address.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace akbuzat::http {
namespace {

namespace ip = boost::asio::ip;

ip::address address(const char* text) { return ip::make_address(text); }

struct Fixture {
  config::TrustedProxies proxies;
  Headers headers;

  Fixture() {
    proxies.v4.push_back(ip::make_network_v4("10.0.0.0/8"));
    proxies.v6.push_back(ip::make_network_v6("fd00::/8"));
  }
  [[nodiscard]] std::string client(const char* peer) const {
    return clientAddress(address(peer), headers, proxies).to_string();
  }
};

TEST_CASE_METHOD(Fixture, "a stranger's X-Forwarded-For is not believed") {
  headers.add("X-Forwarded-For", "1.2.3.4");
  CHECK(client("198.51.100.7") == "198.51.100.7");
  CHECK(client("::ffff:198.51.100.7") == "198.51.100.7");
}

TEST_CASE_METHOD(Fixture, "behind trusted proxies the rightmost stranger is the client") {
  CHECK(client("10.0.0.1") == "10.0.0.1");
  headers.add("X-Forwarded-For", "6.6.6.6, 203.0.113.9");
  CHECK(client("10.0.0.1") == "203.0.113.9");
  CHECK(client("::ffff:10.0.0.1") == "203.0.113.9");
  CHECK(client("fd00::1") == "203.0.113.9");
  headers.add("x-forwarded-for", "10.1.1.1 ,10.2.2.2");
  CHECK(client("10.0.0.1") == "203.0.113.9");
}

TEST_CASE_METHOD(Fixture, "a chain of proxies alone ends at its left end, a broken one where it breaks") {
  SECTION("all trusted") {
    headers.add("X-Forwarded-For", "10.9.9.9, 10.1.1.1");
    CHECK(client("10.0.0.1") == "10.9.9.9");
  }
  SECTION("unreadable") {
    headers.add("X-Forwarded-For", "203.0.113.9, unknown, 10.1.1.1");
    CHECK(client("10.0.0.1") == "10.1.1.1");
  }
  SECTION("empty") {
    headers.add("X-Forwarded-For", "");
    CHECK(client("10.0.0.1") == "10.0.0.1");
  }
}

TEST_CASE("addresses with ports and brackets are read") {
  CHECK(parseForwarded(" 1.2.3.4:567 ") == address("1.2.3.4"));
  CHECK(parseForwarded("[2001:db8::1]:443") == address("2001:db8::1"));
  CHECK(parseForwarded("[2001:db8::1]") == address("2001:db8::1"));
  CHECK(parseForwarded("2001:db8::1") == address("2001:db8::1"));
  CHECK(parseForwarded("::ffff:1.2.3.4") == address("1.2.3.4"));
  for (const char* text : {"", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "[::1", "1.2.3.4, 5.6.7.8"})
    CHECK_FALSE(parseForwarded(text));
}

TEST_CASE("the scheme is the transport's or the trusted proxy's") {
  Headers headers;
  CHECK(clientUsesHttps(true, false, headers));
  CHECK_FALSE(clientUsesHttps(false, true, headers));
  headers.add("X-Forwarded-Proto", "https");
  CHECK_FALSE(clientUsesHttps(false, false, headers));
  CHECK(clientUsesHttps(false, true, headers));
  headers.add("X-Forwarded-Proto", "http");
  CHECK_FALSE(clientUsesHttps(true, true, headers));
}

}  // namespace
}  // namespace akbuzat::http
