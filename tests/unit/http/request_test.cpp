#include "http/request.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "http/form.hpp"
#include "http/http_exchange.hpp"

namespace akbuzat::http {
namespace {

TEST_CASE("targets are taken apart") {
  CHECK(parseTarget("/")->path == "/");
  CHECK(parseTarget("/a%20b?x=1?y")->path == "/a%20b");
  CHECK(parseTarget("/a%20b?x=1?y")->query == "x=1?y");
  CHECK(parseTarget("http://host:81/p?q")->authority == "host:81");
  CHECK(parseTarget("http://host:81/p?q")->path == "/p");
  CHECK(parseTarget("HTTPS://host")->path == "/");
  CHECK(parseTarget("http://host?q")->query == "q");
  for (const char* target : {"", "*", "host:443", "ftp://host/", "http://", "http://user@host/", "/a b", "/a#b",
                             "/a\\b", "/a\x01", "http://ho\"st/"})
    CHECK_FALSE(parseTarget(target));
}

TEST_CASE("hosts are names and addresses with ports") {
  for (const char* host : {"a", "meet.example.org:8787", "[::1]:80", "192.0.2.1"}) CHECK(isValidHost(host));
  for (const std::string& host : {std::string{}, std::string{"a b"}, std::string{"a/b"}, std::string{"a;b"},
                                  std::string{"a,b"}, std::string{"a'b"}, std::string{"u@h"}, std::string(300, 'a')})
    CHECK_FALSE(isValidHost(host));
}

TEST_CASE("form values are found and decoded") {
  CHECK(formValue("room=my+room%21&x=1", "room") == "my room!");
  CHECK(formValue("a=&b", "a") == "");
  CHECK(formValue("a=&b", "b") == "");
  CHECK(formValue("r%6fom=x&room=y", "room") == "x");
  CHECK_FALSE(formValue("a=1", "b"));
  CHECK_FALSE(formValue("a=%", "a"));
  CHECK_FALSE(formValue("%=1", ""));
  CHECK_FALSE(formValue("", "a"));
  CHECK(withoutParameter("a=1&b=2&&a=3&c", "a") == "b=2&c");
}

TEST_CASE("dates are written as HTTP wants them") {
  CHECK(httpDate(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(httpDate(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace akbuzat::http
