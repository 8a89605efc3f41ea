#include <sstream>
#include <vector>

#include <spdlog/sinks/ostream_sink.h>

#include "client_under_test.hpp"
#include "silent_listener.hpp"

namespace akbuzat::test {
namespace {

HttpsUpstream::Script always(UpstreamAnswer answer) {
  return [answer = std::move(answer)](const UpstreamRequest&) { return answer; };
}

/// Asks until the upstream is asked again.
std::string afterRest(ClientUnderTest& client, const std::string& url) {
  for (;;) {
    std::string answer = shortly(client.get(url));
    if (answer != shortly(Failure::resting)) return answer;
    std::this_thread::sleep_for(1ms);
  }
}

TEST_CASE("an upstream that keeps failing is left alone, tried again by one, and used again when it answers") {
  HttpsUpstream upstream(always({.status = 500}));
  ClientUnderTest client(trusting(upstream, {.failuresBeforeRest = 3, .firstRest = 1500ms}));
  for (int i = 0; i < 3; ++i) REQUIRE(shortly(client.get(upstream.url())) == "500");
  for (int i = 0; i < 3; ++i) CHECK(shortly(client.get(upstream.url())) == shortly(Failure::resting));
  CHECK(upstream.requests().size() == 3);

  // One tries it; while it does, the others do not.
  std::promise<void> promise;
  const std::shared_future<void> released = promise.get_future().share();
  upstream.answerWith([released](const UpstreamRequest&) {
    released.wait();
    return UpstreamAnswer{.status = 204};
  });
  std::future<Outcome> probe;
  while (upstream.requests().size() == 3) {
    probe = client.send({.url = upstream.url()});
    probe.wait_for(10ms);
  }
  CHECK(shortly(client.get(upstream.url())) == shortly(Failure::resting));
  promise.set_value();
  CHECK(shortly(ClientUnderTest::wait(std::move(probe))) == "204");
  CHECK(upstream.requests().size() == 4);
  CHECK(shortly(client.get(upstream.url())) == "204");
}

TEST_CASE("an upstream that fails again is left alone again") {
  HttpsUpstream upstream(always({.status = 503}));
  ClientUnderTest client(trusting(upstream, {.failuresBeforeRest = 2, .firstRest = 1s}));
  for (int i = 0; i < 2; ++i) REQUIRE(shortly(client.get(upstream.url())) == "503");
  CHECK(shortly(client.get(upstream.url())) == shortly(Failure::resting));
  CHECK(afterRest(client, upstream.url()) == "503");
  CHECK(shortly(client.get(upstream.url())) == shortly(Failure::resting));
  CHECK(upstream.requests().size() == 3);
}

TEST_CASE("failures of every kind count") {
  https::ClientOptions options{.failuresBeforeRest = 1, .firstRest = 60s};
  const std::vector<std::pair<UpstreamAnswer, std::string>> rows{
      {{.manner = Manner::never}, shortly(Failure::timeout)},
      {{.manner = Manner::cut}, shortly(Failure::cut)},
      {{.raw = "none\r\n\r\n"}, shortly(Failure::malformed)},
      {{.status = 599}, "599"},
  };
  for (const auto& [answer, outcome] : rows) {
    HttpsUpstream upstream(always(answer));
    options.firstByteTimeout = answer.manner == Manner::never ? 50ms : 10s;
    ClientUnderTest client(trusting(upstream, options));
    CHECK(shortly(client.get(upstream.url())) == outcome);
    CHECK(shortly(client.get(upstream.url())) == shortly(Failure::resting));
  }
  HttpsUpstream expired(hello, Certificate::expired);
  ClientUnderTest client(trusting(expired, options));
  CHECK(shortly(client.get(expired.url())) == shortly(Failure::certificate));
  CHECK(shortly(client.get(expired.url())) == shortly(Failure::resting));
  SilentListener nobody;
  nobody.close();
  const std::string url = "http://127.0.0.1:" + std::to_string(nobody.port()) + "/";
  CHECK(shortly(client.get(url)) == shortly(Failure::unreachable));
  CHECK(shortly(client.get(url)) == shortly(Failure::resting));
}

TEST_CASE("what the request is to blame for does not count, and success forgets") {
  HttpsUpstream upstream([](const UpstreamRequest& request) {
    return UpstreamAnswer{.status = static_cast<unsigned>(std::stoul(request.target.substr(1)))};
  });
  ClientUnderTest client(trusting(upstream, {.failuresBeforeRest = 2}));
  for (const std::string status : {"500", "404", "500", "429", "500", "401", "500", "200", "500"})
    CHECK(shortly(client.get(upstream.url("/" + status))) == status);
  CHECK(shortly(client.get(upstream.url("/500"))) == "500");
  CHECK(shortly(client.get(upstream.url("/200"))) == shortly(Failure::resting));
}

TEST_CASE("those who wait for a connection hear at once that there is no use") {
  HttpsUpstream upstream(always({.status = 500, .delay = 100ms}));
  ClientUnderTest client(trusting(upstream, {.maxConnections = 1, .failuresBeforeRest = 1, .firstRest = 60s}));
  std::vector<std::future<Outcome>> futures;
  for (int i = 0; i < 10; ++i) futures.push_back(client.send({.url = upstream.url()}));
  CHECK(shortly(ClientUnderTest::wait(std::move(futures[0]))) == "500");
  for (std::size_t i = 1; i < futures.size(); ++i)
    CHECK(shortly(ClientUnderTest::wait(std::move(futures[i]))) == shortly(Failure::resting));
  CHECK(upstream.requests().size() == 1);
}

TEST_CASE("one origin's rest is not another's") {
  HttpsUpstream ill(always({.status = 500}));
  HttpsUpstream well(hello, Certificate::none);
  ClientUnderTest client(trusting(ill, {.failuresBeforeRest = 1, .firstRest = 60s}));
  CHECK(shortly(client.get(ill.url())) == "500");
  CHECK(shortly(client.get(ill.url())) == shortly(Failure::resting));
  CHECK(shortly(client.get(well.url())) == "200");
}

TEST_CASE("the log says which origin is ill, and nothing of what was sent") {
  std::ostringstream text;
  HttpsUpstream upstream(always({.status = 500, .headers = {{"X-Answer", "secret"}}, .body = "secret"}));
  {
    ClientUnderTest client(trusting(upstream, {.failuresBeforeRest = 1, .firstRest = 1ms}));
    util::log().sinks().assign(1, std::make_shared<spdlog::sinks::ostream_sink_mt>(text));
    util::log().set_level(spdlog::level::trace);
    const Request request{.method = "POST",
                          .url = upstream.url("/secret?key=secret"),
                          .headers = {{"Authorization", "secret"}},
                          .body = "secret"};
    CHECK(shortly(client.ask(request)) == "500");
    upstream.answerWith(hello);
    while (shortly(client.ask(request)) != "200") {
    }
  }
  util::log().sinks().clear();
  const std::string origin = upstream.url("");
  CHECK(text.str().find(origin + " is left alone") != std::string::npos);
  CHECK(text.str().find(origin + " answers again") != std::string::npos);
  CHECK(text.str().find("secret") == std::string::npos);
}

}  // namespace
}  // namespace akbuzat::test
