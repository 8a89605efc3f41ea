#include "akbuzat/realtime/cloudflare_realtime.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "akbuzat/realtime/json.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/log.hpp"
#include "realtime/cloudflare_session.hpp"

namespace akbuzat::realtime {
namespace {

using std::chrono::steady_clock;

/// Whoever opens a session pushes or pulls at once; only one whose owner has left meanwhile is never used, because the
/// owner has not been told of it.
constexpr std::chrono::minutes kUnusedFor{1};

const Error kGone{ErrorCode::sessionGone, "The session has ended, or never was; make a new one."};
const Error kBusy{ErrorCode::tooManyRequests, "Too many calls of this session wait for the media server."};
const Error kStopping{ErrorCode::tooManyRequests, "The server restarts; try again."};
const Error kUnreachable{ErrorCode::temporarilyUnavailable, "The media server does not answer."};

/// A label that is the same for all sessions of a scope and says nothing of the room's name.
std::string labelOf(const Scope& scope, std::string_view secret) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kBytes = 8;
  const auto digest = util::hmacSha256(secret, "correlation " + scope.name);
  std::string label;
  for (std::size_t i = 0; i < kBytes; ++i) {
    label += kDigits[digest[i] >> 4U];
    label += kDigits[digest[i] & 15U];
  }
  return label;
}

std::string pathOf(const std::string& session, std::string_view call) { return ("/sessions/" + session).append(call); }

/// The answer to a push or a close with an offer, as the web client needs it.
Result<TracksAnswer> completeAnswer(Result<TracksAnswer> result, const std::vector<TrackObject>& asked) {
  auto* const answer = std::get_if<TracksAnswer>(&result);
  if (answer == nullptr) return result;
  const bool refused = std::ranges::any_of(answer->tracks, [](const auto& track) { return track.error.has_value(); });
  if (!answer->description && !refused)
    return Error{ErrorCode::internalError, "The media server's answer has no session description."};
  // Sent again because the first answer was lost: the track is there, and where it should be (protocol C.3).
  for (TrackObject& track : answer->tracks) {
    const bool repeated = track.error && track.error->code == ErrorCode::repeatedLocalTrack;
    const auto isAsked = [&track](const TrackObject& one) {
      return one.trackName == track.trackName && one.mid == track.mid;
    };
    if (answer->description && repeated && std::ranges::any_of(asked, isAsked)) track.error.reset();
  }
  return result;
}

}  // namespace

CloudflareRealtime::CloudflareRealtime(util::Shards& shards, https::Client& client, config::CallsSettings calls)
    : shards_(shards),
      client_(client),
      calls_(std::move(calls)),
      baseUrl_(calls_.baseUrl()),
      sessions_(shards.size()) {}

https::Request CloudflareRealtime::request(const Scope& scope, std::string_view method, const std::string& path,
                                           std::string body) const {
  https::Request made;
  made.method = method;
  made.url = baseUrl_ + path + (path.find('?') == std::string::npos ? "?" : "&");
  if (!calls_.extraParams.empty()) made.url += calls_.extraParams + "&";
  made.url += "correlationId=" + labelOf(scope, calls_.appSecret);
  made.headers.emplace_back("Authorization", "Bearer " + calls_.appSecret);
  if (!body.empty()) made.headers.emplace_back("Content-Type", "application/json");
  made.body = std::move(body);
  return made;
}

void CloudflareRealtime::noteHealth(const std::string& fault) {
  if (failing_.exchange(!fault.empty()) != fault.empty()) return;
  if (fault.empty()) {
    util::log().info("The Realtime API upstream answers again");
  } else {
    util::log().warn("The Realtime API upstream fails: {}", fault);
  }
}

