#include "http/identity.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace akbuzat::http {
namespace {

struct Fixture {
  config::Config config;
  SessionCookie cookie{"secret"};
  Headers headers;

  Fixture() { config.identityHeader = "X-User"; }
  [[nodiscard]] std::optional<Identity> who(bool trusted = false) const {
    return identify(headers, trusted, config, cookie);
  }
  [[nodiscard]] std::string cookieFor(const Session& session) const { return "__session=" + cookie.write(session); }
};

TEST_CASE_METHOD(Fixture, "nobody is nobody") {
  CHECK_FALSE(who());
  headers.add("Cookie", "__session=forged.forged");
  CHECK_FALSE(who());
  CHECK_FALSE(sessionOf(headers, cookie));
}

TEST_CASE_METHOD(Fixture, "the cookie names the user and owns what is the session's") {
  headers.add("Cookie", cookieFor({"Kevin", "uid-1"}));
  CHECK(who()->name == "Kevin");
  CHECK(who()->owner == "session:uid-1");
  CHECK(who()->source == Identity::Source::cookie);
  CHECK(sessionOf(headers, cookie) == Session{"Kevin", "uid-1"});
}

TEST_CASE_METHOD(Fixture, "the first genuine cookie of several counts") {
  headers.add("Cookie", "__session=forged; " + cookieFor({"Kevin", "1"}) + "; " + cookieFor({"Mallory", "2"}));
  CHECK(who()->name == "Kevin");
}

TEST_CASE_METHOD(Fixture, "an old server's cookie has an owner of its own") {
  headers.add("Cookie", cookieFor({"Kevin", ""}));
  const std::string owner = who()->owner;
  CHECK(owner.starts_with("value:"));
  Headers other;
  other.add("Cookie", cookieFor({"Aigul", ""}));
  CHECK(identify(other, false, config, cookie)->owner != owner);
  // It cannot be had by choosing a uid.
  CHECK(owner.find("session:") == std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a cookie with a name that is not allowed names nobody") {
  headers.add("Cookie", cookieFor({"a\nb", "1"}));
  CHECK_FALSE(who());
}

TEST_CASE_METHOD(Fixture, "the identity header counts from a trusted proxy only") {
  headers.add("X-User", "kevin@example.org");
  CHECK_FALSE(who(false));
  CHECK(who(true)->name == "kevin@example.org");
  CHECK(who(true)->owner == "header:kevin@example.org");
  CHECK(who(true)->source == Identity::Source::header);
  headers.add("Cookie", cookieFor({"Kevin", "1"}));
  CHECK(who(true)->name == "kevin@example.org");
  CHECK(who(false)->name == "Kevin");
  config.identityHeader = "";
  CHECK(who(true)->name == "Kevin");
}

}  // namespace
}  // namespace akbuzat::http
