#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "client_under_test.hpp"
#include "silent_listener.hpp"

namespace akbuzat::test {
namespace {

TEST_CASE("one connection serves one request after the other") {
  for (const Certificate certificate : {Certificate::right, Certificate::none}) {
    HttpsUpstream upstream(hello, certificate);
    ClientUnderTest client(trusting(upstream));
    for (int i = 0; i < 20; ++i) REQUIRE(shortly(client.post(upstream.url())) == "200");
    CHECK(upstream.connections() == 1);
    CHECK(upstream.requests().back().connection == 1);
  }
}

TEST_CASE("a connection that the answer ends is not used again") {
  HttpsUpstream upstream([](const UpstreamRequest&) { return UpstreamAnswer{.headers = {{"Connection", "close"}}}; });
  ClientUnderTest client(trusting(upstream));
  for (int i = 0; i < 3; ++i) REQUIRE(shortly(client.get(upstream.url())) == "200");
  CHECK(upstream.connections() == 3);
}

TEST_CASE("nor one on which more came than was asked for") {
  HttpsUpstream upstream([](const UpstreamRequest&) {
    return UpstreamAnswer{.raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n"};
  });
  ClientUnderTest client(trusting(upstream));
  for (int i = 0; i < 3; ++i) REQUIRE(shortly(client.get(upstream.url())) == "200");
  CHECK(upstream.connections() == 3);
}

TEST_CASE("no caller hears of a kept connection that the upstream has ended") {
  for (const Certificate certificate : {Certificate::right, Certificate::none}) {
    HttpsUpstream upstream(hello, certificate);
    ClientUnderTest client(trusting(upstream, {.maxConnections = 4}));
    std::size_t sent = 0;
    for (int round = 0; round < 5; ++round) {
      std::vector<std::future<Outcome>> futures;
      for (int i = 0; i < 8; ++i, ++sent)
        futures.push_back(client.send({.method = "POST", .url = upstream.url(), .body = "once"}));
      for (auto& future : futures) REQUIRE(shortly(ClientUnderTest::wait(std::move(future))) == "200");
      upstream.closeConnections();
    }
    CHECK(upstream.requests().size() == sent);
  }
}

TEST_CASE("nor of one that the upstream ends after each answer without having said so") {
  for (const Certificate certificate : {Certificate::right, Certificate::none}) {
    HttpsUpstream upstream([](const UpstreamRequest&) { return UpstreamAnswer{.manner = Manner::thenHangUp}; },
                           certificate);
    ClientUnderTest client(trusting(upstream));
    for (int i = 0; i < 50; ++i) {
      REQUIRE(shortly(client.post(upstream.url())) == "200");
      // Were the next one sent before, nobody could say whether the upstream has read it.
      upstream.waitForOpenConnections(0);
    }
    CHECK(upstream.requests().size() == 50);
  }
}

/// Reads a request's head and answers it.
void answerOne(int fd, std::string& received) {
  char chunk[4096];
  while (received.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::recv(fd, chunk, sizeof chunk, 0);
    if (count <= 0) throw std::runtime_error("the connection ended");
    received.append(chunk, static_cast<std::size_t>(count));
  }
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
}

TEST_CASE("a request that a kept connection has not taken whole goes over another") {
  // As when the upstream's end of a connection at rest and the next request pass each other on the way.
  const SilentListener listener;
  const std::string url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/";
  ClientUnderTest client;
  auto first = client.send({.url = url});
  const int kept = listener.accept();
  std::string received;
  answerOne(kept, received);
  REQUIRE(shortly(ClientUnderTest::wait(std::move(first))) == "200");

  // More than sockets take that nobody reads; the first bytes have come when the end is sent.
  auto second = client.send({.method = "POST", .url = url, .body = std::string(20'000'000, 'a')});
  char byte = 0;
  REQUIRE(::recv(kept, &byte, 1, MSG_PEEK) == 1);
  ::shutdown(kept, SHUT_WR);
  const int fresh = listener.accept();
  received.clear();
  answerOne(fresh, received);
  CHECK(received.starts_with("POST / HTTP/1.1\r\n"));
  CHECK(shortly(ClientUnderTest::wait(std::move(second))) == "200");
  ::close(kept);
  ::close(fresh);
}

TEST_CASE("so does one that a new connection has not taken, but once only") {
  const SilentListener listener;
  ClientUnderTest client;
  auto future = client.send({.method = "POST",
                             .url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/",
                             .body = std::string(20'000'000, 'a')});
  std::vector<int> accepted;
  for (int i = 0; i < 2; ++i) {
    accepted.push_back(listener.accept());
    char byte = 0;
    REQUIRE(::recv(accepted.back(), &byte, 1, MSG_PEEK) == 1);
    ::shutdown(accepted.back(), SHUT_WR);
  }
  CHECK(shortly(ClientUnderTest::wait(std::move(future))) == shortly(Failure::cut));
  for (const int fd : accepted) ::close(fd);
}

TEST_CASE("a request that a kept connection has taken is not repeated without leave") {
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream));
  REQUIRE(shortly(client.get(upstream.url())) == "200");
  upstream.answerWith([](const UpstreamRequest&) { return UpstreamAnswer{.manner = Manner::hangUp}; });
  CHECK(shortly(client.post(upstream.url())) == shortly(Failure::cut));
  CHECK(upstream.requests().size() == 2);
  CHECK(upstream.connections() == 1);
}

TEST_CASE("an answer that comes before the request is through counts") {
  const SilentListener listener;
  ClientUnderTest client;
  auto future = client.send({.method = "POST",
                             .url = "http://127.0.0.1:" + std::to_string(listener.port()) + "/",
                             .body = std::string(20'000'000, 'a')});
  const int fd = listener.accept();
  const std::string answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n";
  ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  CHECK(shortly(ClientUnderTest::wait(std::move(future))) == "413");
  // And the connection, in the middle of a request, is given up.
  char chunk[16 * 1024];
  while (::recv(fd, chunk, sizeof chunk, 0) > 0) {
  }
  ::close(fd);
}

TEST_CASE("a connection is not kept for longer than the idle time") {
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream, {.idleTimeout = 50ms}));
  REQUIRE(shortly(client.get(upstream.url())) == "200");
  upstream.waitForOpenConnections(0);
  CHECK(shortly(client.get(upstream.url())) == "200");
  CHECK(upstream.connections() == 2);
}

TEST_CASE("connections are kept by origin") {
  HttpsUpstream first(hello);
  HttpsUpstream second(hello, Certificate::none);
  ClientUnderTest client(trusting(first));
  for (int i = 0; i < 3; ++i) {
    CHECK(shortly(client.get(first.url())) == "200");
    CHECK(shortly(client.get(second.url())) == "200");
  }
  CHECK(first.connections() == 1);
  CHECK(second.connections() == 1);
}

}  // namespace
}  // namespace akbuzat::test
