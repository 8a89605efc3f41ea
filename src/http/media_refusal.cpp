#include "http/media_refusal.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "akbuzat/realtime/json.hpp"
#include "http/realtime_calls.hpp"

namespace akbuzat::http {
namespace {

constexpr std::string_view kSessions = "/partytracks/sessions/";
/// The most tracks of one call, each with names of the greatest length, stay below. A refusal, which may be one for
/// asking too often, reads no more than that.
constexpr std::size_t kMaxPullBytes = 64 * 1024;

/// What the call wants to pull; none if it is another call.
std::vector<realtime::TrackObject> pulledTracks(const Request& request) {
  if (request.method != "POST" || !request.path.ends_with("/tracks/new") || request.body.size() > kMaxPullBytes)
    return {};
  auto parsed = realtime::parseTracksRequest(request.body);
  auto* const call = std::get_if<realtime::TracksRequest>(&parsed);
  const auto isRemote = [](const realtime::TrackObject& track) { return track.location == realtime::Location::remote; };
  if (call == nullptr || !std::ranges::all_of(call->tracks, isRemote)) return {};
  return std::move(call->tracks);
}

}  // namespace

bool isMediaCall(const Request& request) {
  return request.path.starts_with(kSessions) && request.path.find('/', kSessions.size()) != std::string::npos;
}

Response refuseMediaCall(const Request& request, unsigned status, const realtime::Error& error) {
  auto pulled = pulledTracks(request);
  if (pulled.empty()) return jsonResponse(status, realtime::write(error));
  return jsonResponse(200, realtime::write(failedPull(std::move(pulled), error)));
}

}  // namespace akbuzat::http