template <class Answer>
Result<Answer> CloudflareRealtime::understand(const https::Outcome& outcome,
                                              Result<Answer> (*read)(unsigned, std::string_view)) {
  if (const auto* failure = std::get_if<https::Failure>(&outcome)) {
    if (*failure == https::Failure::busy) return kBusy;
    if (*failure == https::Failure::stopped) return kStopping;
    noteHealth(std::string{https::describe(*failure)});
    return kUnreachable;
  }
  const auto& response = std::get<https::Response>(outcome);
  Result<Answer> result = read(response.status, response.body);
  auto* const error = std::get_if<Error>(&result);
  if (error == nullptr) {
    noteHealth({});
    return result;
  }
  // The secret is of no use in an answer, and an upstream that repeats what it was sent must not tell it to browsers.
  if (error->description.find(calls_.appSecret) != std::string::npos)
    error->description = "The media server has refused.";
  switch (error->code) {
    case ErrorCode::unauthorized:
    case ErrorCode::notFound:
      // It is this server that is refused, not whoever asked it.
      noteHealth("it does not know CALLS_APP_ID, or does not accept CALLS_APP_SECRET");
      return kUnreachable;
    case ErrorCode::temporarilyUnavailable:
    case ErrorCode::internalError: noteHealth("status " + std::to_string(response.status)); break;
    default: noteHealth({}); break;
  }
  return result;
}

template <class Answer>
void CloudflareRealtime::ask(const Scope& scope, https::Request&& request,
                             Result<Answer> (*read)(unsigned, std::string_view), Reply<Answer> reply) {
  client_.send(std::move(request), [this, &context = shards_.context(scope.shard), read,
                                    reply = std::move(reply)](https::Outcome outcome) mutable {
    boost::asio::post(context, [this, read, reply = std::move(reply), outcome = std::move(outcome)] {
      reply(understand(outcome, read));
    });
  });
}

void CloudflareRealtime::take(const Session& session, Turn turn) {
  if (session->waiting.size() >= kMaxWaiting) return turn(&kBusy);
  session->waiting.push_back(std::move(turn));
  if (!session->busy) next(session);
}

void CloudflareRealtime::next(const Session& session) {
  session->busy = !session->waiting.empty();
  if (!session->busy) return;
  const Turn turn = std::move(session->waiting.front());
  session->waiting.pop_front();
  turn(nullptr);
}

template <class Answer>
void CloudflareRealtime::mutate(const Session& session, https::Request request,
                                Result<Answer> (*read)(unsigned, std::string_view), Reply<Answer> reply) {
  session->used = true;
  take(session,
       [this, session, request = std::move(request), read, reply = std::move(reply)](const Error* refusal) mutable {
         if (refusal != nullptr) return reply(*refusal);
         ask<Answer>(session->scope, std::move(request), read,
                     [this, session, reply = std::move(reply)](Result<Answer> result) {
                       const auto* error = std::get_if<Error>(&result);
                       if (error != nullptr && error->code == ErrorCode::sessionGone) forget(session);
                       reply(std::move(result));
                       next(session);
                     });
       });
}

template <class Answer, class Work>
void CloudflareRealtime::onSession(const Scope& scope, const std::string& session, Reply<Answer> reply, Work work) {
  boost::asio::dispatch(shards_.context(scope.shard),
                        [this, scope, session, reply = std::move(reply), work = std::move(work)]() mutable {
                          if (!knows(scope, session)) return reply(kGone);
                          work(sessions_[scope.shard].find(session)->second, std::move(reply));
                        });
}

void CloudflareRealtime::newSession(const Scope& scope, std::string owner, SessionKind kind, Reply<std::string> reply) {
  const std::string path = std::string{"/sessions/new"} + (kind == SessionKind::thirdParty ? "?thirdparty=true" : "");
  https::Request opening = request(scope, "POST", path, {});
  // A session that nobody hears of costs nothing: nothing ever connects to it.
  opening.repeatable = true;
  ask<std::string>(scope, std::move(opening), readSessionAnswer,
                   [this, scope, owner = std::move(owner), reply = std::move(reply)](Result<std::string> result) {
                     if (const auto* session = std::get_if<std::string>(&result)) {
                       // Nobody may come by the session of somebody else.
                       if (sessions_[scope.shard].contains(*session))
                         return reply(Error{ErrorCode::internalError, "The media server repeats a session's id."});
                       add(scope, *session, owner, /*used=*/false);
                     }
                     reply(std::move(result));
                   });
}

