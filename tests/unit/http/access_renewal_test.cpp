#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "http/access_renewal.hpp"
#include "support/access_signer.hpp"

using namespace akbuzat;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds kNow{seconds{1'800'000'000}};

/// A token of nobody, which ends so many hours from now.
std::string tokenFor(int hours) {
  const auto exp = (kNow + std::chrono::hours{hours}).time_since_epoch().count();
  return test::AccessSigner::unsignedToken({{"alg", "none"}}, {{"exp", exp}}) + ".sig";
}

http::Request visit(const std::string& cookies, const std::string& user = "?1") {
  http::Request request;
  request.method = "GET";
  request.path = "/tea";
  request.query = "a=b";
  if (!cookies.empty()) request.headers.add("Cookie", cookies);
  if (!user.empty()) request.headers.add("Sec-Fetch-User", user);
  return request;
}

}  // namespace

TEST_CASE("a visitor whose token ends soon comes once more without it") {
  const auto response = http::renewAccess(visit("x=1; CF_Authorization=" + tokenFor(23)), kNow);
  REQUIRE(response);
  CHECK(response->status == 302);
  CHECK(response->fields.find("Location: /tea?a=b\r\n") != std::string::npos);
  for (const char* name : {"CF_Authorization", "CF_AppSession"})
    CHECK(response->fields.find("Set-Cookie: " + std::string{name} +
                                "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/;\r\n") != std::string::npos);
}

TEST_CASE("what has ended already is renewed too") {
  CHECK(http::renewAccess(visit("CF_Authorization=" + tokenFor(-5)), kNow));
}

TEST_CASE("a browser that keeps the cookie, or gets a short one again, does not go in circles") {
  const auto first = http::renewAccess(visit("CF_Authorization=" + tokenFor(1)), kNow);
  REQUIRE(first);
  const std::size_t mark = first->fields.find("akbuzat_renewed=1");
  REQUIRE(mark != std::string::npos);
  CHECK_FALSE(http::renewAccess(visit("CF_Authorization=" + tokenFor(1) + "; akbuzat_renewed=1"), kNow));
}

TEST_CASE("everybody else gets the page at once") {
  CHECK_FALSE(http::renewAccess(visit("CF_Authorization=" + tokenFor(25)), kNow));
  CHECK_FALSE(http::renewAccess(visit("CF_Authorization=" + tokenFor(1), ""), kNow));
  CHECK_FALSE(http::renewAccess(visit("CF_Authorization=" + tokenFor(1), "?0"), kNow));
  CHECK_FALSE(http::renewAccess(visit(""), kNow));
  CHECK_FALSE(http::renewAccess(visit("__session=x"), kNow));
  for (const char* token : {"", "x", "a.b.c", "..", "a.e30.c"})
    CHECK_FALSE(http::renewAccess(visit("CF_Authorization=" + std::string{token}), kNow));
  http::Request post = visit("CF_Authorization=" + tokenFor(1));
  post.method = "POST";
  CHECK_FALSE(http::renewAccess(post, kNow));
}

TEST_CASE("it leads nowhere else") {
  http::Request request = visit("CF_Authorization=" + tokenFor(1));
  request.path = "//evil.example/x";
  const auto response = http::renewAccess(request, kNow);
  REQUIRE(response);
  CHECK(response->fields.find("Location: /\r\n") != std::string::npos);
}
