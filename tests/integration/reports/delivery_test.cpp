// The queue on a real disk, a webhook on a real socket.

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/feedback/delivery.hpp"
#include "akbuzat/storage/storage.hpp"
#include "akbuzat/util/log.hpp"
#include "akbuzat/util/shards.hpp"
#include "support/https_upstream.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using namespace std::chrono_literals;
using storage::Report;

namespace {

Report report(const std::string& id) {
  Report made;
  made.id = id;
  made.created = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  made.userName = "Айгуль";
  made.description = "No sound";
  made.details = "{}";
  return made;
}

/// One run of the program, as far as delivering goes.
class Run {
 public:
  Run(const TemporaryFolder& folder, const std::string& url, const std::filesystem::path& authorities = {})
      : storage(folder.path()), client_(shards_.context(0).get_executor(), options(authorities)) {
    feedback::DeliveryOptions options;
    options.url = url;
    options.firstPause = 20ms;
    options.longestPause = 200ms;
    delivery_.emplace(shards_.context(0).get_executor(), client_, storage, std::move(options));
    shards_.start();
  }
  ~Run() {
    delivery_.reset();
    client_.stop();
    shards_.stop();
    shards_.join();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void add(Report what) {
    std::promise<storage::ReportResult> done;
    storage.addReport(std::move(what), true, [&](storage::ReportResult result) { done.set_value(result); });
    REQUIRE(done.get_future().get() == storage::ReportResult::stored);
  }
  /// Waits until nothing is left to be sent.
  void waitUntilEmpty() {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < deadline) {
      std::promise<bool> empty;
      storage.nextDelivery([&](const auto& next, bool) { empty.set_value(!next); });
      if (empty.get_future().get()) return;
      std::this_thread::yield();
    }
    FAIL("something is still to be sent");
  }

 private:
  static https::ClientOptions options(const std::filesystem::path& authorities) {
    https::ClientOptions options;
    options.extraAuthorities = authorities;
    return options;
  }

  util::Shards shards_{1};

 public:
  storage::Storage storage;

 private:
  https::Client client_;
  std::optional<feedback::Delivery> delivery_;
};

/// Fails as `failures` say, one after the other, then takes everything.
HttpsUpstream::Script failing(std::vector<UpstreamAnswer> failures) {
  const auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return [failures = std::move(failures), next](const UpstreamRequest&) {
    const std::size_t turn = (*next)++;
    return turn < failures.size() ? failures[turn] : UpstreamAnswer{};
  };
}

UpstreamAnswer status(unsigned number) {
  UpstreamAnswer answer;
  answer.status = number;
  return answer;
}

UpstreamAnswer hangUp() {
  UpstreamAnswer answer;
  answer.manner = UpstreamAnswer::Manner::hangUp;
  return answer;
}

std::string idOf(const UpstreamRequest& request) {
  return nlohmann::json::parse(request.body).at("cardsV2").at(0).at("cardId").get<std::string>();
}

}  // namespace

TEST_CASE("A report is sent once, as a card, over verified TLS") {
  util::log().set_level(spdlog::level::off);
  const TemporaryFolder folder;
  HttpsUpstream chat(failing({}));
  Run run(folder, chat.url("/v1/spaces/x/messages?key=secret", "localhost"), chat.authorities());
  run.add(report("one"));
  run.waitUntilEmpty();
  const auto requests = chat.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/v1/spaces/x/messages?key=secret");
  CHECK(requests[0].headers.at("content-type") == "application/json; charset=UTF-8");
  CHECK(idOf(requests[0]) == "one");
}

TEST_CASE("What fails for now is sent again, and the others meanwhile") {
  util::log().set_level(spdlog::level::off);
  const TemporaryFolder folder;
  HttpsUpstream chat(failing({status(503), status(429), status(408), hangUp()}), HttpsUpstream::Certificate::none);
  Run run(folder, chat.url());
  run.add(report("one"));
  run.add(report("two"));
  run.waitUntilEmpty();
  std::map<std::string, int> sent;
  for (const UpstreamRequest& request : chat.requests()) ++sent[idOf(request)];
  // Four failed, two did not.
  CHECK(sent["one"] + sent["two"] == 6);
  CHECK(sent["one"] >= 1);
  CHECK(sent["two"] >= 1);
}

TEST_CASE("What is refused for good is not sent again") {
  util::log().set_level(spdlog::level::off);
  const TemporaryFolder folder;
  HttpsUpstream chat(failing({status(GENERATE(400U, 403U, 404U, 410U, 302U))}), HttpsUpstream::Certificate::none);
  Run run(folder, chat.url());
  run.add(report("one"));
  run.add(report("two"));
  run.waitUntilEmpty();
  const auto requests = chat.requests();
  REQUIRE(requests.size() == 2);
  CHECK(idOf(requests[0]) == "one");
  CHECK(idOf(requests[1]) == "two");
}

TEST_CASE("What is too old is given up without being sent") {
  util::log().set_level(spdlog::level::off);
  const TemporaryFolder folder;
  HttpsUpstream chat(failing({}), HttpsUpstream::Certificate::none);
  Run run(folder, chat.url());
  Report old = report("old");
  old.created -= 73h;
  run.add(old);
  run.add(report("new"));
  run.waitUntilEmpty();
  REQUIRE(chat.requests().size() == 1);
  CHECK(idOf(chat.requests()[0]) == "new");
}

TEST_CASE("What was not sent before a restart is sent after it") {
  util::log().set_level(spdlog::level::off);
  const TemporaryFolder folder;
  HttpsUpstream chat([](const UpstreamRequest&) { return status(500); }, HttpsUpstream::Certificate::none);
  {
    Run run(folder, chat.url());
    run.add(report("one"));
    chat.waitForRequests(2);
  }
  chat.answerWith(failing({}));
  const std::size_t before = chat.requests().size();
  Run run(folder, chat.url());
  run.waitUntilEmpty();
  const auto requests = chat.requests();
  REQUIRE(requests.size() > before);
  CHECK(idOf(requests.back()) == "one");
}

TEST_CASE("A clock that was set back holds nothing up") {
  util::log().set_level(spdlog::level::off);
  const TemporaryFolder folder;
  HttpsUpstream chat([](const UpstreamRequest&) { return status(500); }, HttpsUpstream::Certificate::none);
  {
    Run run(folder, chat.url());
    run.add(report("one"));
    chat.waitForRequests(1);
  }
  {
    storage::Storage storage{folder.path()};
    std::promise<void> done;
    storage.nextDelivery([&](const std::optional<storage::QueuedDelivery>& next, bool) {
      storage.postponeDelivery(next->id, std::chrono::system_clock::now() + 24h * 365, [&](bool) { done.set_value(); });
    });
    done.get_future().get();
  }
  chat.answerWith(failing({}));
  Run run(folder, chat.url());
  run.waitUntilEmpty();
}
