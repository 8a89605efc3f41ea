#include <catch2/catch.hpp>

#include "https/response_reader.hpp"

namespace akbuzat::https {
namespace {

constexpr std::string_view kWhole =
    "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
    "HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n1;x=\"y\"\r\nd\r\n0\r\nB: 3\r\n\r\n";

TEST_CASE("a response is read in whatever pieces it comes, and is not done before its last byte") {
  for (std::size_t piece = 1; piece <= kWhole.size(); ++piece) {
    ResponseReader reader(1000, 1000, false);
    for (std::size_t at = 0; at < kWhole.size(); at += piece) {
      REQUIRE_FALSE(reader.done());
      reader.put(kWhole.substr(at, piece));
    }
    REQUIRE(reader.done());
    CHECK(reader.keepsAlive());
    const Outcome outcome = reader.take();
    const auto& response = std::get<Response>(outcome);
    CHECK(response.status == 200);
    CHECK(response.body == "abcd");
    CHECK(response.header("A") == "1");
    CHECK(response.header("link").empty());
  }
}

TEST_CASE("a response that ends anywhere before is cut") {
  for (std::size_t size = 0; size < kWhole.size(); ++size) {
    ResponseReader reader(1000, 1000, false);
    reader.put(kWhole.substr(0, size));
    reader.putEnd();
    REQUIRE(reader.done());
    CHECK_FALSE(reader.keepsAlive());
    CHECK(std::get<Failure>(reader.take()) == Failure::cut);
  }
}

TEST_CASE("what the connection is good for afterwards") {
  struct Row {
    std::string text;
    bool toHead;
    bool keepsAlive;
  };
  const std::vector<Row> rows{
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, true},
      {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", true, true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, true},
      {"HTTP/1.1 204 No Content\r\n\r\n", false, true},
      {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", false, true},
      {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", false, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore", false, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nno body", true, false},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    ResponseReader reader(1000, 1000, row.toHead);
    reader.put(row.text);
    REQUIRE(reader.done());
    CHECK(reader.keepsAlive() == row.keepsAlive);
    CHECK(std::get<Response>(reader.take()).body.empty());
  }
}

TEST_CASE("many small chunks fit as well as one large") {
  std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1000; ++i) text += "1\r\na\r\n";
  ResponseReader reader(100, 1000, false);
  reader.put(text);
  reader.put("0\r\n\r\n");
  REQUIRE(reader.done());
  CHECK(std::get<Response>(reader.take()).body == std::string(1000, 'a'));

  ResponseReader full(100, 999, false);
  full.put(text);
  REQUIRE(full.done());
  CHECK(std::get<Failure>(full.take()) == Failure::tooLarge);
}

}  // namespace
}  // namespace akbuzat::https