void CloudflareRealtime::newTracks(const Scope& scope, std::string session, TracksRequest asked,
                                   Reply<TracksAnswer> reply) {
  onSession<TracksAnswer>(scope, session, std::move(reply),
                          [this, asked = std::move(asked)](const Session& found, Reply<TracksAnswer> answer) mutable {
                            auto foreign = takeForeign(*found, asked.tracks);
                            if (!foreign.empty() && asked.tracks.empty())
                              return answer(TracksAnswer{false, std::move(foreign), std::nullopt});
                            const bool offered = asked.description.has_value();
                            https::Request call = request(found->scope, "POST", pathOf(found->id, "/tracks/new"),
                                                          writeTracksRequest(asked));
                            auto complete = [offered, foreign = std::move(foreign), pushed = std::move(asked.tracks),
                                             answer = std::move(answer)](Result<TracksAnswer> result) {
                              if (offered) return answer(completeAnswer(std::move(result), pushed));
                              if (auto* some = std::get_if<TracksAnswer>(&result))
                                some->tracks.insert(some->tracks.end(), foreign.begin(), foreign.end());
                              answer(std::move(result));
                            };
                            mutate<TracksAnswer>(found, std::move(call), readTracksAnswer, std::move(complete));
                          });
}

void CloudflareRealtime::renegotiate(const Scope& scope, std::string session, SessionDescription description,
                                     Reply<std::monostate> reply) {
  onSession<std::monostate>(
      scope, session, std::move(reply),
      [this, description = std::move(description)](const Session& found, Reply<std::monostate> answer) {
        mutate<std::monostate>(
            found,
            request(found->scope, "PUT", pathOf(found->id, "/renegotiate"), writeRenegotiateRequest(description)),
            readRenegotiateAnswer, std::move(answer));
      });
}

void CloudflareRealtime::closeTracks(const Scope& scope, std::string session, CloseRequest asked,
                                     Reply<TracksAnswer> reply) {
  onSession<TracksAnswer>(
      scope, session, std::move(reply),
      [this, asked = std::move(asked)](const Session& found, Reply<TracksAnswer> answer) {
        if (asked.description) {
          answer = [answer = std::move(answer)](Result<TracksAnswer> result) {
            answer(completeAnswer(std::move(result), {}));
          };
        }
        mutate<TracksAnswer>(found,
                             request(found->scope, "PUT", pathOf(found->id, "/tracks/close"), writeCloseRequest(asked)),
                             readTracksAnswer, std::move(answer));
      });
}

void CloudflareRealtime::updateTracks(const Scope& scope, std::string session, std::vector<TrackObject> tracks,
                                      Reply<TracksAnswer> reply) {
  onSession<TracksAnswer>(
      scope, session, std::move(reply),
      [this, tracks = std::move(tracks)](const Session& found, Reply<TracksAnswer> answer) mutable {
        auto foreign = takeForeign(*found, tracks);
        if (tracks.empty()) return answer(TracksAnswer{false, std::move(foreign), std::nullopt});
        auto complete = [foreign = std::move(foreign), answer = std::move(answer)](Result<TracksAnswer> result) {
          if (auto* some = std::get_if<TracksAnswer>(&result))
            some->tracks.insert(some->tracks.end(), foreign.begin(), foreign.end());
          answer(std::move(result));
        };
        mutate<TracksAnswer>(
            found, request(found->scope, "PUT", pathOf(found->id, "/tracks/update"), writeUpdateRequest(tracks)),
            readTracksAnswer, std::move(complete));
      });
}

void CloudflareRealtime::state(const Scope& scope, std::string session, Reply<SessionState> reply) {
  onSession<SessionState>(scope, session, std::move(reply), [this](const Session& found, Reply<SessionState> answer) {
    https::Request call = request(found->scope, "GET", pathOf(found->id, ""), {});
    call.repeatable = true;
    ask<SessionState>(found->scope, std::move(call), readStateAnswer, std::move(answer));
  });
}

std::vector<TrackObject> CloudflareRealtime::takeForeign(const CloudflareSession& session,
                                                         std::vector<TrackObject>& tracks) const {
  const auto isForeign = [&](const TrackObject& track) {
    return track.location == Location::remote && track.sessionId && !knows(session.scope, *track.sessionId);
  };
  for (TrackObject& track : tracks) {
    if (track.location == Location::local) track.sessionId.reset();
  }
  std::vector<TrackObject> foreign;
  std::ranges::copy_if(tracks, std::back_inserter(foreign), isForeign);
  std::erase_if(tracks, isForeign);
  for (TrackObject& track : foreign) {
    track.mid.emplace();
    track.error = Error{ErrorCode::notFoundTrack, "There is no such session here."};
  }
  return foreign;
}

