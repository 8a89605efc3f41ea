#include <algorithm>
#include <map>
#include <vector>

#include "client_under_test.hpp"

namespace akbuzat::test {
namespace {

TEST_CASE("a request arrives as it was given, and its answer comes back whole") {
  for (const Certificate certificate : {Certificate::right, Certificate::none}) {
    HttpsUpstream upstream(
        [](const UpstreamRequest&) {
          return UpstreamAnswer{.status = 201, .headers = {{"X-Answer", "yes"}}, .body = std::string(300'000, 'a')};
        },
        certificate);
    ClientUnderTest client(trusting(upstream));
    const std::string body(400'000, 'q');
    const Outcome outcome = client.ask({.method = "PATCH",
                                        .url = upstream.url("/a/b?c=d%20e"),
                                        .headers = {{"Authorization", "Bearer secret"},
                                                    {"Host", "elsewhere.example"},
                                                    {"content-length", "3"},
                                                    {"Transfer-Encoding", "chunked"}},
                                        .body = body});
    REQUIRE(shortly(outcome) == "201");
    CHECK(std::get<Response>(outcome).header("x-answer") == "yes");
    CHECK(std::get<Response>(outcome).header("x-other").empty());
    CHECK(std::get<Response>(outcome).body == std::string(300'000, 'a'));
    const auto requests = upstream.requests();
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].method == "PATCH");
    CHECK(requests[0].target == "/a/b?c=d%20e");
    CHECK(requests[0].headers ==
          std::map<std::string, std::string>{{"authorization", "Bearer secret"},
                                             {"content-length", "400000"},
                                             {"host", upstream.url("").substr(upstream.url("").find("//") + 2)},
                                             {"user-agent", "akbuzat"}});
    CHECK(requests[0].body == body);
  }
}

TEST_CASE("a name is resolved, and each of its addresses tried") {
  // localhost is ::1 too, where the upstream does not listen.
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream));
  CHECK(shortly(client.get(upstream.url("/", "localhost"))) == "200");
}

TEST_CASE("what cannot be sent is refused, and nothing of it leaves") {
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream));
  const std::string url = upstream.url();
  const std::vector<Request> requests{
      {.url = "ftp://127.0.0.1/"},
      {.url = upstream.url("/a b")},
      {.method = "GET /x HTTP/1.1\r\nA: b\r\n\r\nPOST", .url = url},
      {.method = "CONNECT", .url = url},
      {.method = "", .url = url},
      {.url = url, .headers = {{"A", "b\r\nC: d"}}},
      {.url = url, .headers = {{"A: b\r\nC", "d"}}},
  };
  for (const Request& request : requests) CHECK(shortly(client.ask(request)) == shortly(Failure::badRequest));
  CHECK(upstream.connections() == 0);
}

TEST_CASE("answers in every form of HTTP/1.1 are understood") {
  struct Row {
    std::string raw;
    unsigned status;
    std::string body;
  };
  const std::vector<Row> rows{
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n", 200,
       "abcde"},
      {"HTTP/1.1 204 No Content\r\n\r\n", 204, ""},
      {"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, ""},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
       "2\r\n\r\nok",
       200, "ok"},
      {"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302, ""},
  };
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream));
  for (const Row& row : rows) {
    upstream.answerWith([&](const UpstreamRequest&) { return UpstreamAnswer{.raw = row.raw}; });
    const Outcome outcome = client.get(upstream.url());
    INFO(row.raw);
    REQUIRE(shortly(outcome) == std::to_string(row.status));
    CHECK(std::get<Response>(outcome).body == row.body);
  }
  CHECK(upstream.connections() == 1);
  CHECK(upstream.requests().size() == rows.size());

  // The end of such a body is that of the connection.
  HttpsUpstream closing([](const UpstreamRequest&) {
    return UpstreamAnswer{.raw = "HTTP/1.1 200 OK\r\n\r\nto the end", .manner = Manner::thenHangUp};
  });
  ClientUnderTest other(trusting(closing));
  const Outcome outcome = other.get(closing.url());
  REQUIRE(shortly(outcome) == "200");
  CHECK(std::get<Response>(outcome).body == "to the end");
}

