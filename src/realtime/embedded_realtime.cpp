#include "akbuzat/realtime/embedded_realtime.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

#include "realtime/session_operations.hpp"

namespace akbuzat::realtime {
namespace {

/// A wish for another layer changes a few bytes, and media clients make one call for each picture: of another layout of
/// the stage at once, with as many pictures as a session can have (sfu::PeerSession::kMaxTracks).
constexpr double kUpdateCost = 0.1;

Error sessionGone() { return {ErrorCode::sessionGone, "The session has ended, or never was; make a new one."}; }

}  // namespace

EmbeddedRealtime::EmbeddedRealtime(util::Shards& shards, sfu::Sfu& sfu)
    : shards_(shards),
      sfu_(sfu),
      generation_(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count())) {}

void EmbeddedRealtime::newSession(const Scope& scope, std::string owner, SessionKind kind, Reply<std::string> reply) {
  const auto peer = kind == SessionKind::client ? sfu::PeerKind::client : sfu::PeerKind::liteServer;
  boost::asio::post(shards_.context(scope.shard),
                    [this, scope, owner = std::move(owner), peer, reply = std::move(reply)] {
                      std::string id = sfu_.shard(scope.shard).open(scope.name, owner, peer);
                      if (id.empty())
                        reply(Error{ErrorCode::temporarilyUnavailable, "There are as many sessions as can be taken."});
                      else
                        reply(std::move(id));
                    });
}

template <class Answer, class Work>
void EmbeddedRealtime::onSession(const Scope& scope, std::string session, Reply<Answer> reply, Work work, double cost) {
  boost::asio::post(shards_.context(scope.shard), [this, scope, session = std::move(session), reply = std::move(reply),
                                                   work = std::move(work), cost] {
    sfu::PeerSession* found = sfu_.shard(scope.shard).find(scope.name, session);
    if (found == nullptr)
      reply(sessionGone());
    else if (!found->takeCall(cost))
      reply(Error{ErrorCode::tooManyRequests, "The session has more than 50 calls a second."});
    else
      reply(work(*found));
  });
}

void EmbeddedRealtime::newTracks(const Scope& scope, std::string session, TracksRequest request,
                                 Reply<TracksAnswer> reply) {
  onSession(scope, std::move(session), std::move(reply),
            [request = std::move(request)](sfu::PeerSession& found) { return realtime::newTracks(found, request); });
}

void EmbeddedRealtime::renegotiate(const Scope& scope, std::string session, SessionDescription description,
                                   Reply<std::monostate> reply) {
  onSession(scope, std::move(session), std::move(reply),
            [description = std::move(description)](sfu::PeerSession& found) {
              return realtime::renegotiate(found, description);
            });
}

void EmbeddedRealtime::closeTracks(const Scope& scope, std::string session, CloseRequest request,
                                   Reply<TracksAnswer> reply) {
  onSession(scope, std::move(session), std::move(reply),
            [request = std::move(request)](sfu::PeerSession& found) { return realtime::closeTracks(found, request); });
}

void EmbeddedRealtime::updateTracks(const Scope& scope, std::string session, std::vector<TrackObject> tracks,
                                    Reply<TracksAnswer> reply) {
  onSession(
      scope, std::move(session), std::move(reply),
      [tracks = std::move(tracks)](sfu::PeerSession& found) { return realtime::updateTracks(found, tracks); },
      kUpdateCost);
}

void EmbeddedRealtime::state(const Scope& scope, std::string session, Reply<SessionState> reply) {
  onSession(scope, std::move(session), std::move(reply),
            [](const sfu::PeerSession& found) -> Result<SessionState> { return stateOf(found); });
}

bool EmbeddedRealtime::belongs(util::ShardIndex shard, std::string_view session, std::string_view room,
                               std::string_view owner) const {
  const auto known = sfu_.shard(shard).ownerOf(Scope::ofRoom(std::string{room}, shard).name, std::string{session});
  return known == owner;
}

std::uint64_t EmbeddedRealtime::generation(util::ShardIndex, std::string_view) const { return generation_; }

void EmbeddedRealtime::end(util::ShardIndex shard, const std::string& session) { sfu_.shard(shard).end(session); }

void EmbeddedRealtime::endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) {
  sfu_.shard(shard).endAll(Scope::ofRoom(std::string{room}, shard).name, owner);
}

}  // namespace akbuzat::realtime
