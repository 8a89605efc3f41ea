// The Realtime API on the embedded SFU, as far as it is more than what one session does.

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <catch2/catch.hpp>

#include "akbuzat/realtime/embedded_realtime.hpp"

namespace akbuzat::test {
namespace {

using realtime::Error;
using realtime::ErrorCode;

struct Api {
  util::Shards shards{1};
  sfu::Sfu sfu{shards, sfu::SfuOptions{}};
  realtime::EmbeddedRealtime realtime{shards, sfu};
  realtime::Scope scope = realtime::Scope::ofRoom("r", 0);

  Api() {
    // No connection comes over TCP here.
    sfu.start(9);
    shards.start();
  }
  ~Api() {
    std::promise<void> stopped;
    sfu.stop([&stopped] { stopped.set_value(); });
    stopped.get_future().get();
    shards.stop();
    shards.join();
  }
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// The answer to one call, which `make` makes with what is to be called back.
  template <class Answer>
  static realtime::Result<Answer> ask(const auto& make) {
    const auto answer = std::make_shared<std::promise<realtime::Result<Answer>>>();
    make([answer](realtime::Result<Answer> result) { answer->set_value(std::move(result)); });
    return answer->get_future().get();
  }
  std::string open() {
    const auto opened = ask<std::string>(
        [this](auto reply) { realtime.newSession(scope, "o", realtime::SessionKind::client, std::move(reply)); });
    return std::get<std::string>(opened);
  }
  /// The error of one more call of the session; nothing if it may make it.
  std::optional<ErrorCode> update(const std::string& session) {
    realtime::TrackObject track;
    track.location = realtime::Location::remote;
    track.mid = "0";
    return errorOf(ask<realtime::TracksAnswer>(
        [&](auto reply) { realtime.updateTracks(scope, session, {track}, std::move(reply)); }));
  }
  std::optional<ErrorCode> state(const std::string& session) {
    return errorOf(ask<realtime::SessionState>([&](auto reply) { realtime.state(scope, session, std::move(reply)); }));
  }

 private:
  template <class Answer>
  static std::optional<ErrorCode> errorOf(const realtime::Result<Answer>& result) {
    const auto* error = std::get_if<Error>(&result);
    return error == nullptr ? std::nullopt : std::optional{error->code};
  }
};

TEST_CASE("another layout of the stage may change the size of every picture at once") {
  Api api;
  const std::string session = api.open();
  for (std::size_t i = 0; i < sfu::PeerSession::kMaxTracks; ++i) REQUIRE_FALSE(api.update(session));
}

TEST_CASE("a session that calls without end is told so, others are not concerned") {
  Api api;
  const std::string session = api.open();
  const std::string other = api.open();
  std::optional<ErrorCode> refused;
  for (int i = 0; i < 100'000 && !refused; ++i) refused = api.state(session);
  CHECK(refused == ErrorCode::tooManyRequests);
  CHECK_FALSE(api.state(other));
}

TEST_CASE("a restart is another SFU, and every room's") {
  Api before;
  const std::uint64_t generation = before.realtime.generation(0, "r");
  CHECK(generation != 0);
  CHECK(generation < std::uint64_t{1} << 53);
  CHECK(before.realtime.generation(0, "another") == generation);
  std::optional<realtime::EmbeddedRealtime> after;
  do {
    after.emplace(before.shards, before.sfu);
  } while (after->generation(0, "r") == generation);  // until the clock has gone on
  CHECK(after->generation(0, "r") > generation);
}

}  // namespace
}  // namespace akbuzat::test
