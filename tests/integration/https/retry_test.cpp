#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "client_under_test.hpp"

namespace akbuzat::test {
namespace {

/// Answers with these in turn, the last one again and again.
HttpsUpstream::Script inTurn(std::vector<UpstreamAnswer> answers) {
  return [answers = std::move(answers), count = std::make_shared<std::atomic<std::size_t>>(0)](const UpstreamRequest&) {
    return answers[std::min(count->fetch_add(1), answers.size() - 1)];
  };
}

Outcome repeatably(ClientUnderTest& client, const std::string& url) {
  return client.ask({.method = "PUT", .url = url, .body = "again", .repeatable = true});
}

TEST_CASE("what may be repeated is, where that can help") {
  const std::vector<UpstreamAnswer> rows{
      {.status = 429},           {.status = 502},         {.status = 503},
      {.status = 504},           {.manner = Manner::cut}, {.manner = Manner::hangUp},
      {.manner = Manner::never},
  };
  for (const UpstreamAnswer& row : rows) {
    HttpsUpstream upstream(inTurn({row, {.status = 201}}));
    ClientUnderTest client(trusting(upstream, {.firstByteTimeout = 1s}));
    INFO(row.status << " " << static_cast<int>(row.manner));
    CHECK(shortly(repeatably(client, upstream.url())) == "201");
    const auto requests = upstream.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].body == "again");
  }
}

TEST_CASE("what may not be repeated is not") {
  for (const unsigned status : {429U, 502U, 503U, 504U}) {
    HttpsUpstream upstream(inTurn({{.status = status}, {.status = 201}}));
    ClientUnderTest client(trusting(upstream));
    CHECK(shortly(client.post(upstream.url())) == std::to_string(status));
    CHECK(upstream.requests().size() == 1);
  }
}

TEST_CASE("nor what would not help") {
  for (const unsigned status : {400U, 401U, 404U, 500U, 501U}) {
    HttpsUpstream upstream(inTurn({{.status = status}, {.status = 201}}));
    ClientUnderTest client(trusting(upstream));
    CHECK(shortly(repeatably(client, upstream.url())) == std::to_string(status));
    CHECK(upstream.requests().size() == 1);
  }
}

TEST_CASE("three times are enough, and the last answer is the one") {
  HttpsUpstream upstream(inTurn({{.status = 502}, {.status = 504}, {.status = 503}}));
  ClientUnderTest client(trusting(upstream));
  CHECK(shortly(repeatably(client, upstream.url())) == "503");
  CHECK(upstream.requests().size() == 3);
}

TEST_CASE("the upstream says when to come again") {
  HttpsUpstream upstream(inTurn({{.status = 503, .headers = {{"Retry-After", "1"}}}, {.status = 200}}));
  ClientUnderTest client(trusting(upstream));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(shortly(repeatably(client, upstream.url())) == "200");
  CHECK(std::chrono::steady_clock::now() - begin >= 1s);
}

TEST_CASE("if that is too late, its answer is the answer") {
  HttpsUpstream upstream(inTurn({{.status = 503, .headers = {{"Retry-After", "16"}}}, {.status = 200}}));
  ClientUnderTest client(trusting(upstream));
  CHECK(shortly(repeatably(client, upstream.url())) == "503");
  CHECK(upstream.requests().size() == 1);
}

TEST_CASE("no more pause than may wait") {
  HttpsUpstream upstream([](const UpstreamRequest&) {
    return UpstreamAnswer{.status = 503, .headers = {{"Retry-After", "10"}}};
  });
  ClientUnderTest client(trusting(upstream, {.maxConnections = 1, .maxWaiting = 1}));
  std::vector<std::future<Outcome>> futures;
  for (std::size_t sent = 1; sent <= 3; ++sent) {
    futures.push_back(client.send({.url = upstream.url(), .repeatable = true}));
    upstream.waitForRequests(sent);
  }
  // The second or the third, whichever comes back while all three are there.
  while (std::none_of(futures.begin(), futures.end(),
                      [](const auto& future) { return future.wait_for(0s) == std::future_status::ready; }))
    std::this_thread::sleep_for(1ms);
  client.client().stop();
  std::map<std::string, int> outcomes;
  for (auto& future : futures) ++outcomes[shortly(ClientUnderTest::wait(std::move(future)))];
  CHECK(outcomes == std::map<std::string, int>{{"503", 1}, {shortly(Failure::stopped), 2}});
}

TEST_CASE("a connection that fails before the request was sent is tried once more, whatever the request") {
  HttpsUpstream upstream(hello);
  ClientUnderTest client(trusting(upstream));
  upstream.refuseConnections(1);
  CHECK(shortly(client.post(upstream.url())) == "200");
  CHECK(upstream.connections() == 2);
  upstream.closeConnections();
  upstream.refuseConnections(3);
  CHECK(shortly(client.post(upstream.url())) == shortly(Failure::tls));
  CHECK(upstream.connections() == 4);
  CHECK(upstream.requests().size() == 1);
}

}  // namespace
}  // namespace akbuzat::test
