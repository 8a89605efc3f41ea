#include <nlohmann/json.hpp>

#include "akbuzat/realtime/json.hpp"

namespace akbuzat::realtime {
namespace {

using Json = nlohmann::json;

/// Whatever is in a string, the answer is JSON.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

const char* nameOf(LayerRule rule) { return rule == LayerRule::none ? "none" : "asciibetical"; }

Json toJson(const Simulcast& simulcast) {
  Json json = Json::object();
  if (simulcast.preferredRid) json["preferredRid"] = *simulcast.preferredRid;
  if (simulcast.priorityOrdering) json["priorityOrdering"] = nameOf(*simulcast.priorityOrdering);
  if (simulcast.ridNotAvailable) json["ridNotAvailable"] = nameOf(*simulcast.ridNotAvailable);
  return json;
}

void add(Json& json, const Error& error) {
  json["errorCode"] = nameOf(error.code);
  json["errorDescription"] = error.description;
}

Json toJson(const TrackObject& track) {
  Json json = Json::object();
  if (track.mid) {
    json["mid"] = *track.mid;
  } else if (track.error && track.location == Location::remote) {
    // A client of the original looks for it (protocol D.1).
    json["mid"] = "";
  }
  if (track.sessionId) json["sessionId"] = *track.sessionId;
  if (track.trackName) json["trackName"] = *track.trackName;
  if (track.bidirectionalMediaStream) json["bidirectionalMediaStream"] = true;
  if (track.kind) json["kind"] = *track.kind == Kind::audio ? "audio" : "video";
  if (track.simulcast) json["simulcast"] = toJson(*track.simulcast);
  if (track.error) add(json, *track.error);
  if (track.status) json["status"] = *track.status == Status::active ? "active" : "inactive";
  return json;
}

Json toJson(const SessionDescription& description) {
  return {{"type", description.type == SessionDescription::Type::offer ? "offer" : "answer"}, {"sdp", description.sdp}};
}

/// With its location, as in requests and states.
Json withLocation(const TrackObject& track) {
  Json json = toJson(track);
  json["location"] = track.location == Location::local ? "local" : "remote";
  return json;
}

}  // namespace

std::string writeSession(std::string_view sessionId) { return dump({{"sessionId", sessionId}}); }

std::string write(const TracksAnswer& answer) {
  Json json{{"requiresImmediateRenegotiation", answer.requiresImmediateRenegotiation}, {"tracks", Json::array()}};
  for (const TrackObject& track : answer.tracks) json["tracks"].push_back(toJson(track));
  if (answer.description) json["sessionDescription"] = toJson(*answer.description);
  return dump(json);
}

std::string write(const SessionState& state) {
  Json json{{"tracks", Json::array()}, {"dataChannels", Json::array()}};
  for (const TrackObject& track : state.tracks) {
    json["tracks"].push_back(withLocation(track));
  }
  return dump(json);
}

std::string write(const Error& error) {
  Json json = Json::object();
  add(json, error);
  return dump(json);
}

std::string writeTracksRequest(const TracksRequest& request) {
  Json json{{"tracks", Json::array()}};
  for (const TrackObject& track : request.tracks) json["tracks"].push_back(withLocation(track));
  if (request.description) json["sessionDescription"] = toJson(*request.description);
  if (request.autoDiscover) json["autoDiscover"] = true;
  return dump(json);
}

std::string writeRenegotiateRequest(const SessionDescription& description) {
  return dump({{"sessionDescription", toJson(description)}});
}

std::string writeCloseRequest(const CloseRequest& request) {
  Json json{{"tracks", Json::array()}, {"force", request.force}};
  for (const std::string& mid : request.mids) json["tracks"].push_back({{"mid", mid}});
  if (request.description) json["sessionDescription"] = toJson(*request.description);
  return dump(json);
}

std::string writeUpdateRequest(const std::vector<TrackObject>& tracks) {
  Json json{{"tracks", Json::array()}};
  for (const TrackObject& track : tracks) json["tracks"].push_back(withLocation(track));
  return dump(json);
}

}  // namespace akbuzat::realtime
