#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/realtime/realtime.hpp"
#include "http/responder.hpp"

namespace akbuzat::http {

// What the two HTTP faces of the Realtime API have in common: bodies in, calls, answers out.

/// Answers a request, once, on any thread. Copies share the one responder, so that callbacks can hold it.
using Answer = std::function<void(Response)>;
Answer answerBy(Responder responder);

/// The session that a request is about.
struct MediaSession {
  realtime::Realtime& realtime;
  realtime::Scope scope;
  std::string id;
};

/// How a client is told that new tracks have failed.
enum class TracksFailure {
  /// As the API does: an error instead of an answer, or of those tracks that it is about.
  ofTheApi,
  /// As the web client's media library understands it (protocol C.3). A pull fails as an error of each track, with
  /// status 200, for it waits for ever after anything else; a push fails as a whole and without tracks, for it takes
  /// every track that is there for a success.
  ofTheMediaClient,
};

void callNewTracks(const MediaSession& session, std::string_view body, TracksFailure failure, Answer answer);
void callRenegotiate(const MediaSession& session, std::string_view body, Answer answer);
void callCloseTracks(const MediaSession& session, std::string_view body, Answer answer);
void callUpdateTracks(const MediaSession& session, std::string_view body, Answer answer);
void callState(const MediaSession& session, Answer answer);

/// The answer to a pull of these tracks that has failed as a whole, told track by track.
realtime::TracksAnswer failedPull(std::vector<realtime::TrackObject> tracks, const realtime::Error& error);

/// {"errorCode","errorDescription"} with the status of the code.
Response realtimeError(const realtime::Error& error);

/// {"iceServers":[]}: a peer connection with the SFU needs none, and must not be given our own STUN address. Chromium
/// takes every packet from a STUN server of its configuration for an answer of that server, so a candidate of the same
/// address and port would never connect.
Response noIceServers(unsigned status);

}  // namespace akbuzat::http
