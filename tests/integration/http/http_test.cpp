#include <string>

#include <catch2/catch.hpp>

#include "site_under_test.hpp"

namespace akbuzat::test {
namespace {

std::string get(const std::string& target, const std::string& more = {}) {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
}

std::string post(const std::string& target, const std::string& body, const std::string& more = {}) {
  return "POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
         "\r\n" + body;
}

TEST_CASE("a connection serves requests one after the other") {
  SiteUnderTest site;
  RawClient client(site.port());
  for (int i = 0; i < 3; ++i) {
    client.send(get("/healthz"));
    const HttpAnswer answer = client.read();
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"status":"ok"})");
    CHECK(answer.headers.at("connection") == "keep-alive");
  }
  client.send(get("/healthz", "Connection: close\r\n"));
  CHECK(client.read().headers.at("connection") == "close");
  CHECK(client.atEnd());
}

TEST_CASE("pipelined requests are answered in their order, slow ones too") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send(get("/healthz") + post("/api/reportRefresh", "") + get("/api/session") + post("/api/reportRefresh", "") +
              get("/nowhere/to/be/found"));
  CHECK(client.read().status == 200);
  site.reports.next().second(storage::ReportResult::stored);
  CHECK(client.read().status == 201);
  CHECK(client.read().body == R"({"source":null,"username":null})");
  site.reports.next().second(storage::ReportResult::failed);
  CHECK(client.read().status == 503);
  CHECK(client.read().status == 404);
}

TEST_CASE("hundreds of pipelined requests in one packet are all answered") {
  SiteUnderTest site;
  RawClient client(site.port());
  std::string many;
  for (int i = 0; i < 500; ++i) many += "\r\n" + get("/healthz");
  client.send(many);
  for (int i = 0; i < 500; ++i) REQUIRE(client.read().status == 200);
}

TEST_CASE("a request may come byte by byte") {
  SiteUnderTest site;
  RawClient client(site.port());
  for (const char c : post("/", "room=my+room")) client.send(std::string(1, c));
  CHECK(client.read().headers.at("location") == "/my-room");
}

TEST_CASE("chunked bodies, absolute targets and HTTP/1.0 are understood") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send(
      "POST http://b/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nroom=\r\n1\r\nx\r\n0\r\n\r\n");
  CHECK(client.read().headers.at("location") == "/x");
  client.send(get("http://b.example/set-username"));
  CHECK(client.read().headers.at("content-security-policy").find("ws://b.example wss://b.example") !=
        std::string::npos);
  client.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.read().headers.at("connection") == "keep-alive");
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  CHECK(client.read().status == 200);
  CHECK(client.atEnd());
}

TEST_CASE("HEAD tells the length and sends nothing") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + get("/healthz"));
  const HttpAnswer head = client.read(true);
  CHECK(head.headers.at("content-length") == "15");
  CHECK(client.read().body.size() == 15);
}

TEST_CASE("a client that expects it is told to continue") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n");
  CHECK(client.read(true).status == 100);
  client.send("room=x");
  CHECK(client.read().headers.at("location") == "/x");
  client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(client.read().status == 413);
  CHECK(client.atEnd());
}

TEST_CASE("a client that has sent all it will still gets its answer") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send(post("/api/reportRefresh", ""));
  client.shutDownWrite();
  site.reports.next().second(storage::ReportResult::stored);
  CHECK(client.read().status == 201);
  CHECK(client.atEnd());
}

TEST_CASE("what is not HTTP is answered 400 and closed") {
  SiteUnderTest site;
  for (const std::string& bytes :
       {std::string{"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11}, std::string{"hello\r\n\r\n"},
        std::string{"GET / HTTP/1.1\r\n\r\n"}, get("nowhere"), get("/", "Content-Length: x\r\n"), get("/a#b"),
        std::string{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"}}) {
    RawClient client(site.port());
    client.send(bytes);
    const HttpAnswer answer = client.read();
    CHECK(answer.status == 400);
    CHECK(answer.headers.at("content-type") == "text/plain; charset=utf-8");
    CHECK(client.atEnd());
  }
  RawClient client(site.port());
  client.send("GET / HTTP/3.0\r\nHost: a\r\n\r\n");
  CHECK(client.read().status == 505);
}

TEST_CASE("every answer carries the security headers") {
  SiteUnderTest site;
  for (const char* target : {"/healthz", "/", "/nowhere/at/all", "/%zz"}) {
    const HttpAnswer answer = site.get(target);
    CHECK(answer.headers.at("x-content-type-options") == "nosniff");
    CHECK(answer.headers.at("x-frame-options") == "DENY");
    CHECK(answer.headers.at("referrer-policy") == "strict-origin-when-cross-origin");
    CHECK(answer.headers.at("cross-origin-resource-policy") == "same-origin");
    CHECK(answer.headers.at("cross-origin-opener-policy") == "same-origin");
    CHECK(answer.headers.at("permissions-policy").find("display-capture=(self)") != std::string::npos);
    const std::string policy = answer.headers.at("content-security-policy");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK(policy.ends_with("connect-src 'self' ws://127.0.0.1:" + std::to_string(site.port()) +
                           " wss://127.0.0.1:" + std::to_string(site.port())));
    CHECK(answer.headers.count("strict-transport-security") == 0);
    CHECK(answer.headers.count("server") == 0);
    CHECK(answer.headers.at("date").ends_with(" GMT"));
  }
}

}  // namespace
}  // namespace akbuzat::test
