#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "akbuzat/realtime/types.hpp"

namespace akbuzat::realtime {

// The API's JSON (protocol D.1). Bodies are bounded by HTTP's limit; depth, types and sizes are checked here, and that
// the members of a request go together. Unknown members are passed over, null is as good as absent. Errors have a
// sentence that names the member:
//   decodingError              not the JSON of that request
//   invalidParams              its values do not go together, or are too many or too long
//   invalidSessionDescription  an answer where an offer belongs, or the other way round; the SDP itself is not read
//   payloadTooLarge            the SDP is

/// At most so many tracks a call (protocol D.2).
inline constexpr std::size_t kMaxTracksPerCall = 64;
/// A mid, rid, track's name or session's id, in bytes: UUIDs and Cloudflare's session ids of 64 characters stay below.
inline constexpr std::size_t kMaxNameBytes = 256;
/// An offer of Chromium's with 64 video sections stays below.
inline constexpr std::size_t kMaxSdpBytes = 512 * 1024;

/// What comes back has at least one track or autoDiscover. Local tracks with an offer (autoDiscover always has one)
/// have mid and trackName; local tracks without one have kind and trackName; remote tracks have sessionId and
/// trackName, and no description is with them.
[[nodiscard]] Result<TracksRequest> parseTracksRequest(std::string_view body);
[[nodiscard]] Result<SessionDescription> parseRenegotiateRequest(std::string_view body);
/// At least one mid; an offer unless `force`.
[[nodiscard]] Result<CloseRequest> parseCloseRequest(std::string_view body);
/// At least one track, all of them remote and with a mid; sessionId and trackName are both there or both absent.
[[nodiscard]] Result<std::vector<TrackObject>> parseUpdateRequest(std::string_view body);

[[nodiscard]] std::string writeSession(std::string_view sessionId);
/// As the original's answers, its tracks do not repeat `location`. A remote track with an error and without a mid gets
/// mid "".
[[nodiscard]] std::string write(const TracksAnswer& answer);
[[nodiscard]] std::string write(const SessionState& state);
/// {"errorCode","errorDescription"}
[[nodiscard]] std::string write(const Error& error);

// The same from the other side: requests to another server of the API, and what it answers. An answer has a status of
// 2xx and no errorCode; anything else is the Error that it names, or the one that its status means. What is no answer
// of the API is an internalError with a sentence that names the member. `body` is bounded by the HTTP client's limit.

[[nodiscard]] std::string writeTracksRequest(const TracksRequest& request);
[[nodiscard]] std::string writeRenegotiateRequest(const SessionDescription& description);
[[nodiscard]] std::string writeCloseRequest(const CloseRequest& request);
[[nodiscard]] std::string writeUpdateRequest(const std::vector<TrackObject>& tracks);

/// Tracks of one session, more than anybody has.
inline constexpr std::size_t kMaxTracksOfSession = 1024;
/// Of an errorDescription; the rest is cut off.
inline constexpr std::size_t kMaxDescriptionBytes = 256;

/// The id: 1 to 64 of A-Z a-z 0-9 - _, as it goes into paths, cookies and the addresses of tracks.
[[nodiscard]] Result<std::string> readSessionAnswer(unsigned status, std::string_view body);
/// To tracks/new, close and update. What requires renegotiation has an offer. A remote track has a mid or an error.
[[nodiscard]] Result<TracksAnswer> readTracksAnswer(unsigned status, std::string_view body);
[[nodiscard]] Result<std::monostate> readRenegotiateAnswer(unsigned status, std::string_view body);
[[nodiscard]] Result<SessionState> readStateAnswer(unsigned status, std::string_view body);

}  // namespace akbuzat::realtime
