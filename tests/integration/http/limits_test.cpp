#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "site_under_test.hpp"

namespace akbuzat::test {
namespace {

using namespace std::chrono_literals;

/// What is refused before its path is known, for any JSON could be taken for a media session.
const std::string kText = "text/plain; charset=utf-8";
const std::string kHealth = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_CASE("headers and bodies over their limits are refused, and their senders hear it") {
  SiteUnderTest site([](config::Config& config) {
    config.http.maxHeaderBytes = 4096;
    config.http.maxBodyBytes = 10'000;
  });
  {
    RawClient client(site.port());
    client.send("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n");
    const HttpAnswer answer = client.read();
    CHECK(answer.status == 431);
    CHECK(answer.headers.at("content-type") == kText);
    CHECK(client.atEnd());
  }
  {
    // The whole body is on its way before the answer; a connection closed at once would be reset, and the answer lost.
    RawClient client(site.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'));
    const HttpAnswer answer = client.read();
    CHECK(answer.status == 413);
    CHECK(answer.body == "The request's body is too large.");
  }
  RawClient client(site.port());
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2711\r\n" + std::string(10'001, 'x'));
  CHECK(client.read().status == 413);
}

TEST_CASE("requests that do not come are not waited for") {
  SiteUnderTest site([](config::Config& config) {
    config.http.headerTimeout = 300ms;
    config.http.bodyTimeout = 300ms;
    config.http.idleTimeout = 300ms;
  });
  SECTION("nothing at all") {
    RawClient client(site.port());
    CHECK(client.atEnd());
  }
  SECTION("half a header") {
    RawClient client(site.port());
    client.send("GET / HTTP/1.1\r\nHost:");
    const HttpAnswer answer = client.read();
    CHECK(answer.status == 408);
    CHECK(answer.headers.at("content-type") == kText);
    CHECK(client.atEnd());
  }
  SECTION("half a body") {
    RawClient client(site.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    CHECK(client.read().status == 408);
    CHECK(client.atEnd());
  }
  SECTION("the next one") {
    RawClient client(site.port());
    client.send(kHealth);
    CHECK(client.read().status == 200);
    CHECK(client.atEnd());
  }
}

TEST_CASE("an answer that nobody reads is given up, whatever is behind it") {
  TemporaryFolder root;
  std::FILE* file = std::fopen((root.path() / "big.bin").c_str(), "wb");
  REQUIRE(file != nullptr);
  const std::string content(32 << 20, 'x');
  std::fwrite(content.data(), 1, content.size(), file);
  std::fclose(file);
  SiteUnderTest site([&root](config::Config& config) {
    config.webRoot = root.path();
    config.http.idleTimeout = 300ms;
  });
  RawClient lazy(site.port(), {.receiveBuffer = 8192});
  lazy.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n" + kHealth);
  RawClient client(site.port());
  client.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read().body == content);
  CHECK(client.atEnd());
  // Further idle connections measure the time by the server's own clock: it has long been up for the lazy one, even if
  // its shard was late.
  for (int i = 0; i < 3; ++i) {
    RawClient idle(site.port());
    idle.send(kHealth);
    CHECK(idle.read().status == 200);
    CHECK(idle.atEnd());
  }
  CHECK(lazy.readToEnd().size() < content.size());
}

TEST_CASE("connections are limited per address and in all") {
  SECTION("per address") {
    SiteUnderTest site([](config::Config& config) { config.http.maxConnectionsPerAddress = 2; });
    RawClient first(site.port());
    first.send(kHealth);
    CHECK(first.read().status == 200);
    {
      RawClient second(site.port());
      second.send(kHealth);
      CHECK(second.read().status == 200);
      RawClient third(site.port());
      const HttpAnswer answer = third.read();
      CHECK(answer.status == 429);
      CHECK(answer.headers.at("retry-after") == "5");
      CHECK(answer.headers.at("content-type") == kText);
      CHECK(third.atEnd());
    }
    // The place is free again as soon as the server has seen the second one go.
    for (;;) {
      RawClient next(site.port());
      next.send(kHealth);
      if (next.read().status == 200) break;
    }
  }
  SECTION("in all") {
    SiteUnderTest site([](config::Config& config) { config.http.maxConnections = 1; });
    RawClient first(site.port());
    first.send(kHealth);
    CHECK(first.read().status == 200);
    RawClient second(site.port());
    second.send(kHealth);
    const HttpAnswer answer = second.read();
    CHECK(answer.status == 503);
    CHECK(answer.headers.at("content-type") == kText);
    CHECK(second.atEnd());
  }
  SECTION("a trusted proxy is many clients") {
    SiteUnderTest site([](config::Config& config) {
      config.http.maxConnectionsPerAddress = 1;
      config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
    });
    RawClient first(site.port());
    RawClient second(site.port());
    first.send(kHealth);
    second.send(kHealth);
    CHECK(first.read().status == 200);
    CHECK(second.read().status == 200);
  }
}

TEST_CASE("requests that come too fast get 429 and may go on later") {
  SiteUnderTest site([](config::Config& config) {
    config.http.requestsPerSecondPerAddress = 0.1;
    config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
  });
  RawClient client(site.port());
  client.send(kHealth + kHealth);
  CHECK(client.read().status == 200);
  const HttpAnswer refused = client.read();
  CHECK(refused.status == 429);
  CHECK(refused.headers.at("retry-after") == "1");
  CHECK(refused.headers.at("connection") == "keep-alive");
  // Another client behind the same proxy.
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n");
  CHECK(client.read().status == 200);
}

TEST_CASE("sockets that are opened too fast get 429") {
  SiteUnderTest site([](config::Config& config) { config.http.socketsPerSecondPerAddress = 0.1; });
  const WebSocketClient first = site.enter("a");
  try {
    site.enter("b");
    FAIL("the second socket was taken");
  } catch (const HandshakeRefused& refused) {
    CHECK(refused.status == 429);
  }
}

TEST_CASE("a server without free descriptors serves on, and takes new connections when it has some again") {
  SiteUnderTest site([](config::Config& config) { config.shards = 1; });
  std::vector<RawClient> clients;
  for (int i = 0; i < 20; ++i) clients.emplace_back(site.port(), RawClient::Options{.connectLater = true});
  const int highest = ::dup(0);
  ::close(highest);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(highest) + 5;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  for (RawClient& client : clients) {
    client.connect();
    client.send(kHealth);
  }
  // Five of them got in; the others wait in the system's queue until those have gone.
  std::size_t answered = 0;
  for (RawClient& client : clients) {
    CHECK(client.read().status == 200);
    ++answered;
    client.abort();
  }
  CHECK(answered == clients.size());
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

}  // namespace
}  // namespace akbuzat::test
