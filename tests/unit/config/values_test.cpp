#include "config/values.hpp"

#include <catch2/catch.hpp>

namespace akbuzat::config {

using std::chrono::milliseconds;

TEST_CASE("a size is a number of bytes with an optional binary unit") {
  CHECK(parseSize("0") == 0U);
  CHECK(parseSize("65536") == 65536U);
  CHECK(parseSize("16k") == 16384U);
  CHECK(parseSize("16K") == 16384U);
  CHECK(parseSize("4M") == 4194304U);
  CHECK(parseSize("2g") == 2147483648U);
  CHECK(parseSize("18446744073709551615") == 18446744073709551615U);
  for (const char* wrong : {"", "k", "-1", "+1", "1.5k", "1kb", "1 k", " 1", "0x10", "18446744073709551616",
                            "17179869184G", "1e3", "16T"}) {
    INFO(wrong);
    CHECK_FALSE(parseSize(wrong));
  }
  CHECK(printSize(16384) == "16k");
  CHECK(printSize(4194304) == "4M");
  CHECK(printSize(1025) == "1025");
  CHECK(printSize(0) == "0");
}

TEST_CASE("a duration is seconds unless it says otherwise") {
  CHECK(parseDuration("30") == milliseconds(30'000));
  CHECK(parseDuration("30s") == milliseconds(30'000));
  CHECK(parseDuration("500ms") == milliseconds(500));
  CHECK(parseDuration("0") == milliseconds(0));
  for (const char* wrong :
       {"", "s", "ms", "-1", "1.5", "1m", "1h", "30 s", "99999999999999999999", "9223372036854775807s", "1S", "msms"}) {
    INFO(wrong);
    CHECK_FALSE(parseDuration(wrong));
  }
  CHECK(printDuration(milliseconds(30'000)) == "30s");
  CHECK(printDuration(milliseconds(1'500)) == "1500ms");
}

TEST_CASE("rates, whole numbers and truth values take one plain form") {
  CHECK(parseRate("0") == 0.0);
  CHECK(parseRate("0.5") == 0.5);
  CHECK(parseRate("100") == 100.0);
  for (const char* wrong : {"", ".", "-1", "1e3", "inf", "nan", "1,5", "1.2.3", "0x1"}) {
    INFO(wrong);
    CHECK_FALSE(parseRate(wrong));
  }
  CHECK(printRate(100) == "100");
  CHECK(printRate(0.5) == "0.5");

  CHECK(parseInteger("-3") == -3);
  CHECK(parseInteger("2500000") == 2'500'000);
  for (const char* wrong : {"", "+1", "1.0", "1e3", "9223372036854775808", "2 "}) {
    INFO(wrong);
    CHECK_FALSE(parseInteger(wrong));
  }

  CHECK(parseBoolean("true") == true);
  CHECK(parseBoolean("false") == false);
  for (const char* wrong : {"", "True", "1", "yes", "on", "true "}) {
    INFO(wrong);
    CHECK_FALSE(parseBoolean(wrong));
  }
}

TEST_CASE("an endpoint is an address and a port, IPv6 in brackets") {
  const auto v4 = parseEndpoint("127.0.0.1:8787");
  REQUIRE(v4);
  CHECK(v4->address == "127.0.0.1");
  CHECK(v4->port == 8787);
  const auto v6 = parseEndpoint("[::1]:0");
  REQUIRE(v6);
  CHECK(v6->address == "::1");
  CHECK(v6->port == 0);
  for (const char* wrong : {"", ":", ":8787", "8787", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                            "127.0.0.1:+1", "127.0.0.1:1 ", "::1:8787", "[127.0.0.1]:1", "[::1]", "[::1:1",
                            "localhost:1", "[fe80::1%lo]:1", "256.0.0.1:1", "[]:1"}) {
    INFO(wrong);
    CHECK_FALSE(parseEndpoint(wrong));
  }
  CHECK(printEndpoint("::", 80) == "[::]:80");
  CHECK(printEndpoint("0.0.0.0", 80) == "0.0.0.0:80");
}

TEST_CASE("networks are listed with commas and written canonically") {
  const auto networks = parseNetworks("10.1.2.3/8, 192.168.1.1,::1 ,2001:db8::5/32,::ffff:172.16.0.0/108");
  REQUIRE(networks);
  CHECK(printNetworks(*networks) == "10.0.0.0/8, 192.168.1.1/32, 172.16.0.0/12, ::1/128, 2001:db8::/32");
  for (const char* wrong : {"", ",", "10.0.0.0/8,", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8",
                            "10.0.0.0/8 192.168.0.0/16", "example.org", "10.0.0.0/255.0.0.0", "fe80::1%lo"}) {
    INFO(wrong);
    CHECK_FALSE(parseNetworks(wrong));
  }
}

TEST_CASE("addresses are listed with commas, each once and in canonical form") {
  CHECK(parseAddresses("203.0.113.5") == std::vector<std::string>{"203.0.113.5"});
  const auto addresses = parseAddresses("203.0.113.5,2001:DB8:0::5 , 203.0.113.5");
  REQUIRE(addresses);
  CHECK(*addresses == std::vector<std::string>{"203.0.113.5", "2001:db8::5"});
  CHECK(printAddresses(*addresses) == "203.0.113.5, 2001:db8::5");
  CHECK(printAddresses({}).empty());
  for (const char* wrong : {"", ",", "203.0.113.5,", "203.0.113.0/24", "203.0.113", "meet.example.org", "fe80::1%lo",
                            "203.0.113.5 203.0.113.6", "[::1]", "203.0.113.5:80"}) {
    INFO(wrong);
    CHECK_FALSE(parseAddresses(wrong));
  }
}

TEST_CASE("an app's id fits into a path") {
  CHECK(isAppId("a"));
  CHECK(isAppId("My_app-2"));
  CHECK(isAppId(std::string(64, 'x')));
  for (const std::string& wrong : {std::string{}, std::string(65, 'x'), std::string("a/b"), std::string("a b"),
                                   std::string("a.b"), std::string("é")}) {
    INFO(wrong);
    CHECK_FALSE(isAppId(wrong));
  }
}

TEST_CASE("an origin is written as browsers write it") {
  CHECK(parseOrigin("https://Meet.Example.org") == "https://meet.example.org");
  CHECK(parseOrigin("HTTPS://meet.example.org:443/") == "https://meet.example.org");
  CHECK(parseOrigin("http://meet.example.org:80") == "http://meet.example.org");
  CHECK(parseOrigin("http://localhost:8787") == "http://localhost:8787");
  CHECK(parseOrigin("https://[2001:DB8:0::1]:8443") == "https://[2001:db8::1]:8443");
  CHECK(parseOrigin("http://[::1]") == "http://[::1]");
  for (const char* wrong : {"",
                            "meet.example.org",
                            "ftp://meet.example.org",
                            "https://",
                            "https:///",
                            "https://x//",
                            "https://x/path",
                            "https://x?q",
                            "https://x#f",
                            "https://user@x",
                            "https://x:",
                            "https://x:0",
                            "https://x:65536",
                            "https://x:80:80",
                            "https://[::1",
                            "https://::1",
                            "https://[127.0.0.1]",
                            "https://a..b",
                            "https://.a",
                            "https://a b",
                            "https://кемпинг.рф",
                            "wss://x"}) {
    INFO(wrong);
    CHECK_FALSE(parseOrigin(wrong));
  }
}

TEST_CASE("a header's name is a token") {
  CHECK(isHeaderName("Cf-Access-Authenticated-User-Email"));
  CHECK(isHeaderName("X_User"));
  for (const char* wrong : {"", "X User", "X:", "Имя", "X\r\nY"}) CHECK_FALSE(isHeaderName(wrong));
}

TEST_CASE("a quoted value stays one line of bounded length and whole characters") {
  CHECK(quote("a\nb\x1b[31m") == "\"a?b?[31m\"");
  CHECK(quote(std::string(200, 'x')) == "\"" + std::string(100, 'x') + "…\"");
  // The hundredth byte is the first half of the last letter.
  std::string letters = "x";
  for (int i = 0; i < 60; ++i) letters += "ж";
  const auto quoted = quote(letters);
  CHECK(quoted.ends_with("ж…\""));
  CHECK(quoted.size() == 1 + 99 + std::string("…\"").size());
}

}  // namespace akbuzat::config
