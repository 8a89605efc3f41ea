#include <catch2/catch.hpp>

#include "https/url.hpp"

namespace akbuzat::https {
namespace {

TEST_CASE("URLs are taken apart") {
  struct Row {
    std::string text;
    std::string origin;
    std::string hostHeader;
    std::string target;
  };
  const std::vector<Row> rows{
      {"https://example.com", "https://example.com:443", "example.com", "/"},
      {"https://example.com/", "https://example.com:443", "example.com", "/"},
      {"HTTPS://EXAMPLE.com/A/b?C=d", "https://example.com:443", "example.com", "/A/b?C=d"},
      {"http://example.com?x=/y", "http://example.com:80", "example.com", "/?x=/y"},
      {"https://example.com:443/", "https://example.com:443", "example.com", "/"},
      {"https://example.com:80/", "https://example.com:80", "example.com:80", "/"},
      {"http://example.com:443/", "http://example.com:443", "example.com:443", "/"},
      {"https://a_b.xn--p1ai:65535//x", "https://a_b.xn--p1ai:65535", "a_b.xn--p1ai:65535", "//x"},
      {"https://a/%20%D0%B0?u=http://b:1/@", "https://a:443", "a", "/%20%D0%B0?u=http://b:1/@"},
      {"http://127.0.0.1:8080/x", "http://127.0.0.1:8080", "127.0.0.1:8080", "/x"},
      {"https://[::1]:8443/x", "https://[::1]:8443", "[::1]:8443", "/x"},
      {"https://[2001:DB8::A]", "https://[2001:db8::a]:443", "[2001:db8::a]", "/"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto url = parseUrl(row.text);
    REQUIRE(url);
    CHECK(url->origin() == row.origin);
    CHECK(url->hostHeader() == row.hostHeader);
    CHECK(url->target == row.target);
    CHECK(url->tls == row.origin.starts_with("https:"));
  }
}

TEST_CASE("addresses are told from names") {
  for (const std::string address : {"127.0.0.1", "255.255.255.255", "[::1]", "[::ffff:127.0.0.1]"})
    CHECK(parseUrl("https://" + address + "/").value().hostIsAddress);
  for (const std::string name : {"localhost", "a1", "1a", "1.2.3.4.example", "0x7f"})
    CHECK_FALSE(parseUrl("https://" + name + "/").value().hostIsAddress);
  CHECK(parseUrl("https://[::1]/").value().host == "::1");
}

TEST_CASE("what is no such URL is refused") {
  using namespace std::string_literals;
  const std::vector<std::string> texts{
      "",
      "https",
      "https:",
      "https://",
      "https:///x",
      "https://?x",
      "https:/example.com",
      "//example.com/",
      "/x",
      "example.com",
      "ftp://example.com/",
      "wss://example.com/",
      " https://example.com/",
      "https://example.com/ ",
      "https://example.com/a b",
      "https://example.com/a\r\nB: c",
      "https://example.com/\0"s,
      "https://example.com/\x7f",
      "https://example.com/\xd0\xb0",
      "https://\xd0\xb0.example/",
      "https://example.com/#x",
      "https://example.com#x",
      "https://user@example.com/",
      "https://user:password@example.com/",
      "https://example.com@evil.example/",
      "https://exa mple.com/",
      "https://exa%6dple.com/",
      "https://example.com\\x",
      "https://.example.com/",
      "https://a..b/",
      "https://example.com:/",
      "https://example.com:0/",
      "https://example.com:65536/",
      "https://example.com:-1/",
      "https://example.com:+1/",
      "https://example.com:80x/",
      "https://example.com:80:80/",
      "https://127.1/",
      "https://2130706433/",
      "https://256.0.0.1/",
      "https://1.2.3.4.5/",
      "https://::1/",
      "https://[::1/",
      "https://[]/",
      "https://[127.0.0.1]/",
      "https://[::1%25lo]/",
      "https://[::1]x/",
      "https://[::1]:/",
      "https://[example.com]/",
      "https://" + std::string(254, 'a') + "/",
  };
  for (const std::string& text : texts) {
    INFO(text);
    CHECK_FALSE(parseUrl(text));
  }
}

}  // namespace
}  // namespace akbuzat::https
