#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "akbuzat/realtime/realtime.hpp"

namespace akbuzat::test {

/// A Realtime API that notes its calls and answers as the test has said: at once, or when it is let go. Any thread.
class ScriptedRealtime final : public realtime::Realtime {
 public:
  /// What comes back from now on.
  struct Script {
    realtime::Result<std::string> session = std::string{"s1"};
    realtime::Result<realtime::TracksAnswer> tracks = realtime::TracksAnswer{};
    realtime::Result<std::monostate> renegotiated = std::monostate{};
    realtime::Result<realtime::SessionState> state = realtime::SessionState{};
    /// Answers wait for `letGo`.
    bool hold = false;

    static Script failing(const realtime::Error& error) {
      Script script;
      script.session = error;
      script.tracks = error;
      script.renegotiated = error;
      script.state = error;
      return script;
    }
  };
  /// What a call brought; what it has no use for is empty.
  struct Call {
    std::string name;
    realtime::Scope scope = {};
    /// Or the owner, of a new session.
    std::string session;
    realtime::TracksRequest tracks = {};
    realtime::CloseRequest close = {};
    realtime::SessionDescription description = {};
    realtime::SessionKind kind = realtime::SessionKind::client;
  };

  void say(Script script) {
    const std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }
  /// The calls since the last time.
  std::vector<Call> calls() {
    const std::lock_guard lock(mutex_);
    return std::exchange(calls_, {});
  }
  /// How many answers wait.
  std::size_t held() {
    const std::lock_guard lock(mutex_);
    return held_.size();
  }
  /// Drops the answers that were held. How many there were.
  std::size_t forget() {
    std::unique_lock lock(mutex_);
    const auto held = std::exchange(held_, {});
    lock.unlock();
    return held.size();
  }
  /// Gives the answers that were held, on this thread. How many there were.
  std::size_t letGo() {
    std::unique_lock lock(mutex_);
    const auto held = std::exchange(held_, {});
    lock.unlock();
    for (const auto& answer : held) answer();
    return held.size();
  }

  void newSession(const realtime::Scope& scope, std::string owner, realtime::SessionKind kind,
                  realtime::Reply<std::string> reply) override {
    answer({.name = "newSession", .scope = scope, .session = std::move(owner), .kind = kind}, std::move(reply),
           &Script::session);
  }
  void newTracks(const realtime::Scope& scope, std::string session, realtime::TracksRequest request,
                 realtime::Reply<realtime::TracksAnswer> reply) override {
    answer({.name = "newTracks", .scope = scope, .session = std::move(session), .tracks = std::move(request)},
           std::move(reply), &Script::tracks);
  }
  void renegotiate(const realtime::Scope& scope, std::string session, realtime::SessionDescription description,
                   realtime::Reply<std::monostate> reply) override {
    answer(
        {.name = "renegotiate", .scope = scope, .session = std::move(session), .description = std::move(description)},
        std::move(reply), &Script::renegotiated);
  }
  void closeTracks(const realtime::Scope& scope, std::string session, realtime::CloseRequest request,
                   realtime::Reply<realtime::TracksAnswer> reply) override {
    answer({.name = "closeTracks", .scope = scope, .session = std::move(session), .close = std::move(request)},
           std::move(reply), &Script::tracks);
  }
  void updateTracks(const realtime::Scope& scope, std::string session, std::vector<realtime::TrackObject> tracks,
                    realtime::Reply<realtime::TracksAnswer> reply) override {
    Call call{.name = "updateTracks", .scope = scope, .session = std::move(session)};
    call.tracks.tracks = std::move(tracks);
    answer(std::move(call), std::move(reply), &Script::tracks);
  }
  void state(const realtime::Scope& scope, std::string session,
             realtime::Reply<realtime::SessionState> reply) override {
    answer({.name = "state", .scope = scope, .session = std::move(session)}, std::move(reply), &Script::state);
  }

 private:
  template <class T>
  void answer(Call call, realtime::Reply<T> reply, realtime::Result<T> Script::*result) {
    std::unique_lock lock(mutex_);
    calls_.push_back(std::move(call));
    auto value = script_.*result;
    if (script_.hold) {
      held_.push_back([reply = std::move(reply), value = std::move(value)] { reply(value); });
    } else {
      lock.unlock();
      reply(std::move(value));
    }
  }

  std::mutex mutex_;
  Script script_;
  std::vector<Call> calls_;
  std::vector<std::function<void()>> held_;
};

}  // namespace akbuzat::test
