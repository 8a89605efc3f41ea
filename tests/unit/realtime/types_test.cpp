#include "akbuzat/realtime/types.hpp"

#include <catch2/catch.hpp>

using namespace akbuzat::realtime;

TEST_CASE("every error has its name and status") {
  struct Row {
    ErrorCode code;
    const char* name;
    unsigned status;
  };
  for (const Row& row :
       {Row{ErrorCode::unauthorized, "unauthorized", 401}, Row{ErrorCode::notFound, "not_found", 404},
        Row{ErrorCode::decodingError, "decoding_error", 400}, Row{ErrorCode::invalidParams, "invalid_params", 406},
        Row{ErrorCode::payloadTooLarge, "payload_too_large", 413}, Row{ErrorCode::sessionGone, "session_error", 410},
        Row{ErrorCode::sessionNotConnected, "session_error", 425},
        Row{ErrorCode::invalidSessionDescription, "invalid_session_description", 406},
        Row{ErrorCode::notFoundTrack, "not_found_track_error", 406},
        Row{ErrorCode::emptyTrack, "empty_track_error", 406},
        Row{ErrorCode::repeatedLocalTrack, "repeated_local_track_error", 406},
        Row{ErrorCode::updateTrack, "update_track_error", 406}, Row{ErrorCode::closeTrack, "close_track_error", 406},
        Row{ErrorCode::temporarilyUnavailable, "temporarily_unavailable_error", 503},
        Row{ErrorCode::tooManyRequests, "retryable_transient_error", 429},
        Row{ErrorCode::internalError, "internal_error", 500}}) {
    CHECK(nameOf(row.code) == row.name);
    CHECK(statusOf(row.code) == row.status);
  }
}
