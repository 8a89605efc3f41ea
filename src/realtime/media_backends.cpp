#include "akbuzat/realtime/media_backends.hpp"

#include <algorithm>
#include <set>

#include <boost/asio/dispatch.hpp>

#include "akbuzat/util/log.hpp"

namespace akbuzat::realtime {
namespace {

/// Whether the room has to go elsewhere. `running`: it has sessions there, and leaves them only if the upstream itself
/// fails. Being asked too often is nobody's failure, and passes.
bool mustMove(const Error& error, bool running) {
  if (error.code == ErrorCode::tooManyRequests) return false;
  return !running || error.code == ErrorCode::temporarilyUnavailable || error.code == ErrorCode::internalError;
}

/// Of an address of a track, "session/track".
std::string sessionOf(const std::string& track) { return track.substr(0, track.find('/')); }

}  // namespace

MediaBackends::MediaBackends(util::Shards& shards, EmbeddedRealtime& embedded, CloudflareRealtime* cloudflare,
                             bool fallBack)
    : shards_(shards), embedded_(embedded), cloudflare_(cloudflare), fallBack_(fallBack), fallbacks_(shards.size()) {}

void MediaBackends::restore(util::ShardIndex shard, const room::StoredRoom& room) {
  if (cloudflare_ == nullptr) return;
  const Scope scope = Scope::ofRoom(room.name, shard);
  for (const room::StoredUser& stored : room.users) {
    const protocol::User& user = stored.user;
    std::set<std::string> sessions;
    if (user.transceiverSessionId) sessions.insert(*user.transceiverSessionId);
    for (const auto* track : {&user.tracks.audio, &user.tracks.video, &user.tracks.screenshare}) {
      if (*track) sessions.insert(sessionOf(**track));
    }
    for (const std::string& session : sessions) cloudflare_->restore(scope, session, stored.owner);
  }
}

void MediaBackends::newSession(const Scope& scope, std::string owner, SessionKind kind, Reply<std::string> reply) {
  auto room = scope.room();
  if (cloudflare_ == nullptr || !room) return embedded_.newSession(scope, std::move(owner), kind, std::move(reply));
  boost::asio::dispatch(shards_.context(scope.shard),
                        [this, opening = Opening{scope, *std::move(room), std::move(owner), kind, std::move(reply)}]() {
                          open(opening);
                        });
}

void MediaBackends::open(const Opening& opening) {
  review(opening.scope.shard, opening.room);
  if (fallbacks_[opening.scope.shard].contains(opening.room)) return openEmbedded(opening);
  cloudflare_->newSession(opening.scope, opening.owner, opening.kind,
                          [this, opening](Result<std::string> result) { opened(opening, std::move(result)); });
}

void MediaBackends::opened(const Opening& opening, Result<std::string> result) {
  Fallbacks& here = fallbacks_[opening.scope.shard];
  const bool hasMoved = here.contains(opening.room);
  if (const auto* session = std::get_if<std::string>(&result)) {
    if (!hasMoved) return opening.reply(std::move(result));
    // It has failed somebody else meanwhile: this one would be alone there.
    cloudflare_->end(opening.scope.shard, *session);
  } else if (!hasMoved) {
    const auto& error = std::get<Error>(result);
    if (!fallBack_ || !mustMove(error, cloudflare_->hasSessions(opening.scope)))
      return opening.reply(std::move(result));
    util::log().warn("A room uses the embedded SFU, because the Realtime API upstream fails");
    here.try_emplace(opening.room);
    moved_(opening.room);
  }
  openEmbedded(opening);
}

void MediaBackends::openEmbedded(const Opening& opening) {
  ++fallbacks_[opening.scope.shard].at(opening.room).opening;
  embedded_.newSession(opening.scope, opening.owner, opening.kind, [this, opening](Result<std::string> result) {
    Fallback& fallback = fallbacks_[opening.scope.shard].at(opening.room);
    --fallback.opening;
    if (const auto* session = std::get_if<std::string>(&result))
      fallback.sessions.emplace_back(*session, opening.owner);
    opening.reply(std::move(result));
  });
}

void MediaBackends::review(util::ShardIndex shard, const std::string& room) {
  const auto found = fallbacks_[shard].find(room);
  if (found == fallbacks_[shard].end()) return;
  Fallback& fallback = found->second;
  std::erase_if(fallback.sessions,
                [&](const auto& session) { return !embedded_.belongs(shard, session.first, room, session.second); });
  if (fallback.opening > 0 || !fallback.sessions.empty()) return;
  fallbacks_[shard].erase(found);
  moved_(room);
}

void MediaBackends::route(const Scope& scope, const std::string& session, std::function<void(Realtime&)> work) {
  if (cloudflare_ == nullptr || !scope.room()) return work(embedded_);
  boost::asio::dispatch(shards_.context(scope.shard), [this, scope, session, work = std::move(work)] {
    if (cloudflare_->knows(scope, session)) return work(*cloudflare_);
    work(embedded_);
  });
}

void MediaBackends::newTracks(const Scope& scope, std::string session, TracksRequest request,
                              Reply<TracksAnswer> reply) {
  route(scope, session,
        [scope, session, request = std::move(request), reply = std::move(reply)](Realtime& backend) mutable {
          backend.newTracks(scope, session, std::move(request), std::move(reply));
        });
}

void MediaBackends::renegotiate(const Scope& scope, std::string session, SessionDescription description,
                                Reply<std::monostate> reply) {
  route(scope, session,
        [scope, session, description = std::move(description), reply = std::move(reply)](Realtime& backend) mutable {
          backend.renegotiate(scope, session, std::move(description), std::move(reply));
        });
}

void MediaBackends::closeTracks(const Scope& scope, std::string session, CloseRequest request,
                                Reply<TracksAnswer> reply) {
  route(scope, session,
        [scope, session, request = std::move(request), reply = std::move(reply)](Realtime& backend) mutable {
          backend.closeTracks(scope, session, std::move(request), std::move(reply));
        });
}

void MediaBackends::updateTracks(const Scope& scope, std::string session, std::vector<TrackObject> tracks,
                                 Reply<TracksAnswer> reply) {
  route(scope, session,
        [scope, session, tracks = std::move(tracks), reply = std::move(reply)](Realtime& backend) mutable {
          backend.updateTracks(scope, session, std::move(tracks), std::move(reply));
        });
}

void MediaBackends::state(const Scope& scope, std::string session, Reply<SessionState> reply) {
  route(scope, session, [scope, session, reply = std::move(reply)](Realtime& backend) mutable {
    backend.state(scope, session, std::move(reply));
  });
}

bool MediaBackends::belongs(util::ShardIndex shard, std::string_view session, std::string_view room,
                            std::string_view owner) const {
  if (cloudflare_ != nullptr && cloudflare_->belongs(shard, session, room, owner)) return true;
  return embedded_.belongs(shard, session, room, owner);
}

std::uint64_t MediaBackends::generation(util::ShardIndex shard, std::string_view room) const {
  if (cloudflare_ == nullptr || fallbacks_[shard].contains(std::string{room})) return embedded_.generation(shard, room);
  return cloudflare_->generation(shard, room);
}

void MediaBackends::end(util::ShardIndex shard, const std::string& session) {
  if (cloudflare_ != nullptr) cloudflare_->end(shard, session);
  embedded_.end(shard, session);
  const auto isThere = [&session](const auto& entry) {
    return std::ranges::find(entry.second.sessions, session, &SessionAndOwner::first) != entry.second.sessions.end();
  };
  const auto fallback = std::ranges::find_if(fallbacks_[shard], isThere);
  if (fallback != fallbacks_[shard].end()) review(shard, std::string{fallback->first});
}

void MediaBackends::endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) {
  if (cloudflare_ != nullptr) cloudflare_->endAll(shard, room, owner);
  embedded_.endAll(shard, room, owner);
  review(shard, std::string{room});
}

}  // namespace akbuzat::realtime
