#include <algorithm>
#include <atomic>
#include <set>
#include <vector>

#include "client_under_test.hpp"
#include "silent_listener.hpp"

namespace akbuzat::test {
namespace {

std::string plain(const SilentListener& listener) {
  return "http://127.0.0.1:" + std::to_string(listener.port()) + "/";
}
std::string secure(const SilentListener& listener) {
  return "https://127.0.0.1:" + std::to_string(listener.port()) + "/";
}

UpstreamAnswer never(const UpstreamRequest&) { return {.manner = Manner::never}; }

TEST_CASE("nobody there is unreachable") {
  SilentListener listener;
  listener.close();
  ClientUnderTest client;
  CHECK(shortly(client.get(plain(listener))) == shortly(Failure::unreachable));
  CHECK(shortly(client.get("http://name.invalid/")) == shortly(Failure::unreachable));
}

TEST_CASE("each limit in time ends a request that would wait for ever") {
  // Only the one under test is short.
  SECTION("connecting") {
    SilentListener listener(0);
    listener.fill();
    ClientUnderTest client({.connectTimeout = 50ms});
    CHECK(shortly(client.get(plain(listener))) == shortly(Failure::timeout));
  }
  SECTION("TLS") {
    const SilentListener listener;
    ClientUnderTest client({.tlsTimeout = 50ms});
    CHECK(shortly(client.get(secure(listener))) == shortly(Failure::timeout));
  }
  SECTION("the first byte") {
    HttpsUpstream upstream(never);
    ClientUnderTest client(trusting(upstream, {.firstByteTimeout = 50ms}));
    CHECK(shortly(client.get(upstream.url())) == shortly(Failure::timeout));
    upstream.waitForRequests(1);
  }
  SECTION("everything: an answer that goes on and on") {
    HttpsUpstream upstream([](const UpstreamRequest&) {
      return UpstreamAnswer{.body = std::string(100'000, 'a'), .manner = Manner::byteByByte, .pause = 5ms};
    });
    ClientUnderTest client(trusting(upstream, {.totalTimeout = 300ms}));
    CHECK(shortly(client.get(upstream.url())) == shortly(Failure::timeout));
  }
  SECTION("everything: a request that is not read") {
    const SilentListener listener;
    ClientUnderTest client({.totalTimeout = 100ms});
    CHECK(shortly(client.post(plain(listener), std::string(20'000'000, 'a'))) == shortly(Failure::timeout));
  }
  SECTION("everything: waiting for a connection") {
    HttpsUpstream upstream(never);
    ClientUnderTest client(trusting(upstream, {.totalTimeout = 2s, .maxConnections = 1}));
    auto first = client.send({.url = upstream.url("/first")});
    upstream.waitForRequests(1);
    CHECK(shortly(client.get(upstream.url("/second"))) == shortly(Failure::timeout));
    CHECK(shortly(ClientUnderTest::wait(std::move(first))) == shortly(Failure::timeout));
  }
}

TEST_CASE("a slow answer is waited for within the limit") {
  HttpsUpstream upstream([](const UpstreamRequest&) { return UpstreamAnswer{.delay = 100ms}; });
  ClientUnderTest client(trusting(upstream));
  CHECK(shortly(client.get(upstream.url())) == "200");
}

TEST_CASE("no more wait than allowed, and those who wait get their turn") {
  std::promise<void> promise;
  const std::shared_future<void> released = promise.get_future().share();
  HttpsUpstream upstream([released](const UpstreamRequest&) {
    released.wait();
    return UpstreamAnswer{};
  });
  ClientUnderTest client(trusting(upstream, {.maxConnections = 2, .maxWaiting = 3}));
  std::vector<std::future<Outcome>> taken;
  for (int i = 0; i < 5; ++i) taken.push_back(client.send({.url = upstream.url()}));
  CHECK(shortly(client.get(upstream.url())) == shortly(Failure::busy));
  CHECK(shortly(client.get(upstream.url())) == shortly(Failure::busy));
  promise.set_value();
  for (auto& future : taken) CHECK(shortly(ClientUnderTest::wait(std::move(future))) == "200");
  CHECK(upstream.connections() == 2);
}

TEST_CASE("two hundred at once share the connections, and each gets its own answer") {
  HttpsUpstream upstream([](const UpstreamRequest& request) { return UpstreamAnswer{.body = request.target}; });
  ClientUnderTest client(trusting(upstream));
  std::vector<std::future<Outcome>> futures;
  for (int i = 0; i < 200; ++i) futures.push_back(client.send({.url = upstream.url("/" + std::to_string(i))}));
  for (int i = 0; i < 200; ++i) {
    const Outcome outcome = ClientUnderTest::wait(std::move(futures[static_cast<std::size_t>(i)]));
    REQUIRE(shortly(outcome) == "200");
    CHECK(std::get<Response>(outcome).body == "/" + std::to_string(i));
  }
  CHECK(upstream.connections() <= https::ClientOptions{}.maxConnections);
}

TEST_CASE("stopping answers all, and whoever comes later") {
  HttpsUpstream upstream(never);
  const SilentListener silent;
  ClientUnderTest client(trusting(upstream, {.maxConnections = 1}));
  std::vector<std::future<Outcome>> futures;
  for (int i = 0; i < 3; ++i) futures.push_back(client.send({.url = upstream.url()}));
  futures.push_back(client.send({.url = secure(silent)}));
  upstream.waitForRequests(1);
  client.client().stop();
  futures.push_back(client.send({.url = upstream.url()}));
  for (auto& future : futures) CHECK(shortly(ClientUnderTest::wait(std::move(future))) == shortly(Failure::stopped));
  client.client().stop();
}

TEST_CASE("a client that goes calls nobody any more") {
  HttpsUpstream upstream(never);
  boost::asio::io_context io;
  bool called = false;
  auto client = std::make_unique<https::Client>(io.get_executor(), trusting(upstream));
  client->send({.url = upstream.url()}, [&](const Outcome&) { called = true; });
  while (upstream.requests().empty()) io.run_one();
  client->stop();
  client.reset();
  // Ends, because nothing is left to wait for.
  io.run();
  CHECK_FALSE(called);

  // As when the process ends: what has been posted is never done.
  https::Client other(io.get_executor(), trusting(upstream));
  other.send({.url = upstream.url()}, [&](const Outcome&) { called = true; });
}

TEST_CASE("a handler may use the client, or end it") {
  HttpsUpstream upstream(hello);
  boost::asio::io_context io;
  std::vector<std::string> answers;
  auto client = std::make_unique<https::Client>(io.get_executor(), trusting(upstream));
  client->send({.url = upstream.url()}, [&](const Outcome& first) {
    answers.push_back(shortly(first));
    client->send({.url = upstream.url()}, [&](const Outcome& second) {
      answers.push_back(shortly(second));
      client.reset();
    });
  });
  io.run();
  CHECK(answers == std::vector<std::string>{"200", "200"});
}

}  // namespace
}  // namespace akbuzat::test
