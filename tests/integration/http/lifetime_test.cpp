#include <atomic>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "site_under_test.hpp"
#include "support/client_frame.hpp"

namespace akbuzat::test {
namespace {

using websocket::Opcode;

const std::string kHealth = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kReport = "POST /api/reportRefresh HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

TEST_CASE("a port that is taken is an error, although it could be shared") {
  SiteUnderTest first;
  try {
    SiteUnderTest second([&first](config::Config& config) { config.listenPort = first.port(); });
    FAIL("two servers listen on one port");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    CHECK(std::string{error.what()}.find("127.0.0.1:" + std::to_string(first.port())) != std::string::npos);
  }
  CHECK_THROWS_AS(SiteUnderTest([](config::Config& config) { config.listenAddress = "192.0.2.1"; }), std::system_error);
}

TEST_CASE("IPv6 and IPv4 share a wildcard") {
  SiteUnderTest site([](config::Config& config) { config.listenAddress = "::"; });
  CHECK(site.get("/healthz").status == 200);
}

TEST_CASE("an answer may come after its connection, or its server, has gone") {
  storage::Reports::Handler late;
  {
    SiteUnderTest site;
    {
      RawClient client(site.port());
      client.send(kReport);
      late = site.reports.next().second;
      client.abort();
    }
    late(storage::ReportResult::stored);
    RawClient client(site.port());
    client.send(kReport);
    late = site.reports.next().second;
    site.stop();
    late(storage::ReportResult::stored);
    CHECK(client.atEnd());
    late = nullptr;
  }
}

TEST_CASE("draining answers 503, closes, and leaves WebSockets alone") {
  SiteUnderTest site;
  WebSocketClient member = site.enter("a");
  member.receive("roomState");
  RawClient idle(site.port());
  idle.send(kHealth);
  CHECK(idle.read().status == 200);
  site.server().drain();
  idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const HttpAnswer answer = idle.read();
  CHECK(answer.status == 503);
  CHECK(answer.headers.at("connection") == "close");
  CHECK(idle.atEnd());
  member.sendText(R"({"type":"partyserver-ping"})");
  member.receive("partyserver-pong");
  // Once its listener is closed a shard takes nobody; until then it may still answer 503.
  for (;;) {
    unsigned status = 0;
    try {
      status = site.get("/").status;
    } catch (const std::exception&) {
      break;
    }
    CHECK(status == 503);
  }
}

TEST_CASE("stopping closes WebSockets with 1012 and everything else") {
  SiteUnderTest site;
  WebSocketClient polite = site.enter("polite");
  polite.receive("roomState");
  const std::string handshake = site.handshake("deaf");
  RawClient deaf(site.port());
  deaf.send(handshake);
  RawClient idle(site.port());
  idle.send(kHealth);
  CHECK(idle.read().status == 200);
  RawClient half(site.port());
  half.send("GET / HT");
  RawClient waiting(site.port());
  waiting.send(kReport);
  const auto report = site.reports.next();
  std::thread closing([&polite] { CHECK(polite.awaitClose().code == 1012); });
  site.stop();
  closing.join();
  CHECK(idle.atEnd());
  half.readToEnd();
  waiting.readToEnd();
  deaf.readToEnd();
}

TEST_CASE("a server that was never started can be stopped, and one that runs can be abandoned") {
  util::Shards shards(2);
  NoStore store;
  FakeMediaSessions media;
  FakeAiCalls ai;
  HeldReports reports;
  config::Config config;
  config.sessionSecret = "x";
  config.listenAddress = "127.0.0.1";
  config.listenPort = 0;
  room::RoomDirectory rooms(shards, store, media, ai, config.room, config.media.path);
  ScriptedRealtime realtime;
  https::Client client(shards.context(0).get_executor());
  realtime::IceServers iceServers(shards.context(0).get_executor(), {.settings = config.ice, .send = {}});
  const http::Services services{.rooms = rooms,
                                .realtime = realtime,
                                .reports = reports,
                                .client = client,
                                .iceServers = iceServers,
                                .version = "1",
                                .stunUrls = {}};
  { const http::HttpServer never(shards, config, services); }
  http::HttpServer server(shards, config, services);
  server.start();
  // The shards have not run at all: what was posted is never done.
}

/// Clients that do everything up to a random point and then vanish with a reset.
TEST_CASE("clients that vanish at any moment do no harm") {
  SiteUnderTest site([](config::Config& config) { config.webSocket.messagesPerSecond = 0; });
  site.reports.answerAtOnce(storage::ReportResult::stored);
  WebSocketClient witness = site.enter("witness");
  const std::string joined =
      R"({"type":"userUpdate","user":{"id":"","name":"","joined":true,"raisedHand":false,"speaking":false,"tracks":{}}})";
  witness.sendText(joined);
  const std::string handshake = site.handshake("x");
  std::string script = kHealth + kReport + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nroom=x" + handshake;
  for (int i = 0; i < 20; ++i)
    script += clientFrame(Opcode::text, joined) +
              clientFrame(Opcode::text, R"({"type":"e2eeMlsMessage","payload":"some bytes for all"})") +
              clientFrame(Opcode::ping, "p");
  script += clientFrame(Opcode::close, websocket::closePayload(1000, ""));

  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&site, &script, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 100; ++i) {
        RawClient client(site.port());
        const std::size_t end = random() % (script.size() + 1);
        std::size_t at = 0;
        while (at < end) {
          const std::size_t size = std::min<std::size_t>(1 + random() % 700, end - at);
          if (!client.send(script.substr(at, size))) break;
          at += size;
        }
        switch (random() % 3) {
          case 0: client.abort(); break;
          case 1:
            client.shutDownWrite();
            client.readToEnd();
            break;
          default: break;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(site.get("/healthz").status == 200);
  witness.sendText(R"({"type":"partyserver-ping"})");
  witness.receive("partyserver-pong");
}

TEST_CASE("stopping in the middle of heavy traffic ends cleanly") {
  for (int round = 0; round < 5; ++round) {
    SiteUnderTest site([](config::Config& config) { config.webSocket.messagesPerSecond = 0; });
    const std::string handshake = site.handshake("x" + std::to_string(round));
    const std::uint16_t port = site.port();
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        while (!over) {
          try {
            RawClient client(port);
            if (t % 2 == 0) {
              client.send(kHealth + kHealth);
              client.read();
            } else {
              client.send(handshake);
              client.read(true);
              for (int i = 0; i < 50; ++i)
                client.send(clientFrame(Opcode::text, R"({"type":"e2eeMlsMessage","payload":"x"})"));
            }
          } catch (const std::exception&) {
            // The server has gone.
            break;
          }
        }
      });
    }
    RawClient last(site.port());
    for (int i = 0; i < 50; ++i) {
      last.send(kHealth);
      last.read();
    }
    std::promise<void> stopped;
    site.server().stop([&stopped] { stopped.set_value(); });
    stopped.get_future().get();
    over = true;
    for (std::thread& thread : threads) thread.join();
    site.forget();
  }
}

}  // namespace
}  // namespace akbuzat::test
