#include "akbuzat/realtime/types.hpp"

namespace akbuzat::realtime {

std::string_view nameOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::unauthorized: return "unauthorized";
    case ErrorCode::notFound: return "not_found";
    case ErrorCode::decodingError: return "decoding_error";
    case ErrorCode::invalidParams: return "invalid_params";
    case ErrorCode::payloadTooLarge: return "payload_too_large";
    case ErrorCode::sessionGone:
    case ErrorCode::sessionNotConnected: return "session_error";
    case ErrorCode::invalidSessionDescription: return "invalid_session_description";
    case ErrorCode::notFoundTrack: return "not_found_track_error";
    case ErrorCode::emptyTrack: return "empty_track_error";
    case ErrorCode::repeatedLocalTrack: return "repeated_local_track_error";
    case ErrorCode::updateTrack: return "update_track_error";
    case ErrorCode::closeTrack: return "close_track_error";
    case ErrorCode::temporarilyUnavailable: return "temporarily_unavailable_error";
    case ErrorCode::tooManyRequests: return "retryable_transient_error";
    case ErrorCode::internalError: break;
  }
  return "internal_error";
}

unsigned statusOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::unauthorized: return 401;
    case ErrorCode::notFound: return 404;
    case ErrorCode::decodingError: return 400;
    case ErrorCode::payloadTooLarge: return 413;
    case ErrorCode::sessionGone: return 410;
    case ErrorCode::sessionNotConnected: return 425;
    case ErrorCode::invalidParams:
    case ErrorCode::invalidSessionDescription:
    // Of single tracks; a request that fails as a whole for one of these asked for what does not exist.
    case ErrorCode::notFoundTrack:
    case ErrorCode::emptyTrack:
    case ErrorCode::repeatedLocalTrack:
    case ErrorCode::updateTrack:
    case ErrorCode::closeTrack: return 406;
    case ErrorCode::temporarilyUnavailable: return 503;
    case ErrorCode::tooManyRequests: return 429;
    case ErrorCode::internalError: break;
  }
  return 500;
}

}  // namespace akbuzat::realtime
