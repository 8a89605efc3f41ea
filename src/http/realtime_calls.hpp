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

/// How a client is told that a whole pull has failed.
enum class PullFailure {
  /// As the API does: an error instead of an answer.
  whole,
  /// As an error of each track, with status 200: the media client waits for ever after anything else (protocol C.3).
  perTrack,
};

void callNewTracks(const MediaSession& session, std::string_view body, PullFailure pullFailure, Answer answer);
void callRenegotiate(const MediaSession& session, std::string_view body, Answer answer);
void callCloseTracks(const MediaSession& session, std::string_view body, Answer answer);
void callUpdateTracks(const MediaSession& session, std::string_view body, Answer answer);
void callState(const MediaSession& session, Answer answer);

/// {"errorCode","errorDescription"} with the status of the code.
Response realtimeError(const realtime::Error& error);

/// {"iceServers":[]}: a peer connection with the SFU needs none, and must not be given our own STUN address. Chromium
/// takes every packet from a STUN server of its configuration for an answer of that server, so a candidate of the same
/// address and port would never connect.
Response noIceServers(unsigned status);

}  // namespace akbuzat::http