bool CloudflareRealtime::knows(const Scope& scope, std::string_view session) const {
  const auto found = sessions_[scope.shard].find(session);
  return found != sessions_[scope.shard].end() && found->second->scope.name == scope.name;
}

bool CloudflareRealtime::hasSessions(const Scope& scope) const {
  return std::ranges::any_of(sessions_[scope.shard],
                             [&scope](const auto& entry) { return entry.second->scope.name == scope.name; });
}

bool CloudflareRealtime::belongs(util::ShardIndex shard, std::string_view session, std::string_view room,
                                 std::string_view owner) const {
  const auto found = sessions_[shard].find(session);
  return found != sessions_[shard].end() && found->second->owner == owner && found->second->scope.room() == room;
}

void CloudflareRealtime::restore(const Scope& scope, const std::string& session, std::string owner) {
  add(scope, session, std::move(owner), /*used=*/true);
}

void CloudflareRealtime::add(const Scope& scope, const std::string& session, std::string owner, bool used) {
  Sessions& here = sessions_[scope.shard];
  const auto now = steady_clock::now();
  std::erase_if(here,
                [now](const auto& entry) { return !entry.second->used && now - entry.second->opened > kUnusedFor; });
  std::vector<Sessions::iterator> owned;
  for (auto it = here.begin(); it != here.end(); ++it) {
    if (it->second->owner == owner && it->second->scope.name == scope.name) owned.push_back(it);
  }
  if (owned.size() >= kMaxSessionsOfOwner) {
    finish(*std::ranges::min_element(owned, {}, [](const auto& it) { return it->second->opened; }));
  }
  auto added = std::make_shared<CloudflareSession>();
  added->scope = scope;
  added->id = session;
  added->owner = std::move(owner);
  added->opened = now;
  added->used = used;
  here.emplace(session, std::move(added));
}

void CloudflareRealtime::end(util::ShardIndex shard, const std::string& session) {
  const auto found = sessions_[shard].find(session);
  if (found != sessions_[shard].end()) finish(found);
}

void CloudflareRealtime::endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) {
  for (auto it = sessions_[shard].begin(); it != sessions_[shard].end();) {
    const auto session = it++;
    if (session->second->owner == owner && session->second->scope.room() == room) finish(session);
  }
}

void CloudflareRealtime::forget(const Session& session) {
  const auto found = sessions_[session->scope.shard].find(session->id);
  if (found != sessions_[session->scope.shard].end() && found->second == session)
    sessions_[session->scope.shard].erase(found);
  for (const Turn& turn : std::exchange(session->waiting, {})) turn(&kGone);
}

void CloudflareRealtime::finish(Sessions::iterator entry) {
  const Session session = entry->second;
  forget(session);
  if (!session->used) return;
  take(session, [this, session](const Error* refusal) {
    if (refusal != nullptr) return;
    ask<SessionState>(session->scope, request(session->scope, "GET", pathOf(session->id, ""), {}), readStateAnswer,
                      [this, session](const Result<SessionState>& result) {
                        if (const auto* state = std::get_if<SessionState>(&result)) closeEverything(session, *state);
                        next(session);
                      });
  });
}

void CloudflareRealtime::closeEverything(const Session& session, const SessionState& state) {
  CloseRequest close{.mids = {}, .force = true, .description = std::nullopt};
  for (const TrackObject& track : state.tracks) {
    if (track.mid && !track.mid->empty() && close.mids.size() < kMaxTracksPerCall) close.mids.push_back(*track.mid);
  }
  if (close.mids.empty()) return;
  // Whoever has left hears of no error.
  mutate<TracksAnswer>(session,
                       request(session->scope, "PUT", pathOf(session->id, "/tracks/close"), writeCloseRequest(close)),
                       readTracksAnswer, [](const Result<TracksAnswer>&) {});
}

}  // namespace akbuzat::realtime
