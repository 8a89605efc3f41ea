#include <catch2/catch.hpp>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/percent.hpp"
#include "akbuzat/util/utf8.hpp"

using namespace akbuzat::util;

TEST_CASE("base64 follows the test vectors of RFC 4648 section 10") {
  struct Row {
    std::string plain, encoded;
  };
  for (const Row& row : {Row{"", ""}, Row{"f", "Zg=="}, Row{"fo", "Zm8="}, Row{"foo", "Zm9v"}, Row{"foob", "Zm9vYg=="},
                         Row{"fooba", "Zm9vYmE="}, Row{"foobar", "Zm9vYmFy"}}) {
    CHECK(base64Encode(row.plain) == row.encoded);
    CHECK(base64Decode(row.encoded) == row.plain);
    CHECK(base64Decode(row.encoded.substr(0, row.encoded.find('='))) == row.plain);
  }
}

TEST_CASE("base64 refuses what is not base64") {
  for (const char* text : {"Z", "Zg=", "Zm9v=", "Zm9vY", "Zm-v", "Zm 9v", "=", "=Zg="}) {
    INFO(text);
    CHECK_FALSE(base64Decode(text).has_value());
  }
}

TEST_CASE("HMAC-SHA-256 follows RFC 4231 test case 2") {
  const auto mac = hmacSha256("Jefe", "what do ya want for nothing?");
  CHECK(base64Encode(mac) == "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
}

TEST_CASE("HMAC-SHA-1 follows RFC 2202 test case 2") {
  CHECK(base64Encode(hmacSha1("Jefe", "what do ya want for nothing?")) == "7/zfauXrL6LSdBbV8YTfnCWafHk=");
}

TEST_CASE("SHA-1 answers the handshake example of RFC 6455 section 1.3") {
  CHECK(base64Encode(sha1("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) ==
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("constant-time comparison compares") {
  CHECK(equalInConstantTime("", ""));
  CHECK(equalInConstantTime("abc", "abc"));
  CHECK_FALSE(equalInConstantTime("abc", "abd"));
  CHECK_FALSE(equalInConstantTime("abc", "ab"));
}

TEST_CASE("percent decoding takes only whole escapes") {
  CHECK(percentDecode("a%20b%2Fc+d") == "a b/c+d");
  CHECK(formDecode("a%20b+c") == "a b c");
  CHECK(percentDecode("%D0%90%d0%b9") == "Ай");
  for (const char* text : {"%", "%2", "%zz", "a%", "%%41"}) CHECK_FALSE(percentDecode(text).has_value());
}

TEST_CASE("percent encoding equals encodeURIComponent") {
  CHECK(percentEncode("a b/Ай?") == "a%20b%2F%D0%90%D0%B9%3F");
  CHECK(percentEncode("-_.!~*'()") == "-_.!~*'()");
}

TEST_CASE("UTF-8 is checked as RFC 3629 says") {
  for (const std::string& text : std::initializer_list<std::string>{
           "", "ascii only, more than eight", "Айгуль", "\xF0\x9F\x90\x8E", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    CHECK(isValidUtf8(text));
  }
  for (const std::string& text : std::initializer_list<std::string>{
           "\x80", "\xC3", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
           "plain text then \xC3", "\xE2\x82", "12345678\xFF"}) {
    CHECK_FALSE(isValidUtf8(text));
  }
  CHECK(countCodePoints("Айгуль") == 6);
  CHECK(countCodePoints("\xF0\x9F\x90\x8E") == 1);
}
