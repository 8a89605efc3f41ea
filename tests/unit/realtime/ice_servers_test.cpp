#include "akbuzat/realtime/ice_servers.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "akbuzat/util/log.hpp"

namespace akbuzat::realtime {
namespace {

using namespace std::chrono_literals;

config::IceSettings withTurnService() {
  config::IceSettings settings;
  settings.turnKeyId = "key";
  settings.turnKeyToken = "token";
  settings.turnUrls = {"turn:own.example"};
  settings.turnSharedSecret = "secret";
  settings.iceServers =
      R"([{"urls":"stun:fixed.example"},{"urls":"turn:fixed.example","username":"f","credential":"g"}])";
  settings.ttl = 24h;
  return settings;
}

/// A TURN service that the test answers for, and a clock that the test moves.
struct Scene {
  explicit Scene(config::IceSettings settings = withTurnService(), std::chrono::milliseconds patience = 1h)
      : servers(context.get_executor(), {.settings = std::move(settings),
                                         .send =
                                             [this](https::Request request, https::Handler handler) {
                                               asked.push_back(std::move(request));
                                               unanswered.push_back(std::move(handler));
                                             },
                                         .now = [this] { return now; },
                                         .patience = patience}) {
    util::log().set_level(spdlog::level::off);
  }

  /// Does what can be done without waiting.
  void run() {
    context.restart();
    context.poll();
  }
  /// What `owner` gets; nothing as long as they wait.
  std::optional<IceServerList> get(const std::string& owner = "kevin") {
    got.reset();
    servers.forUser(owner, [this](IceServerList list) { got = std::move(list); });
    run();
    return got;
  }
  void answer(https::Outcome outcome) {
    REQUIRE_FALSE(unanswered.empty());
    const auto handler = std::move(unanswered.front());
    unanswered.erase(unanswered.begin());
    handler(std::move(outcome));
    run();
  }
  /// The service gives this credential.
  void give(const std::string& credential) {
    answer(https::Response{
        .status = 201,
        .headers = {},
        .body = R"({"iceServers":{"urls":["turns:service.example:5349"],"username":"u","credential":")" + credential +
                "\"}}"});
  }
  void fail() { answer(https::Response{.status = 500, .headers = {}, .body = ""}); }

