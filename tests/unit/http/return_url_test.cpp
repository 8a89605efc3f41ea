#include "http/return_url.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/util/percent.hpp"

namespace akbuzat::http {
namespace {

const std::string kOrigin = "https://meet.example.org";

TEST_CASE("paths and URLs of this site are gone back to") {
  CHECK(safeReturnPath("/", kOrigin) == "/");
  CHECK(safeReturnPath("/room?x=1&y=/../%zz", kOrigin) == "/room?x=1&y=/../%zz");
  CHECK(safeReturnPath("https://meet.example.org", kOrigin) == "/");
  CHECK(safeReturnPath("https://meet.example.org/room/room?q#f", kOrigin) == "/room/room?q#f");
  CHECK(safeReturnPath("HTTPS://Meet.Example.Org/room", kOrigin) == "/room");
  CHECK(safeReturnPath("https://meet.example.org?x", kOrigin) == "/?x");
  CHECK(safeReturnPath("/комната", kOrigin) == "/" + util::percentEncode("комната"));
  CHECK(safeReturnPath("/a b\"<>", kOrigin) == "/a%20b%22%3C%3E");
}

TEST_CASE("everything else goes to the start page") {
  for (const std::string target : {"",
                                   " ",
                                   "//evil.example",
                                   "///evil.example",
                                   "/\\evil.example",
                                   "\\\\evil.example",
                                   "/a\\b",
                                   "https://evil.example/",
                                   "http://meet.example.org/",
                                   "https://meet.example.org.evil.example/",
                                   "https://meet.example.org@evil.example/",
                                   "https://meet.example.org:444/",
                                   "https://meet.example.org\\evil",
                                   "https://meet.example.org//evil.example",
                                   "https:/evil.example",
                                   "https:evil.example",
                                   "javascript:alert(1)",
                                   "data:text/html,x",
                                   " /room",
                                   "room",
                                   "/ro\nom",
                                   "/ro\rom",
                                   "\t/room",
                                   "/\t/evil.example",
                                   "?x",
                                   "#x"})
    CHECK(safeReturnPath(target, kOrigin) == "/");
  CHECK(safeReturnPath(std::string{"/a\0b", 4}, kOrigin) == "/");
  CHECK(safeReturnPath("https://evil.example/", "") == "/");
}

TEST_CASE("the name page is told where to go back to") {
  Request request;
  request.origin = kOrigin;
  request.path = "/my-room";
  CHECK(namePageFor(request) == "/set-username?return-url=https%3A%2F%2Fmeet.example.org%2Fmy-room");
  request.query = "voice=ash&x=%D0%B9";
  CHECK(namePageFor(request) ==
        "/set-username?voice=ash&x=%D0%B9&return-url=https%3A%2F%2Fmeet.example.org%2Fmy-room%3Fvoice%3Dash%26x%3D%"
        "25D0%25B9");
  request.query = "return-url=//evil&return%2Durl=x&y";
  CHECK(namePageFor(request).starts_with("/set-username?y&return-url=https%3A%2F%2Fmeet.example.org%2Fmy-room%3F"));
}

}  // namespace
}  // namespace akbuzat::http
