#include "http/realtime_calls.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "akbuzat/realtime/json.hpp"

namespace akbuzat::http {
namespace {

template <class T>
realtime::Reply<T> replyTo(Answer answer) {
  return [answer = std::move(answer)](realtime::Result<T> result) {
    if (const auto* error = std::get_if<realtime::Error>(&result)) return answer(realtimeError(*error));
    answer(jsonResponse(200, realtime::write(std::get<T>(result))));
  };
}

/// The parsed body, or nothing after it has been answered that it is none.
template <class T>
T* accepted(realtime::Result<T>& parsed, const Answer& answer) {
  if (const auto* error = std::get_if<realtime::Error>(&parsed)) answer(realtimeError(*error));
  return std::get_if<T>(&parsed);
}

/// The error of the first track that has one.
const realtime::Error* firstError(const realtime::TracksAnswer& answer) {
  const auto failed = std::ranges::find_if(answer.tracks, [](const auto& track) { return track.error.has_value(); });
  return failed == answer.tracks.end() ? nullptr : &*failed->error;
}

realtime::Error notJoinedYet() { return {realtime::ErrorCode::notFoundTrack, "You have not joined the call."}; }

void push(const MediaSession& session, realtime::TracksRequest request, Answer answer) {
  auto reply = [answer = std::move(answer)](realtime::Result<realtime::TracksAnswer> result) {
    const auto* error = std::get_if<realtime::Error>(&result);
    if (error == nullptr) error = firstError(std::get<realtime::TracksAnswer>(result));
    if (error != nullptr) return answer(realtimeError(*error));
    answer(jsonResponse(200, realtime::write(std::get<realtime::TracksAnswer>(result))));
  };
  session.realtime.newTracks(session.scope, session.id, std::move(request), std::move(reply));
}

void pull(const MediaSession& session, const realtime::TracksRequest& request, const Answer& answer) {
  auto reply = [answer, pulled = request.tracks](realtime::Result<realtime::TracksAnswer> result) {
    const auto* error = std::get_if<realtime::Error>(&result);
    if (error != nullptr) return answer(jsonResponse(200, realtime::write(failedPull(pulled, *error))));
    answer(jsonResponse(200, realtime::write(std::get<realtime::TracksAnswer>(result))));
  };
  session.realtime.newTracks(session.scope, session.id, request, std::move(reply));
}

}  // namespace

Answer answerBy(Responder responder) {
  const auto shared = std::make_shared<Responder>(std::move(responder));
  return [shared](Response response) { (*shared)(std::move(response)); };
}

void callNewTracks(const MediaSession& session, std::string_view body, Answer answer) {
  auto parsed = realtime::parseTracksRequest(body);
  auto* request = accepted(parsed, answer);
  if (request == nullptr) return;
  session.realtime.newTracks(session.scope, session.id, std::move(*request),
                             replyTo<realtime::TracksAnswer>(std::move(answer)));
}

void callNewTracksOfPage(const MediaSession& session, std::string_view body, const PullQuestion& mayPull,
                         Answer answer) {
  auto parsed = realtime::parseTracksRequest(body);
  auto* request = accepted(parsed, answer);
  if (request == nullptr) return;
  const bool pulls = !request->tracks.empty() && request->tracks.front().location == realtime::Location::remote;
  if (!pulls) return push(session, std::move(*request), std::move(answer));
  mayPull([session, request = std::move(*request), answer = std::move(answer)](bool allowed) {
    if (allowed) return pull(session, request, answer);
    answer(jsonResponse(200, realtime::write(failedPull(request.tracks, notJoinedYet()))));
  });
}

void callRenegotiate(const MediaSession& session, std::string_view body, Answer answer) {
  auto parsed = realtime::parseRenegotiateRequest(body);
  auto* description = accepted(parsed, answer);
  if (description == nullptr) return;
  session.realtime.renegotiate(session.scope, session.id, std::move(*description),
                               [answer = std::move(answer)](realtime::Result<std::monostate> result) {
                                 const auto* error = std::get_if<realtime::Error>(&result);
                                 answer(error == nullptr ? jsonResponse(200, "{}") : realtimeError(*error));
                               });
}

void callCloseTracks(const MediaSession& session, std::string_view body, Answer answer) {
  auto parsed = realtime::parseCloseRequest(body);
  auto* request = accepted(parsed, answer);
  if (request == nullptr) return;
  session.realtime.closeTracks(session.scope, session.id, std::move(*request),
                               replyTo<realtime::TracksAnswer>(std::move(answer)));
}

void callUpdateTracks(const MediaSession& session, std::string_view body, Answer answer) {
  auto parsed = realtime::parseUpdateRequest(body);
  auto* tracks = accepted(parsed, answer);
  if (tracks == nullptr) return;
  session.realtime.updateTracks(session.scope, session.id, std::move(*tracks),
                                replyTo<realtime::TracksAnswer>(std::move(answer)));
}

void callUpdateTracksOfPage(const MediaSession& session, std::string_view body, const PullQuestion& mayPull,
                            Answer answer) {
  auto parsed = realtime::parseUpdateRequest(body);
  auto* tracks = accepted(parsed, answer);
  if (tracks == nullptr) return;
  const bool pulls = std::ranges::any_of(*tracks, [](const auto& track) { return track.sessionId.has_value(); });
  auto update = [session, tracks = std::move(*tracks), answer = std::move(answer)](bool allowed) {
    if (!allowed) return answer(jsonResponse(200, realtime::write(failedPull(tracks, notJoinedYet()))));
    session.realtime.updateTracks(session.scope, session.id, tracks, replyTo<realtime::TracksAnswer>(answer));
  };
  if (!pulls) return update(true);
  mayPull(std::move(update));
}

void callState(const MediaSession& session, Answer answer) {
  session.realtime.state(session.scope, session.id, replyTo<realtime::SessionState>(std::move(answer)));
}

realtime::TracksAnswer failedPull(std::vector<realtime::TrackObject> tracks, const realtime::Error& error) {
  for (realtime::TrackObject& track : tracks) {
    track.mid = "";
    track.error = error;
  }
  return {.requiresImmediateRenegotiation = false, .tracks = std::move(tracks), .description = std::nullopt};
}

Response realtimeError(const realtime::Error& error) {
  return jsonResponse(realtime::statusOf(error.code), realtime::write(error));
}

}  // namespace akbuzat::http
