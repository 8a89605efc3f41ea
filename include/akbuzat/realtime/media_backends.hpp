#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "akbuzat/realtime/cloudflare_realtime.hpp"
#include "akbuzat/realtime/embedded_realtime.hpp"
#include "akbuzat/room/room_store.hpp"

namespace akbuzat::realtime {

/// Which SFU a session is on: the embedded one or, for rooms only, Cloudflare's. Owned by the server; any shard.
///
/// Sessions can pull from sessions of the same SFU only, so that all new sessions of a room go to one: Cloudflare's,
/// unless it has failed to open a session of this room. Then it is ours until none of the sessions there is left, when
/// the choice is made afresh. The sessions that a room has at Cloudflare at that moment stay and work as far as they
/// can, while the pages, told by `generation`, make new ones.
class MediaBackends final : public Realtime, public room::MediaSessions {
 public:
  /// Both outlive it. `cloudflare` may be nullptr: everything is embedded. `fallBack`: ours replaces it when it fails.
  MediaBackends(util::Shards& shards, EmbeddedRealtime& embedded, CloudflareRealtime* cloudflare, bool fallBack);

  /// `moved` is called on the room's shard when `generation` of a room has become another. Before the shards run.
  void onMoved(std::function<void(const std::string& room)> moved) { moved_ = std::move(moved); }
  /// Takes note of the sessions that members have had when the last process ended. Those at Cloudflare are as they
  /// were; those that were ours are unknown there, and drop out with the first call. Before the shards run.
  void restore(util::ShardIndex shard, const room::StoredRoom& room);

  void newSession(const Scope& scope, std::string owner, SessionKind kind, Reply<std::string> reply) override;
  void newTracks(const Scope& scope, std::string session, TracksRequest request, Reply<TracksAnswer> reply) override;
  void renegotiate(const Scope& scope, std::string session, SessionDescription description,
                   Reply<std::monostate> reply) override;
  void closeTracks(const Scope& scope, std::string session, CloseRequest request, Reply<TracksAnswer> reply) override;
  void updateTracks(const Scope& scope, std::string session, std::vector<TrackObject> tracks,
                    Reply<TracksAnswer> reply) override;
  void state(const Scope& scope, std::string session, Reply<SessionState> reply) override;

  [[nodiscard]] bool belongs(util::ShardIndex shard, std::string_view session, std::string_view room,
                             std::string_view owner) const override;
  [[nodiscard]] std::uint64_t generation(util::ShardIndex shard, std::string_view room) const override;
  void end(util::ShardIndex shard, const std::string& session) override;
  void endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) override;

 private:
  using SessionAndOwner = std::pair<std::string, std::string>;
  /// A room that uses the embedded SFU because Cloudflare's has failed it.
  struct Fallback {
    /// Some may have died meanwhile.
    std::vector<SessionAndOwner> sessions;
    /// Being opened.
    std::size_t opening = 0;
  };
  using Fallbacks = std::unordered_map<std::string, Fallback>;

  /// What there is to know before one is opened.
  struct Opening {
    Scope scope;
    std::string room;
    std::string owner;
    SessionKind kind;
    Reply<std::string> reply;
  };

  // On the room's shard.
  void open(const Opening& opening);
  void openEmbedded(const Opening& opening);
  void opened(const Opening& opening, Result<std::string> result);
  /// Ends the fallback of a room that has no session left there.
  void review(util::ShardIndex shard, const std::string& room);

  /// Calls `work` with the SFU that the session is on.
  void route(const Scope& scope, const std::string& session, std::function<void(Realtime&)> work);

  util::Shards& shards_;
  EmbeddedRealtime& embedded_;
  CloudflareRealtime* const cloudflare_;
  const bool fallBack_;
  std::function<void(const std::string& room)> moved_;
  /// One a shard.
  std::vector<Fallbacks> fallbacks_;
};

}  // namespace akbuzat::realtime
