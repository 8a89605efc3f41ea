// What another server of the Realtime API answers: the first two bytes are the status, the rest is the body. Whatever
// it is becomes an answer that keeps its bounds, or an error; and what was read can be written for a browser.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

#include "akbuzat/realtime/json.hpp"

namespace {

using namespace akbuzat::realtime;

void require(bool holds) {
  if (!holds) std::abort();
}

void requireJson(const std::string& text) {
  require(nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false).is_object());
}

/// The answer, or nullptr after a look at the error.
template <class T>
const T* accepted(const Result<T>& result, unsigned status) {
  if (const auto* error = std::get_if<Error>(&result)) {
    require(!error->description.empty() && error->description.size() <= 2 * kMaxDescriptionBytes);
    require(statusOf(error->code) >= 400);
    requireJson(write(*error));
  } else {
    require(status / 100 == 2);
  }
  return std::get_if<T>(&result);
}

void requireBounds(const std::vector<TrackObject>& tracks, std::size_t most) {
  require(tracks.size() <= most);
  for (const TrackObject& track : tracks) {
    for (const auto* name : {&track.mid, &track.sessionId, &track.trackName})
      require(!*name || (*name)->size() <= kMaxNameBytes);
    require(!track.error || track.error->description.size() <= 2 * kMaxDescriptionBytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned status = 100U + (data[0] * 256U + data[1]) % 500U;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto session = readSessionAnswer(status, body);
  if (const auto* id = accepted(session, status)) {
    require(!id->empty() && id->size() <= 64 && id->find_first_of("/; \r\n=\"") == std::string::npos);
  }
  const auto tracks = readTracksAnswer(status, body);
  if (const auto* answer = accepted(tracks, status)) {
    requireBounds(answer->tracks, kMaxTracksPerCall);
    require(!answer->requiresImmediateRenegotiation || answer->description);
    require(!answer->description || answer->description->sdp.size() <= kMaxSdpBytes);
    for (const TrackObject& track : answer->tracks)
      require(track.location == Location::local || track.error || (track.mid && !track.mid->empty()));
    requireJson(write(*answer));
  }
  const auto state = readStateAnswer(status, body);
  if (const auto* answer = accepted(state, status)) {
    requireBounds(answer->tracks, kMaxTracksOfSession);
    requireJson(write(*answer));
  }
  const auto renegotiated = readRenegotiateAnswer(status, body);
  accepted(renegotiated, status);
  return 0;
}
