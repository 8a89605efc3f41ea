#pragma once

#include "akbuzat/realtime/realtime.hpp"
#include "akbuzat/room/media_sessions.hpp"
#include "akbuzat/sfu/sfu.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::realtime {

/// The Realtime API on the SFU embedded in the process, and what rooms ask of it. Owned by the server; any shard.
class EmbeddedRealtime final : public Realtime, public room::MediaSessions {
 public:
  /// Both outlive it.
  EmbeddedRealtime(util::Shards& shards, sfu::Sfu& sfu) : shards_(shards), sfu_(sfu) {}

  void newSession(const Scope& scope, std::string owner, Reply<std::string> reply) override;
  void newTracks(const Scope& scope, std::string session, TracksRequest request, Reply<TracksAnswer> reply) override;
  void renegotiate(const Scope& scope, std::string session, SessionDescription description,
                   Reply<std::monostate> reply) override;
  void closeTracks(const Scope& scope, std::string session, CloseRequest request, Reply<TracksAnswer> reply) override;
  void updateTracks(const Scope& scope, std::string session, std::vector<TrackObject> tracks,
                    Reply<TracksAnswer> reply) override;
  void state(const Scope& scope, std::string session, Reply<SessionState> reply) override;

  [[nodiscard]] bool belongs(util::ShardIndex shard, std::string_view session, std::string_view room,
                             std::string_view owner) const override;
  void end(util::ShardIndex shard, const std::string& session) override;
  void endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) override;

 private:
  /// On the scope's shard: finds the session, lets `work` answer, replies. An unknown session is an error.
  template <class Answer, class Work>
  void onSession(const Scope& scope, std::string session, Reply<Answer> reply, Work work);

  util::Shards& shards_;
  sfu::Sfu& sfu_;
};

}  // namespace akbuzat::realtime
