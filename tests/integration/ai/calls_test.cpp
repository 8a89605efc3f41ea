// Calls to the voice AI's provider, with a real database and a scripted provider over real TLS.

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include "akbuzat/ai/calls.hpp"
#include "akbuzat/storage/storage.hpp"
#include "support/https_upstream.hpp"
#include "support/scripted_realtime.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat;
using test::HttpsUpstream;
using test::ScriptedRealtime;
using test::UpstreamAnswer;
using test::UpstreamRequest;

namespace {

constexpr const char* kOffer = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n";
constexpr const char* kAnswer = "v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\n";

/// Sessions that rooms have ended.
class EndedSessions final : public room::MediaSessions {
 public:
  [[nodiscard]] bool belongs(util::ShardIndex, std::string_view, std::string_view, std::string_view) const override {
    return true;
  }
  [[nodiscard]] std::uint64_t generation(util::ShardIndex, std::string_view) const override { return 0; }
  void end(util::ShardIndex, const std::string& session) override {
    const std::lock_guard lock(mutex_);
    ended_.push_back(session);
  }
  void endAll(util::ShardIndex, std::string_view, std::string_view) override {}

  std::vector<std::string> ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> ended_;
};

UpstreamAnswer answered(const std::string& call) {
  UpstreamAnswer answer;
  answer.status = 201;
  answer.headers = {{"Content-Type", "application/sdp"}, {"Location", "/v1/realtime/calls/" + call}};
  answer.body = kAnswer;
  return answer;
}

UpstreamAnswer withStatus(unsigned status) {
  UpstreamAnswer answer;
  answer.status = status;
  return answer;
}

bool isHangUp(const UpstreamRequest& request) { return request.target.ends_with("/hangup"); }

/// The provider, the SFU and the database of one server.
struct Server {
  explicit Server(const std::filesystem::path& dataDir, HttpsUpstream& provider, std::int64_t minutes = 60)
      : storage(dataDir) {
    https::ClientOptions options;
    options.extraAuthorities = provider.authorities();
    client = std::make_unique<https::Client>(shards.context(0).get_executor(), options);
    config::AiSettings settings;
    settings.token = "the secret token";
    settings.endpoint = provider.url("/v1/realtime/calls");
    settings.maxMinutesPerRoom = minutes;
    calls = std::make_unique<ai::Calls>(
        ai::Calls::Services{.shards = shards, .client = *client, .realtime = realtime, .media = media, .log = storage},
        settings);
    ScriptedRealtime::Script script;
    script.session = std::string{"ai-session"};
    realtime::TracksAnswer offered;
    offered.requiresImmediateRenegotiation = true;
    offered.tracks.emplace_back();
    offered.tracks[0].trackName.emplace("ai-generated-voice");
    offered.tracks[0].mid.emplace("0");
    offered.description = realtime::SessionDescription{realtime::SessionDescription::Type::offer, kOffer};
    script.tracks = offered;
    realtime.say(script);
    calls->restore(storage.openAiCalls());
    shards.start();
  }
  ~Server() {
    client->stop();
    shards.stop();
    shards.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::variant<room::AiCall, room::AiFailure> start(const std::string& meeting = "m") {
    std::promise<std::variant<room::AiCall, room::AiFailure>> promise;
    calls->start(0, "room", meeting, {"Be kind.", "ash"}, [&promise](auto outcome) { promise.set_value(outcome); });
    return promise.get_future().get();
  }
  room::AiCall mustStart() { return std::get<room::AiCall>(start()); }
  room::AiFailure mustFail() { return std::get<room::AiFailure>(start()); }

  void stop() {
    std::promise<void> promise;
    calls->stop([&promise] { promise.set_value(); });
    promise.get_future().get();
  }

  util::Shards shards{1};
  storage::Storage storage;
  EndedSessions media;
  ScriptedRealtime realtime;
  std::unique_ptr<https::Client> client;
  std::unique_ptr<ai::Calls> calls;
};

}  // namespace

TEST_CASE("an AI comes: the SFU offers, the provider answers, and hanging up reaches it", "[ai]") {
  const test::TemporaryFolder folder;
  HttpsUpstream provider(
      [](const UpstreamRequest& request) { return isHangUp(request) ? withStatus(200) : answered("rtc_1"); });
  Server server(folder.path(), provider);
  const room::AiCall call = server.mustStart();
  CHECK(call.session == "ai-session");
  CHECK(call.track == "ai-generated-voice");
  CHECK(call.limit > std::chrono::minutes{59});

  const auto done = server.realtime.calls();
  REQUIRE(done.size() == 3);
  CHECK(done[0].name == "newSession");
  CHECK(done[0].session == room::AiCalls::kOwner);
  CHECK(done[0].kind == realtime::SessionKind::thirdParty);
  CHECK(done[0].scope.name == "room:room");
  CHECK(done[1].tracks.tracks.at(0).bidirectionalMediaStream);
  CHECK(done[2].name == "renegotiate");
  CHECK(done[2].description.sdp == kAnswer);
  CHECK(done[2].description.type == realtime::SessionDescription::Type::answer);
  const auto asked = provider.waitForRequests(1);
  CHECK(asked[0].headers.at("authorization") == "Bearer the secret token");
  CHECK(asked[0].body.find(kOffer) != std::string::npos);

  server.calls->end(call.id);
  const auto requests = provider.waitForRequests(2);
  CHECK(requests[1].method == "POST");
  CHECK(requests[1].target == "/v1/realtime/calls/rtc_1/hangup");
  server.stop();
  CHECK(provider.requests().size() == 2);
  CHECK(server.media.ended() == std::vector<std::string>{"ai-session"});
}

TEST_CASE("the AI hears a member by a pull into its one input", "[ai]") {
  const test::TemporaryFolder folder;
  HttpsUpstream provider([](const UpstreamRequest&) { return answered("rtc_1"); });
  Server server(folder.path(), provider);
  const room::AiCall call = server.mustStart();
  server.realtime.calls();
  const auto listen = [&] {
    std::promise<bool> promise;
    server.calls->listen(0, "room", call, "s", "talk", [&promise](bool success) { promise.set_value(success); });
    return promise.get_future().get();
  };
  CHECK(listen());
  const auto done = server.realtime.calls();
  REQUIRE(done.size() == 1);
  CHECK(done[0].session == "ai-session");
  const realtime::TrackObject& pulled = done[0].tracks.tracks.at(0);
  CHECK(pulled.location == realtime::Location::remote);
  CHECK(pulled.mid == "#ai-generated-voice");
  CHECK(pulled.sessionId == "s");
  CHECK(pulled.trackName == "talk");

  server.realtime.say(ScriptedRealtime::Script::failing({realtime::ErrorCode::notFoundTrack, "There is none."}));
  CHECK_FALSE(listen());
}

TEST_CASE("what went wrong on the way is told, and nothing is left of it", "[ai]") {
  const test::TemporaryFolder folder;
  HttpsUpstream provider([](const UpstreamRequest&) { return answered("rtc_1"); });
  Server server(folder.path(), provider);

  SECTION("the provider refuses the token") {
    provider.answerWith([](const UpstreamRequest&) { return withStatus(401); });
    CHECK(server.mustFail() == room::AiFailure::refused);
    server.stop();
    CHECK(server.media.ended() == std::vector<std::string>{"ai-session"});
  }
  SECTION("the provider fails") {
    provider.answerWith([](const UpstreamRequest&) { return withStatus(500); });
    CHECK(server.mustFail() == room::AiFailure::provider);
  }
  SECTION("the SFU has no session") {
    server.realtime.say(ScriptedRealtime::Script::failing({realtime::ErrorCode::internalError, "No."}));
    CHECK(server.mustFail() == room::AiFailure::media);
    CHECK(provider.requests().empty());
  }
  SECTION("the provider's answer does not fit: its call is hung up") {
    ScriptedRealtime::Script script;
    realtime::TracksAnswer offered;
    offered.tracks.emplace_back();
    offered.tracks[0].trackName.emplace("ai-generated-voice");
    offered.description = realtime::SessionDescription{realtime::SessionDescription::Type::offer, kOffer};
    script.tracks = offered;
    script.renegotiated = realtime::Error{realtime::ErrorCode::invalidSessionDescription, "No."};
    server.realtime.say(script);
    provider.answerWith(
        [](const UpstreamRequest& request) { return isHangUp(request) ? withStatus(204) : answered("rtc_2"); });
    CHECK(server.mustFail() == room::AiFailure::media);
    CHECK(provider.waitForRequests(2)[1].target == "/v1/realtime/calls/rtc_2/hangup");
  }
  // Whatever it was, it is not counted as minutes.
  server.stop();
  CHECK(server.storage.openAiCalls().empty());
}

TEST_CASE("a provider that cannot hang up now is asked again until it has", "[ai]") {
  const test::TemporaryFolder folder;
  std::atomic<int> hangUps{0};
  HttpsUpstream provider([&hangUps](const UpstreamRequest& request) {
    if (!isHangUp(request)) return answered("rtc_1");
    return withStatus(++hangUps == 1 ? 401 : 404);
  });
  Server server(folder.path(), provider);
  server.calls->end(server.mustStart().id);
  provider.waitForRequests(3);
  server.stop();
  CHECK(hangUps == 2);
  CHECK(server.storage.openAiCalls().empty());
}

TEST_CASE("a call that the last process left is hung up by the next", "[ai]") {
  const test::TemporaryFolder folder;
  HttpsUpstream provider(
      [](const UpstreamRequest& request) { return isHangUp(request) ? withStatus(200) : answered("rtc_1"); });
  {
    Server crashed(folder.path(), provider);
    crashed.mustStart();
  }
  CHECK(provider.requests().size() == 1);
  Server server(folder.path(), provider);
  CHECK(provider.waitForRequests(2)[1].target == "/v1/realtime/calls/rtc_1/hangup");
  server.stop();
  CHECK(server.storage.openAiCalls().empty());
}

TEST_CASE("a server that stops hangs up, and what fails then is left to the next", "[ai]") {
  const test::TemporaryFolder folder;
  HttpsUpstream provider(
      [](const UpstreamRequest& request) { return isHangUp(request) ? withStatus(429) : answered("rtc_1"); });
  Server server(folder.path(), provider);
  server.mustStart();
  server.stop();
  CHECK(isHangUp(provider.requests().back()));
  CHECK(server.storage.openAiCalls().size() == 1);
  // It takes no new work.
  CHECK(std::holds_alternative<room::AiFailure>(server.start()));
}

TEST_CASE("a call that is ended while the provider still thinks is hung up when it has answered", "[ai]") {
  const test::TemporaryFolder folder;
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  HttpsUpstream provider([open](const UpstreamRequest& request) {
    if (isHangUp(request)) return withStatus(200);
    open.wait();
    return answered("rtc_1");
  });
  Server server(folder.path(), provider);
  std::promise<std::variant<room::AiCall, room::AiFailure>> outcome;
  server.calls->start(0, "room", "m", {}, [&outcome](auto value) { outcome.set_value(value); });
  provider.waitForRequests(1);
  std::promise<void> stopped;
  server.calls->stop([&stopped] { stopped.set_value(); });
  gate.set_value();
  CHECK(std::holds_alternative<room::AiFailure>(outcome.get_future().get()));
  stopped.get_future().get();
  CHECK(provider.requests().back().target == "/v1/realtime/calls/rtc_1/hangup");
  CHECK(server.storage.openAiCalls().empty());
}

TEST_CASE("when the meeting's minutes are used up there is no AI", "[ai]") {
  const test::TemporaryFolder folder;
  HttpsUpstream provider(
      [](const UpstreamRequest& request) { return isHangUp(request) ? withStatus(200) : answered("rtc_1"); });
  Server server(folder.path(), provider, 1);
  const room::AiCall call = server.mustStart();
  CHECK(call.limit <= std::chrono::minutes{1});
  CHECK(server.mustFail() == room::AiFailure::limitReached);
  CHECK(provider.requests().size() == 1);
}