TEST_CASE("an answer to HEAD has no body") {
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream));
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = client.ask({.method = "HEAD", .url = upstream.url()});
    REQUIRE(shortly(outcome) == "200");
    CHECK(std::get<Response>(outcome).header("content-length") == "5");
    CHECK(std::get<Response>(outcome).body.empty());
  }
  CHECK(upstream.connections() == 1);
}

TEST_CASE("an answer that comes byte by byte is whole in the end") {
  HttpsUpstream upstream(
      [](const UpstreamRequest&) { return UpstreamAnswer{.body = "slowly", .manner = Manner::byteByByte}; });
  ClientUnderTest client(trusting(upstream));
  const Outcome outcome = client.get(upstream.url());
  REQUIRE(shortly(outcome) == "200");
  CHECK(std::get<Response>(outcome).body == "slowly");
}

TEST_CASE("answers that are no HTTP are malformed") {
  HttpsUpstream upstream(hello, Certificate::none);
  const std::vector<std::string> texts{
      "SSH-2.0-OpenSSH_9.2\r\n",
      "HTTP/1.1 abc OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
  };
  for (const std::string& text : texts) {
    upstream.answerWith(
        [&](const UpstreamRequest&) { return UpstreamAnswer{.raw = text, .manner = Manner::thenHangUp}; });
    ClientUnderTest client;
    INFO(text);
    CHECK(shortly(client.get(upstream.url())) == shortly(Failure::malformed));
  }
  upstream.answerWith([](const UpstreamRequest&) {
    std::string endless;
    for (int i = 0; i < 100; ++i) endless += "HTTP/1.1 103 Early Hints\r\n\r\n";
    return UpstreamAnswer{.raw = endless};
  });
  CHECK(shortly(ClientUnderTest().get(upstream.url())) == shortly(Failure::malformed));
}

TEST_CASE("an answer that is larger than allowed is not taken") {
  HttpsUpstream upstream(hello);
  const https::ClientOptions options = trusting(upstream, {.maxBodyBytes = 1000, .maxHeaderBytes = 500});
  const std::vector<std::string> texts{
      "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'a'),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'a'),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;" + std::string(20'000, 'a'),
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: " + std::string(20'000, 'a'),
      "HTTP/1.1 200 OK\r\nA: " + std::string(1000, 'a'),
  };
  for (const std::string& text : texts) {
    upstream.answerWith([&](const UpstreamRequest&) { return UpstreamAnswer{.raw = text}; });
    ClientUnderTest client(options);
    INFO(text.substr(0, 80));
    CHECK(shortly(client.get(upstream.url())) == shortly(Failure::tooLarge));
  }
  upstream.answerWith([](const UpstreamRequest&) { return UpstreamAnswer{.body = std::string(1000, 'a')}; });
  CHECK(shortly(ClientUnderTest(options).get(upstream.url())) == "200");
}

TEST_CASE("an answer that ends too early is cut") {
  for (const Certificate certificate : {Certificate::right, Certificate::none}) {
    HttpsUpstream upstream(
        [](const UpstreamRequest&) { return UpstreamAnswer{.body = "hello", .manner = Manner::cut}; }, certificate);
    ClientUnderTest client(trusting(upstream));
    CHECK(shortly(client.get(upstream.url())) == shortly(Failure::cut));
    upstream.answerWith([](const UpstreamRequest&) { return UpstreamAnswer{.manner = Manner::hangUp}; });
    CHECK(shortly(client.get(upstream.url())) == shortly(Failure::cut));
    // Once each: nobody has said that they may be repeated.
    CHECK(upstream.requests().size() == 2);
  }
}

TEST_CASE("a body that ends with a TLS connection that nobody has ended properly is cut") {
  HttpsUpstream upstream([](const UpstreamRequest&) {
    return UpstreamAnswer{.raw = "HTTP/1.1 200 OK\r\n\r\nperhaps whole" + std::string(100, ' '), .manner = Manner::cut};
  });
  ClientUnderTest client(trusting(upstream));
  CHECK(shortly(client.get(upstream.url())) == shortly(Failure::cut));
}

}  // namespace
}  // namespace akbuzat::test
