#include <catch2/catch.hpp>

#include "https/request_text.hpp"

namespace akbuzat::https {
namespace {

std::optional<std::string> written(const Request& request) {
  return writeRequest(request, parseUrl(request.url).value());
}

TEST_CASE("a request without a body") {
  CHECK(written({.url = "https://example.com/a?b"}) ==
        "GET /a?b HTTP/1.1\r\nHost: example.com\r\nUser-Agent: akbuzat\r\n\r\n");
  // Servers may insist on a length with these.
  CHECK(written({.method = "POST", .url = "http://[::1]:81"}) ==
        "POST / HTTP/1.1\r\nHost: [::1]:81\r\nUser-Agent: akbuzat\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("the caller's headers are kept, but for those that are the client's own") {
  CHECK(written({.method = "DELETE",
                 .url = "https://a/",
                 .headers = {{"X-One", "1\t\xc3\xa9"},
                             {"x-one", ""},
                             {"USER-AGENT", "other"},
                             {"HOST", "b"},
                             {"Expect", "100-continue"},
                             {"Upgrade", "h2c"},
                             {"Connection", "close"},
                             {"Content-Length", "9"},
                             {"Transfer-Encoding", "chunked"},
                             {"Keep-Alive", "1"},
                             {"Proxy-Connection", "close"},
                             {"TE", "trailers"},
                             {"Trailer", "A"}},
                 .body = "abc"}) ==
        "DELETE / HTTP/1.1\r\nHost: a\r\nX-One: 1\t\xc3\xa9\r\nx-one: \r\nUSER-AGENT: other\r\nContent-Length: "
        "3\r\n\r\nabc");
}

TEST_CASE("nothing can be smuggled in") {
  using namespace std::string_literals;
  for (const std::string& bad : {"a\r\nB: c"s, "a\nb"s, "a\rb"s, "a\0b"s, "a\x7f"s, "\x01"s}) {
    CHECK_FALSE(written({.url = "https://a/", .headers = {{"A", bad}}}));
    CHECK_FALSE(written({.url = "https://a/", .headers = {{bad, "a"}}}));
    CHECK_FALSE(written({.method = bad, .url = "https://a/"}));
  }
  for (const std::string& bad : {""s, "a b"s, "a:"s, "\xc3\xa9"s, "a(b)"s}) {
    CHECK_FALSE(written({.url = "https://a/", .headers = {{bad, "a"}}}));
    CHECK_FALSE(written({.method = bad, .url = "https://a/"}));
  }
  CHECK_FALSE(written({.method = "CONNECT", .url = "https://a/"}));
}

}  // namespace
}  // namespace akbuzat::https
