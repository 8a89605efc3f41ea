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

/// Asks whether the client may pull now; calls the handler once, on any thread.
using PullQuestion = std::function<void(std::function<void(bool)> handler)>;

/// Failures as the API tells them: an error instead of an answer, or of those tracks that it is about.
void callNewTracks(const MediaSession& session, std::string_view body, Answer answer);
/// For the web client's media library, failures as that understands them (protocol C.3). A pull fails as an error of
/// each track, with status 200, for the library waits for ever after anything else; a push fails as a whole and without
/// tracks, for it takes every track that is there for a success. A pull that `mayPull` denies finds no track, and is
/// asked for again by itself.
void callNewTracksOfPage(const MediaSession& session, std::string_view body, const PullQuestion& mayPull,
                         Answer answer);
void callRenegotiate(const MediaSession& session, std::string_view body, Answer answer);
void callCloseTracks(const MediaSession& session, std::string_view body, Answer answer);
void callUpdateTracks(const MediaSession& session, std::string_view body, Answer answer);
/// As callNewTracksOfPage: another source for a transceiver is a pull too.
void callUpdateTracksOfPage(const MediaSession& session, std::string_view body, const PullQuestion& mayPull,
                            Answer answer);
void callState(const MediaSession& session, Answer answer);

/// The answer to a pull of these tracks that has failed as a whole, told track by track.
realtime::TracksAnswer failedPull(std::vector<realtime::TrackObject> tracks, const realtime::Error& error);

/// {"errorCode","errorDescription"} with the status of the code.
Response realtimeError(const realtime::Error& error);

}  // namespace akbuzat::http
