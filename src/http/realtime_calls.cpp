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

realtime::TracksAnswer failedPull(std::vector<realtime::TrackObject> tracks, const realtime::Error& error) {
  for (realtime::TrackObject& track : tracks) {
    track.mid = "";
    track.error = error;
  }
  return {.requiresImmediateRenegotiation = false, .tracks = std::move(tracks), .description = std::nullopt};
}

}  // namespace

Answer answerBy(Responder responder) {
  const auto shared = std::make_shared<Responder>(std::move(responder));
  return [shared](Response response) { (*shared)(std::move(response)); };
}

void callNewTracks(const MediaSession& session, std::string_view body, PullFailure pullFailure, Answer answer) {
  auto parsed = realtime::parseTracksRequest(body);
  auto* request = accepted(parsed, answer);
  if (request == nullptr) return;
  const bool pulls = !request->tracks.empty() && request->tracks.front().location == realtime::Location::remote;
  if (!pulls || pullFailure == PullFailure::whole)
    return session.realtime.newTracks(session.scope, session.id, std::move(*request),
                                      replyTo<realtime::TracksAnswer>(std::move(answer)));
  auto reply = [answer = std::move(answer), tracks = request->tracks](realtime::Result<realtime::TracksAnswer> result) {
    if (const auto* error = std::get_if<realtime::Error>(&result)) result = failedPull(tracks, *error);
    answer(jsonResponse(200, realtime::write(std::get<realtime::TracksAnswer>(result))));
  };
  session.realtime.newTracks(session.scope, session.id, std::move(*request), std::move(reply));
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

void callState(const MediaSession& session, Answer answer) {
  session.realtime.state(session.scope, session.id, replyTo<realtime::SessionState>(std::move(answer)));
}

Response realtimeError(const realtime::Error& error) {
  return jsonResponse(realtime::statusOf(error.code), realtime::write(error));
}

Response noIceServers(unsigned status) { return jsonResponse(status, R"({"iceServers":[]})"); }

}  // namespace akbuzat::http
