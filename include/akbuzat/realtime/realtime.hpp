#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "akbuzat/realtime/types.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::realtime {

/// Sessions of one scope may pull from each other and from nobody else: a room, or an app of other programs. All media
/// of a scope is on one shard.
struct Scope {
  std::string name;
  util::ShardIndex shard = 0;

  static Scope ofRoom(const std::string& room, util::ShardIndex shard) {
    return {std::string{kRoomPrefix}.append(room), shard};
  }
  static Scope ofApp(const std::string& app, util::ShardIndex shard) { return {"app:" + app, shard}; }

  /// The room's name; nothing if the scope is no room's.
  [[nodiscard]] std::optional<std::string> room() const {
    if (!name.starts_with(kRoomPrefix)) return std::nullopt;
    return name.substr(kRoomPrefix.size());
  }

 private:
  static constexpr std::string_view kRoomPrefix = "room:";
};

/// Called once, on any thread.
template <class T>
using Reply = std::function<void(Result<T>)>;

/// The Realtime API (protocol D.1 to D.4) as one interface. Every function may be called on any shard and returns at
/// once. Mutations of one session are done one after the other, in the order of the calls; different sessions do not
/// wait for each other. Failures of single tracks are in the answer's tracks, each with its `error`; an Error instead
/// of an answer concerns the whole request. Implemented by EmbeddedRealtime; outlives everything that calls it.
class Realtime {
 public:
  virtual ~Realtime() = default;

  /// `owner` is whoever may use the session, as rooms know them; empty for apps. Replies with the session's id. One of
  /// kind `thirdParty` begins with a push that has no offer; its UDP candidates are those of the answer, of which
  /// addresses on loopback, on a link, or of many are not believed.
  virtual void newSession(const Scope& scope, std::string owner, SessionKind kind, Reply<std::string> reply) = 0;
  virtual void newTracks(const Scope& scope, std::string session, TracksRequest request, Reply<TracksAnswer> reply) = 0;
  /// The client's answer to an offer of ours.
  virtual void renegotiate(const Scope& scope, std::string session, SessionDescription description,
                           Reply<std::monostate> reply) = 0;
  virtual void closeTracks(const Scope& scope, std::string session, CloseRequest request,
                           Reply<TracksAnswer> reply) = 0;
  virtual void updateTracks(const Scope& scope, std::string session, std::vector<TrackObject> tracks,
                            Reply<TracksAnswer> reply) = 0;
  virtual void state(const Scope& scope, std::string session, Reply<SessionState> reply) = 0;
};

}  // namespace akbuzat::realtime
