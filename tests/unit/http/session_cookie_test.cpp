#include "http/session_cookie.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/percent.hpp"

namespace akbuzat::http {
namespace {

const SessionCookie kCookie{"example-secret"};
const std::string kKevin = "eyJ1c2VybmFtZSI6IktldmluIn0%3D.6rW9u4sgkNyUKO%2BQ127GTckwEs%2F1XCVblvWcHxrkk%2F4";
const std::string kAigul = "eyJ1c2VybmFtZSI6ItCQ0LnQs9GD0LvRjCJ9.sg7mt3IuR6e9ADgpz%2BJXva%2BpicCuQYdABmqswoXkE8M";

/// A genuine signature around any text.
std::string sealed(std::string_view text) {
  std::string payload = util::base64Encode(text);
  const std::string signature = util::base64Encode(util::hmacSha256("example-secret", payload));
  return util::percentEncode(payload + "." + signature);
}

TEST_CASE("the cookies of old servers are read and written") {
  CHECK(kCookie.read(kKevin) == Session{"Kevin", ""});
  CHECK(kCookie.read(kAigul) == Session{"Айгуль", ""});
  CHECK(kCookie.write({"Kevin", ""}) == kKevin);
  CHECK(kCookie.write({"Айгуль", ""}) == kAigul);
}

TEST_CASE("a session survives writing and reading") {
  for (const std::string name : {"Kevin", "Айгуль", "\"quoted\\", "😀 a.b"}) {
    const Session session{name, "abcdefghijklmnopqrstuv"};
    CHECK(kCookie.read(kCookie.write(session)) == session);
  }
}

TEST_CASE("an encoding that a browser did not keep is read too") {
  CHECK(kCookie.read(*util::percentDecode(kKevin)) == Session{"Kevin", ""});
  CHECK(kCookie.read(kKevin + "%3D") == Session{"Kevin", ""});
}

TEST_CASE("what was not signed with the secret is nobody") {
  CHECK_FALSE(SessionCookie{"another"}.read(kKevin));
  for (std::size_t i = 0; i < kKevin.size(); ++i) {
    std::string changed = kKevin;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(kCookie.read(changed));
  }
  for (const char* value :
       {"", ".", "%", "%zz", "abc", "a.b", "eyJ1c2VybmFtZSI6IktldmluIn0%3D", "=.=", "eyJ1c2VybmFtZSI6IktldmluIn0%3D."})
    CHECK_FALSE(kCookie.read(value));
}

TEST_CASE("what is signed and not a session is nobody") {
  for (const char* text : {"", "null", "[]", "{}", "\"Kevin\"", R"({"username":1})", R"({"username":null})", "{",
                           "{\"username\":\"\xFF\"}"})
    CHECK_FALSE(kCookie.read(sealed(text)));
  CHECK(kCookie.read(sealed(R"({"username":"K","uid":7,"more":[]})")) == Session{"K", ""});
  CHECK_FALSE(kCookie.read(sealed(std::string(100'000, '['))));
}

TEST_CASE("cookies are found in a Cookie header") {
  using Values = std::vector<std::string_view>;
  CHECK(cookieValues("__session=a", "__session") == Values{"a"});
  CHECK(cookieValues("x=1;  __session=a=b ; y; __session=\"c\"", "__session") == Values{"a=b", "c"});
  CHECK(cookieValues("__sessionx=1; x__session=2; __Session=3; ; =; __session", "__session").empty());
  CHECK(cookieValues("__session=", "__session") == Values{""});
  CHECK(cookieValues("", "__session").empty());
}

TEST_CASE("names are trimmed and bounded") {
  CHECK(cleanUsername("  Kevin\t") == "Kevin");
  CHECK(cleanUsername("\u00A0 Айгуль Х. \u3000\r\n") == "Айгуль Х.");
  std::string longest;
  for (int i = 0; i < 64; ++i) longest += "😀";
  CHECK(cleanUsername(longest) == longest);
  CHECK(cleanUsername("  " + longest + "  ") == longest);
  CHECK_FALSE(cleanUsername(longest + "x"));
  CHECK(cleanUsername(longest + "x", 65));
  CHECK_FALSE(cleanUsername(std::string(100'000, ' ') + "x"));
}

TEST_CASE("names that could mislead are refused") {
  for (const std::string& name :
       {std::string{}, std::string{" \t "}, std::string{"a\0b", 3}, std::string{"a\nb"}, std::string{"a\tb"},
        std::string{"a\x7F"}, std::string{"\xC2\x85x"}, std::string{"a\u202Eb"}, std::string{"a\u2066b"},
        std::string{"a\u2028b"}, std::string{"\xFF"}, std::string{"a\xC0\x80"}, std::string{"\xD0"}})
    CHECK_FALSE(cleanUsername(name));
}

}  // namespace
}  // namespace akbuzat::http
