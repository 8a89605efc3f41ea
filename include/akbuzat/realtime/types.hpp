#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace akbuzat::realtime {

/// Error codes of the Realtime API (protocol D.3), each with the HTTP status that it has on a whole request.
enum class ErrorCode {
  unauthorized,               // 401
  notFound,                   // 404, the app
  decodingError,              // 400
  invalidParams,              // 406
  payloadTooLarge,            // 413
  sessionGone,                // "session_error", 410
  sessionNotConnected,        // "session_error", 425
  invalidSessionDescription,  // 406
  notFoundTrack,              // "not_found_track_error"
  emptyTrack,                 // "empty_track_error"
  repeatedLocalTrack,         // "repeated_local_track_error"
  updateTrack,                // "update_track_error"
  closeTrack,                 // "close_track_error"
  temporarilyUnavailable,     // "temporarily_unavailable_error", 503
  tooManyRequests,            // "retryable_transient_error", 429
  internalError,              // "internal_error", 500
};
[[nodiscard]] std::string_view nameOf(ErrorCode code) noexcept;
[[nodiscard]] unsigned statusOf(ErrorCode code) noexcept;

/// `description` is a sentence for the program's author; it never repeats what a client sent.
struct Error {
  ErrorCode code = ErrorCode::internalError;
  std::string description;
};

/// What is at the other end of a session.
enum class SessionKind {
  /// A browser or the like: a full ICE agent, to which we are the lite one.
  client,
  /// A server that is an ICE-lite agent ("thirdparty=true"): we make the offers, the checks and the choice of the path.
  thirdParty
};

struct SessionDescription {
  enum class Type { offer, answer };
  Type type = Type::offer;
  std::string sdp;
};

/// What happens by itself when bandwidth is short, or when the wished layer is not sent (protocol D.1).
enum class LayerRule { none, asciibetical };

struct Simulcast {
  /// "" is no wish.
  std::optional<std::string> preferredRid;
  /// Absent: our choice, which is to adapt.
  std::optional<LayerRule> priorityOrdering;
  std::optional<LayerRule> ridNotAvailable;
};

enum class Location { local, remote };
enum class Kind { audio, video };
enum class Status { active, inactive };

/// One track of a request or an answer (protocol D.1). What is absent stays absent on the wire.
struct TrackObject {
  Location location = Location::local;
  /// May be "#name" in a request: the transceiver of that local track.
  std::optional<std::string> mid;
  /// The publisher's session; remote only.
  std::optional<std::string> sessionId;
  std::optional<std::string> trackName;
  bool bidirectionalMediaStream = false;
  std::optional<Kind> kind;
  std::optional<Simulcast> simulcast;
  /// In answers only.
  std::optional<Error> error;
  std::optional<Status> status;
};

struct TracksRequest {
  std::vector<TrackObject> tracks;
  std::optional<SessionDescription> description;
  bool autoDiscover = false;
};

struct TracksAnswer {
  bool requiresImmediateRenegotiation = false;
  std::vector<TrackObject> tracks;
  std::optional<SessionDescription> description;
};

struct CloseRequest {
  std::vector<std::string> mids;
  bool force = false;
  std::optional<SessionDescription> description;
};

struct SessionState {
  std::vector<TrackObject> tracks;
};

template <class T>
using Result = std::variant<T, Error>;

}  // namespace akbuzat::realtime
