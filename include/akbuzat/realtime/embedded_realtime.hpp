#pragma once

#include <cstdint>

#include "akbuzat/realtime/realtime.hpp"
#include "akbuzat/room/media_sessions.hpp"
#include "akbuzat/sfu/sfu.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::realtime {

/// The Realtime API on the SFU embedded in the process, and what rooms ask of it. Owned by the server; any shard.
class EmbeddedRealtime final : public Realtime, public room::MediaSessions {
 public:
  /// Both outlive it.
  EmbeddedRealtime(util::Shards& shards, sfu::Sfu& sfu);

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
  /// The time at which it was made, in milliseconds: with the process the sessions are lost.
  [[nodiscard]] std::uint64_t generation(util::ShardIndex shard, std::string_view room) const override;
  void end(util::ShardIndex shard, const std::string& session) override;
  void endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) override;

 private:
  /// On the scope's shard: finds the session, lets `work` answer, replies. An unknown session is an error, and one call
  /// more than the session may make; `cost` as for PeerSession::takeCall.
  template <class Answer, class Work>
  void onSession(const Scope& scope, std::string session, Reply<Answer> reply, Work work, double cost = 1);

  util::Shards& shards_;
  sfu::Sfu& sfu_;
  std::uint64_t generation_;
};

}  // namespace akbuzat::realtime
