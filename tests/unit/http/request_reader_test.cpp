#include "http/request_reader.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace akbuzat::http {
namespace {

using Status = RequestReader::Status;

struct Result {
  Status status;
  std::size_t taken;
};

/// Feeds `text` as a connection would: what was not taken is offered again with the next piece.
Result feed(RequestReader& reader, const std::string& text, std::size_t pieceSize = std::string::npos) {
  std::string kept;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < text.size() && reader.status() == Status::needMore;) {
    const std::size_t size = std::min(pieceSize, text.size() - i);
    kept.append(text, i, size);
    i += size;
    const std::size_t count = reader.put(kept);
    taken += count;
    kept.erase(0, count);
  }
  return {reader.status(), taken};
}

Status statusOf(const std::string& text) {
  RequestReader reader(1000, 100);
  return feed(reader, text).status;
}

TEST_CASE("a request is read however it is split, and no further") {
  const std::string first =
      "POST /path?q HTTP/1.1\r\nHost: a\r\nX-Twice: 1\r\nx-twice: 2\r\nContent-Length: 5\r\n\r\nhello";
  for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{40}, std::string::npos}) {
    RequestReader reader(1000, 100);
    const Result result = feed(reader, first + "GET / HTTP/1.1\r\n", size);
    CHECK(result.status == Status::done);
    CHECK(result.taken == first.size());
    CHECK(reader.keepAlive());
    const RawRequest raw = reader.take();
    CHECK(raw.method == "POST");
    CHECK(raw.target == "/path?q");
    CHECK(raw.body == "hello");
    CHECK(raw.headers.get("host") == "a");
    CHECK(raw.headers.joined("X-Twice") == "1, 2");
  }
}

TEST_CASE("a chunked body is read, and its trailer is no header") {
  const std::string text =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-User: "
      "evil\r\n\r\n";
  for (const std::size_t size : {std::size_t{1}, std::string::npos}) {
    RequestReader reader(1000, 100);
    CHECK(feed(reader, text, size).status == Status::done);
    const RawRequest raw = reader.take();
    CHECK(raw.body == "abcde");
    CHECK_FALSE(raw.headers.has("X-User"));
  }
}

TEST_CASE("connections are kept as the version and the header say") {
  const auto keeps = [](const std::string& text) {
    RequestReader reader(1000, 100);
    REQUIRE(feed(reader, text).status == Status::done);
    return reader.keepAlive();
  };
  CHECK(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  CHECK_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  CHECK(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST_CASE("limits hold while the request is still coming") {
  CHECK(statusOf("GET /" + std::string(1000, 'x')) == Status::headerTooLarge);
  CHECK(statusOf("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1000, 'x')) == Status::headerTooLarge);
  CHECK(statusOf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x')) == Status::done);
  CHECK(statusOf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n") == Status::bodyTooLarge);
  CHECK(statusOf("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x')) ==
        Status::bodyTooLarge);
}

TEST_CASE("what is not HTTP/1 is refused") {
  for (const char* text : {"\x16\x03\x01\x02\0\x01", "GET\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"}) {
    INFO(text);
    CHECK(statusOf(text) == Status::malformed);
  }
  CHECK(statusOf("GET / FTP/1.1\r\n\r\n") == Status::unsupportedVersion);
  CHECK(statusOf("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == Status::unsupportedVersion);
}

TEST_CASE("the header's end and the wish to continue are told") {
  RequestReader reader(1000, 100);
  feed(reader, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(reader.status() == Status::needMore);
  CHECK(reader.headerDone());
  CHECK(reader.expectsContinue());
}

}  // namespace
}  // namespace akbuzat::http