  boost::asio::io_context context;
  std::chrono::system_clock::time_point now{std::chrono::seconds{1'000'000}};
  std::vector<https::Request> asked;
  std::vector<https::Handler> unanswered;
  std::optional<IceServerList> got;
  IceServers servers;
};

/// The credential of the relay whose name begins so; empty if it is not there.
std::string credentialOf(const std::optional<IceServerList>& list, const std::string& url) {
  REQUIRE(list);
  for (const IceServer& server : list->servers) {
    if (server.urls.front().starts_with(url)) return server.credential;
  }
  return {};
}
std::string ofService(const std::optional<IceServerList>& list) { return credentialOf(list, "turns:service.example"); }

TEST_CASE("without anything configured there are no servers") {
  Scene scene{config::IceSettings{}};
  const auto list = scene.get();
  REQUIRE(list);
  CHECK(list->servers.empty());
  CHECK(list->ttl == 24h);
  CHECK(scene.asked.empty());
}

TEST_CASE("a shared secret needs nobody to be asked, and each user has a name of their own until half of its life") {
  config::IceSettings settings;
  settings.turnUrls = {"turn:own.example"};
  settings.turnSharedSecret = "secret";
  settings.ttl = 10h;
  Scene scene{settings};
  const auto first = scene.get("kevin");
  REQUIRE(first);
  REQUIRE(first->servers.size() == 1);
  CHECK(first->servers[0].username.starts_with("1036000:"));
  CHECK(first->ttl == 10h);
  CHECK(scene.get("other")->servers != first->servers);

  scene.now += 5h - 1s;
  const auto kept = scene.get("kevin");
  CHECK(kept->servers == first->servers);
  CHECK(kept->ttl == 5h + 1s);
  scene.now += 1s;
  CHECK(scene.get("kevin")->servers[0].username.starts_with("1054000:"));
  CHECK(scene.asked.empty());
}

TEST_CASE("what all sources give comes in one list") {
  Scene scene;
  CHECK_FALSE(scene.get());
  scene.give("first");
  REQUIRE(scene.got);
  REQUIRE(scene.got->servers.size() == 4);
  CHECK(scene.got->servers[0] == IceServer{{"turns:service.example:5349"}, "u", "first"});
  CHECK(scene.got->servers[1].urls == std::vector<std::string>{"turn:own.example"});
  CHECK(scene.got->servers[2] == IceServer{{"turn:fixed.example"}, "f", "g"});
  CHECK(scene.got->servers[3] == IceServer{{"stun:fixed.example"}, "", ""});
  CHECK(scene.got->ttl == 24h);
}

TEST_CASE("the TURN service is asked once for a user until half of the life has passed") {
  Scene scene;
  CHECK_FALSE(scene.get());
  scene.give("first");
  scene.now += 12h - 1s;
  CHECK(ofService(scene.get()) == "first");
  CHECK(scene.asked.size() == 1);
  scene.now += 1s;
  CHECK_FALSE(scene.get());
  scene.give("second");
  CHECK(ofService(scene.got) == "second");
  CHECK(ofService(scene.get()) == "second");
  CHECK(scene.asked.size() == 2);
}

TEST_CASE("a life is counted from when it was asked for, and is never longer than the service allows") {
  config::IceSettings settings = withTurnService();
  settings.ttl = 100h;
  Scene scene{settings};
  CHECK_FALSE(scene.get());
  scene.now += 10s;
  scene.give("first");
  CHECK(scene.got->ttl == 48h - 10s);
}

TEST_CASE("requests of one user make one call, and users do not share it") {
  Scene scene;
  std::vector<std::string> heard;
  const auto get = [&scene, &heard](const std::string& owner) {
    scene.servers.forUser(
        owner, [&heard, owner](const IceServerList& list) { heard.push_back(owner + " " + ofService(list)); });
  };
  get("kevin");
  get("other");
  get("kevin");
  scene.run();
  get("kevin");
  scene.run();
  CHECK(scene.asked.size() == 2);
  scene.give("one");
  CHECK(heard == std::vector<std::string>{"kevin one", "kevin one", "kevin one"});
  scene.give("two");
  CHECK(heard.back() == "other two");
}

TEST_CASE("while the TURN service fails, users keep what they have, and then do without") {
  Scene scene;
  CHECK_FALSE(scene.get());
  scene.give("first");
  scene.now += 13h;
  CHECK_FALSE(scene.get());
  scene.fail();
  CHECK(ofService(scene.got) == "first");
  CHECK(scene.got->ttl == 60s);
  // It is left alone for a while.
  scene.now += 29s;
  CHECK(ofService(scene.get()) == "first");
  CHECK(scene.asked.size() == 2);
  scene.now += 1s;
  CHECK_FALSE(scene.get());
  scene.fail();
  CHECK(ofService(scene.got) == "first");

  scene.now += 11h;
  CHECK_FALSE(scene.get());
  scene.answer(https::Failure::resting);
  CHECK(ofService(scene.got).empty());
  CHECK_FALSE(credentialOf(scene.got, "turn:own.example").empty());
  CHECK(scene.got->servers.size() == 3);

  scene.now += 30s;
  CHECK_FALSE(scene.get());
  scene.give("again");
  CHECK(ofService(scene.got) == "again");
  CHECK(scene.got->ttl == 24h);
}

TEST_CASE("nobody waits longer than the patience for a slow TURN service, and its answer is kept") {
  Scene scene{withTurnService(), 1ms};
  scene.servers.forUser("kevin", [&scene](IceServerList list) { scene.got = std::move(list); });
  scene.context.run();
  REQUIRE(scene.got);
  CHECK(ofService(scene.got).empty());
  CHECK(scene.got->servers.size() == 3);
  CHECK(scene.got->ttl == 60s);
  // Nobody waits in vain a second time, and nobody asks a second time.
  CHECK(ofService(scene.get()).empty());
  CHECK(scene.asked.size() == 1);
  scene.give("late");
  CHECK(ofService(scene.get()) == "late");
  CHECK(scene.asked.size() == 1);
}

TEST_CASE("a user who waits gets what they had as long as it is valid") {
  Scene scene{withTurnService(), 1ms};
  scene.servers.forUser("kevin", [](const IceServerList&) {});
  scene.context.poll();
  scene.give("first");
  scene.now += 13h;
  scene.servers.forUser("kevin", [&scene](IceServerList list) { scene.got = std::move(list); });
  scene.context.restart();
  scene.context.run();
  CHECK(ofService(scene.got) == "first");
}

TEST_CASE("those whose credentials are the oldest are forgotten first") {
  config::IceSettings settings = withTurnService();
  Scene scene{settings};
  for (int i = 0; i <= 4096; ++i) {
    scene.get("user " + std::to_string(i));
    scene.give("c");
  }
  CHECK(scene.get("user 1"));
  CHECK(scene.get("user 4096"));
  CHECK_FALSE(scene.get("user 0"));
}

TEST_CASE("a program gets fresh credentials of the life that it asks for, within limits") {
  Scene scene;
  const auto get = [&scene](std::chrono::seconds ttl) {
    scene.got.reset();
    scene.servers.forProgram(ttl, [&scene](IceServerList list) { scene.got = std::move(list); });
    scene.run();
  };
  get(1h);
  CHECK(scene.asked.back().body == R"({"ttl":3600})");
  scene.give("one");
  CHECK(ofService(scene.got) == "one");
  CHECK(scene.got->ttl == 1h);
  const auto own = scene.got->servers[1].username;
  CHECK(own.starts_with("1003600:"));
  get(1h);
  scene.fail();
  CHECK(ofService(scene.got).empty());
  CHECK(scene.got->servers[0].username.starts_with("1003600:"));
  CHECK(scene.got->servers[0].username != own);
  get(1s);
  CHECK(scene.asked.back().body == R"({"ttl":60})");
  scene.give("two");
  get(1000h);
  CHECK(scene.asked.back().body == R"({"ttl":86400})");
  scene.give("three");
  CHECK(scene.got->ttl == 24h);
}

TEST_CASE("an answer may come after the servers have gone") {
  https::Handler late;
  boost::asio::io_context context;
  {
    IceServers servers(context.get_executor(),
                       {.settings = withTurnService(),
                        .send = [&late](const https::Request&, https::Handler handler) { late = std::move(handler); }});
    servers.forUser("kevin", [](const IceServerList&) {});
    context.poll();
  }
  REQUIRE(late);
  late(https::Failure::stopped);
  context.restart();
  CHECK(context.poll() > 0);
}

}  // namespace
}  // namespace akbuzat::realtime
