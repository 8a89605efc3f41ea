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

}  // namespace

Answer answerBy(Responder responder) {
  const auto shared = std::make_shared<Responder>(std::move(responder));
  return [shared](Response response) { (*shared)(std::move(response)); };
}

void callNewTracks(const MediaSession& session, std::string_view body, TracksFailure failure, Answer answer) {
  auto parsed = realtime::parseTracksRequest(body);
  auto* request = accepted(parsed, answer);
  if (request == nullptr) return;
  if (failure == TracksFailure::ofTheApi)
    return session.realtime.newTracks(session.scope, session.id, std::move(*request),
                                      replyTo<realtime::TracksAnswer>(std::move(answer)));
  const bool pulls = !request->tracks.empty() && request->tracks.front().location == realtime::Location::remote;
  auto reply = [answer = std::move(answer), pulled = pulls ? request->tracks : std::vector<realtime::TrackObject>{}](
                   realtime::Result<realtime::TracksAnswer> result) {
    const auto* error = std::get_if<realtime::Error>(&result);
    if (error != nullptr && !pulled.empty())
      return answer(jsonResponse(200, realtime::write(failedPull(pulled, *error))));
    if (error == nullptr && pulled.empty()) error = firstError(std::get<realtime::TracksAnswer>(result));
    if (error != nullptr) return answer(realtimeError(*error));
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

Response noIceServers(unsigned status) { return jsonResponse(status, R"({"iceServers":[]})"); }

}  // namespace akbuzat::http
