// The Realtime API's requests: whatever a program sends is read or refused, and what is read can be written again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

#include "akbuzat/realtime/json.hpp"

namespace {

using namespace akbuzat::realtime;
using Json = nlohmann::json;

void require(bool holds) {
  if (!holds) std::abort();
}

Json readBack(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  require(json.is_object());
  return json;
}

/// The request, or nullptr after a look at the refusal.
template <class T>
const T* accepted(const Result<T>& result) {
  if (const auto* error = std::get_if<Error>(&result)) {
    require(!error->description.empty() && statusOf(error->code) >= 400);
    require(readBack(write(*error))["errorCode"] == nameOf(error->code));
  }
  return std::get_if<T>(&result);
}

/// What was read, written as an answer, has the same members.
void writeAgain(const std::vector<TrackObject>& tracks) {
  const Json json = readBack(write(TracksAnswer{false, tracks, std::nullopt}));
  require(json["tracks"].size() == tracks.size() && tracks.size() <= kMaxTracksPerCall);
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const Json& written = json["tracks"][i];
    require(written.contains("mid") == tracks[i].mid.has_value());
    require(written.contains("sessionId") == tracks[i].sessionId.has_value());
    require(!tracks[i].trackName || written["trackName"] == *tracks[i].trackName);
    require(!tracks[i].trackName || tracks[i].trackName->size() <= kMaxNameBytes);
    require(written.contains("simulcast") == tracks[i].simulcast.has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto tracks = parseTracksRequest(body);
  if (const auto* request = accepted(tracks)) {
    require(!request->tracks.empty() || request->autoDiscover);
    for (const TrackObject& track : request->tracks) {
      require(track.location == request->tracks.front().location);
      require(track.trackName && !track.trackName->empty());
      require(track.location == Location::local || (track.sessionId && !request->description));
    }
    writeAgain(request->tracks);
  }
  const auto renegotiate = parseRenegotiateRequest(body);
  if (const auto* answer = accepted(renegotiate)) {
    require(answer->type == SessionDescription::Type::answer && answer->sdp.size() <= kMaxSdpBytes);
    require(readBack(write(TracksAnswer{true, {}, *answer}))["sessionDescription"]["sdp"] == answer->sdp);
  }
  const auto close = parseCloseRequest(body);
  if (const auto* request = accepted(close)) {
    require(!request->mids.empty() && (request->force || request->description));
  }
  const auto update = parseUpdateRequest(body);
  if (const auto* request = accepted(update)) writeAgain(*request);
  return 0;
}
