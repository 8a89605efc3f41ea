#include "akbuzat/realtime/embedded_realtime.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "realtime/session_operations.hpp"

namespace akbuzat::realtime {
namespace {

Error sessionGone() { return {ErrorCode::sessionGone, "The session has ended, or never was; make a new one."}; }

}  // namespace

void EmbeddedRealtime::newSession(const Scope& scope, std::string owner, Reply<std::string> reply) {
  boost::asio::post(shards_.context(scope.shard), [this, scope, owner = std::move(owner), reply = std::move(reply)] {
    std::string id = sfu_.shard(scope.shard).open(scope.name, owner);
    if (id.empty()) {
      reply(Error{ErrorCode::temporarilyUnavailable, "The server has as many sessions as it can take."});
    } else {
      reply(std::move(id));
    }
  });
}

template <class Answer, class Work>
void EmbeddedRealtime::onSession(const Scope& scope, std::string session, Reply<Answer> reply, Work work) {
  boost::asio::post(shards_.context(scope.shard),
                    [this, scope, session = std::move(session), reply = std::move(reply), work = std::move(work)] {
                      sfu::PeerSession* found = sfu_.shard(scope.shard).find(scope.name, session);
                      if (found == nullptr)
                        reply(sessionGone());
                      else if (!found->takeCall())
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
  onSession(scope, std::move(session), std::move(reply),
            [tracks = std::move(tracks)](sfu::PeerSession& found) { return realtime::updateTracks(found, tracks); });
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

void EmbeddedRealtime::end(util::ShardIndex shard, const std::string& session) { sfu_.shard(shard).end(session); }

void EmbeddedRealtime::endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) {
  sfu_.shard(shard).endAll(Scope::ofRoom(std::string{room}, shard).name, owner);
}

}  // namespace akbuzat::realtime
