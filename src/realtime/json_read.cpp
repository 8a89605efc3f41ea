#include <algorithm>

#include "akbuzat/realtime/json.hpp"
#include "akbuzat/util/json_depth.hpp"
#include "akbuzat/util/text.hpp"
#include "realtime/json_reader.hpp"

namespace akbuzat::realtime {
namespace {

using Json = nlohmann::json;

/// Objects inside arrays inside objects; the deepest request has 4.
constexpr int kMaxDepth = 16;

constexpr std::string_view kMissing = " is missing.";

std::optional<std::string> readName(JsonReader& reader, const char* name) { return reader.string(name, kMaxNameBytes); }

bool isEmpty(const std::optional<std::string>& text) { return !text || text->empty(); }

void require(JsonReader& reader, const std::optional<std::string>& value, const char* name) {
  if (isEmpty(value)) reader.fail(ErrorCode::invalidParams, name, kMissing);
}

/// The member sessionDescription, which must be of the type that belongs there, if one is named.
std::optional<SessionDescription> readDescription(JsonReader& reader,
                                                  std::optional<SessionDescription::Type> wanted = std::nullopt) {
  using Type = SessionDescription::Type;
  constexpr const char* kName = "sessionDescription";
  const Json* json = reader.object(kName);
  if (json == nullptr) return std::nullopt;
  JsonReader inner = reader.within(*json, kName);
  const auto type = inner.choice<Type>("type", {std::pair{"offer", Type::offer}, std::pair{"answer", Type::answer}});
  auto sdp = inner.string("sdp", kMaxSdpBytes, ErrorCode::payloadTooLarge);
  if (!type) inner.fail(ErrorCode::decodingError, "type", kMissing);
  if (!sdp) inner.fail(ErrorCode::decodingError, "sdp", kMissing);
  if (inner.failed()) return std::nullopt;
  if (wanted && *type != *wanted) {
    inner.fail(ErrorCode::invalidSessionDescription, "type",
               *wanted == Type::offer ? " must be offer here." : " must be answer here.");
  }
  return SessionDescription{*type, std::move(*sdp)};
}

Simulcast readSimulcast(JsonReader& reader) {
  constexpr std::array kRules{std::pair{"none", LayerRule::none}, std::pair{"asciibetical", LayerRule::asciibetical}};
  return {.preferredRid = readName(reader, "preferredRid"),
          .priorityOrdering = reader.choice<LayerRule>("priorityOrdering", kRules),
          .ridNotAvailable = reader.choice<LayerRule>("ridNotAvailable", kRules)};
}

/// `location` is left to the caller.
TrackObject readTrack(JsonReader& reader) {
  TrackObject track;
  track.mid = readName(reader, "mid");
  track.sessionId = readName(reader, "sessionId");
  track.trackName = readName(reader, "trackName");
  track.bidirectionalMediaStream = reader.boolean("bidirectionalMediaStream").value_or(false);
  track.kind = reader.choice<Kind>("kind", {std::pair{"audio", Kind::audio}, std::pair{"video", Kind::video}});
  if (const Json* simulcast = reader.object("simulcast")) {
    JsonReader inner = reader.within(*simulcast, "simulcast");
    track.simulcast = readSimulcast(inner);
  }
  return track;
}

std::optional<Location> readLocation(JsonReader& reader) {
  return reader.choice<Location>("location",
                                 {std::pair{"local", Location::local}, std::pair{"remote", Location::remote}});
}

/// Calls `read` with the reader of each entry of the member tracks. `required`: one at least.
template <class Read>
void readTracks(JsonReader& reader, bool required, Read read, std::size_t most = kMaxTracksPerCall) {
  const Json* tracks = reader.array("tracks");
  if (tracks == nullptr || tracks->empty()) {
    if (required) reader.fail(ErrorCode::invalidParams, "tracks", " must have an entry.");
    return;
  }
  if (tracks->size() > most)
    return reader.fail(ErrorCode::invalidParams, "tracks", " has more than " + std::to_string(most) + " entries.");
  for (std::size_t i = 0; i < tracks->size() && !reader.failed(); ++i) {
    const std::string name = "tracks[" + std::to_string(i) + "]";
    if (!(*tracks)[i].is_object()) return reader.fail(ErrorCode::decodingError, name, " must be an object.");
    JsonReader entry = reader.within((*tracks)[i], name);
    read(entry);
  }
}

/// What a track of tracks/new must have depends on who makes the offer (protocol D.1).
void checkNewTrack(JsonReader& reader, const TrackObject& track, bool withOffer) {
  require(reader, track.trackName, "trackName");
  if (track.location == Location::remote) {
    require(reader, track.sessionId, "sessionId");
  } else if (withOffer) {
    require(reader, track.mid, "mid");
    if (track.bidirectionalMediaStream) {
      reader.fail(ErrorCode::invalidParams, "bidirectionalMediaStream",
                  " is for tracks whose offer the server makes: leave sessionDescription out.");
    }
  } else if (!track.kind) {
    reader.fail(ErrorCode::invalidParams, "kind", " is missing: there is no offer that tells it.");
  }
}

TracksRequest readTracksRequest(JsonReader& reader) {
  TracksRequest request;
  request.autoDiscover = reader.boolean("autoDiscover").value_or(false);
  request.description = readDescription(reader, SessionDescription::Type::offer);
  readTracks(reader, !request.autoDiscover, [&request](JsonReader& entry) {
    TrackObject track = readTrack(entry);
    const auto location = readLocation(entry);
    if (!location) return entry.fail(ErrorCode::decodingError, "location", kMissing);
    track.location = *location;
    if (!request.tracks.empty() && request.tracks.front().location != track.location)
      return entry.fail(ErrorCode::invalidParams, "location", " must be the same for all tracks of a call.");
    checkNewTrack(entry, track, request.description.has_value());
    request.tracks.push_back(std::move(track));
  });
  const bool pulls = !request.tracks.empty() && request.tracks.front().location == Location::remote;
  if (pulls && request.description)
    reader.fail(ErrorCode::invalidParams, "sessionDescription", " does not go with remote tracks.");
  if (pulls && request.autoDiscover)
    reader.fail(ErrorCode::invalidParams, "autoDiscover", " does not go with remote tracks.");
  if (request.autoDiscover && !request.description)
    reader.fail(ErrorCode::invalidParams, "autoDiscover", " needs a sessionDescription to discover tracks in.");
  return request;
}

SessionDescription readRenegotiateRequest(JsonReader& reader) {
  auto description = readDescription(reader, SessionDescription::Type::answer);
  if (!description) reader.fail(ErrorCode::decodingError, "sessionDescription", kMissing);
  return std::move(description).value_or(SessionDescription{});
}

CloseRequest readCloseRequest(JsonReader& reader) {
  CloseRequest request;
  request.force = reader.boolean("force").value_or(false);
  request.description = readDescription(reader, SessionDescription::Type::offer);
  readTracks(reader, true, [&request](JsonReader& entry) {
    auto mid = readName(entry, "mid");
    require(entry, mid, "mid");
    request.mids.push_back(std::move(mid).value_or(""));
  });
  if (!request.force && !request.description)
    reader.fail(ErrorCode::invalidParams, "sessionDescription", " is missing: only force closes without an offer.");
  return request;
}

std::vector<TrackObject> readUpdateRequest(JsonReader& reader) {
  std::vector<TrackObject> request;
  readTracks(reader, true, [&request](JsonReader& entry) {
    TrackObject track = readTrack(entry);
    track.location = readLocation(entry).value_or(Location::remote);
    if (track.location == Location::local) entry.fail(ErrorCode::invalidParams, "location", " must be remote.");
    require(entry, track.mid, "mid");
    if (isEmpty(track.sessionId)) track.sessionId.reset();
    if (isEmpty(track.trackName)) track.trackName.reset();
    if (track.sessionId.has_value() != track.trackName.has_value())
      entry.fail(ErrorCode::invalidParams, track.sessionId ? "trackName" : "sessionId", kMissing);
    request.push_back(std::move(track));
  });
  return request;
}

Json parseJson(std::string_view body) {
  return util::nestsDeeperThan(body, kMaxDepth) ? Json(Json::value_t::discarded)
                                                : Json::parse(body, nullptr, /*allow_exceptions=*/false);
}

template <class Request>
Result<Request> readBody(std::string_view body, Request (*read)(JsonReader&)) {
  const Json json = parseJson(body);
  if (!json.is_object()) return Error{ErrorCode::decodingError, "The body must be one JSON object."};
  std::optional<Error> error;
  JsonReader reader{json, "", error};
  Request request = read(reader);
  if (error) return std::move(*error);
  return request;
}

/// The member errorDescription as far as it goes into a sentence of ours.
std::string readDescriptionOf(const Json& json) {
  const auto found = json.find("errorDescription");
  if (found == json.end() || !found->is_string() || found->get_ref<const std::string&>().empty())
    return "The media server gives no reason.";
  return found->get_ref<const std::string&>().substr(0, kMaxDescriptionBytes);
}

/// What a status means where no code says more (protocol D.3).
ErrorCode codeOfStatus(unsigned status) {
  switch (status) {
    case 400: return ErrorCode::decodingError;
    case 401:
    case 403: return ErrorCode::unauthorized;
    case 404: return ErrorCode::notFound;
    case 406: return ErrorCode::invalidParams;
    case 410: return ErrorCode::sessionGone;
    case 413: return ErrorCode::payloadTooLarge;
    case 425: return ErrorCode::sessionNotConnected;
    case 429: return ErrorCode::tooManyRequests;
    default: return status >= 500 ? ErrorCode::temporarilyUnavailable : ErrorCode::internalError;
  }
}

/// The code of this name in an answer with `status`.
ErrorCode codeOf(std::string_view name, unsigned status) {
  if (name == "session_error")
    return status == statusOf(ErrorCode::sessionNotConnected) ? ErrorCode::sessionNotConnected : ErrorCode::sessionGone;
  // A service that fails says so with one of several names.
  if (name == "transport_unavailable_error" || name == "backend_error") return ErrorCode::temporarilyUnavailable;
  using enum ErrorCode;
  constexpr std::array kCodes{unauthorized,
                              notFound,
                              decodingError,
                              invalidParams,
                              payloadTooLarge,
                              notFoundTrack,
                              invalidSessionDescription,
                              emptyTrack,
                              repeatedLocalTrack,
                              updateTrack,
                              closeTrack,
                              temporarilyUnavailable,
                              internalError};
  const auto* const known = std::ranges::find(kCodes, name, nameOf);
  if (known != kCodes.end()) return *known;
  if (name == nameOf(tooManyRequests) && status < 500) return tooManyRequests;
  return codeOfStatus(status);
}

/// The error that the object tells, if it does.
std::optional<Error> readError(const Json& json, unsigned status) {
  const auto name = json.find("errorCode");
  if (name == json.end() || name->is_null()) return std::nullopt;
  const std::string_view code = name->is_string() ? std::string_view{name->get_ref<const std::string&>()} : "";
  // Some write every field, used or not.
  if (name->is_string() && code.empty()) return std::nullopt;
  return Error{codeOf(code, status), readDescriptionOf(json)};
}

std::string readSession(JsonReader& reader) {
  auto id = readName(reader, "sessionId");
  if (!id || !util::isIdentifier(*id)) reader.fail(ErrorCode::internalError, "sessionId", " is no session's id.");
  return std::move(id).value_or("");
}

/// A track of an answer.
TrackObject readAnsweredTrack(JsonReader& entry) {
  TrackObject track = readTrack(entry);
  track.location = readLocation(entry).value_or(track.sessionId ? Location::remote : Location::local);
  constexpr unsigned kAnswered = 200;
  track.error = readError(entry.json(), kAnswered);
  return track;
}

TracksAnswer readTracksAnswerOf(JsonReader& reader) {
  TracksAnswer answer;
  answer.requiresImmediateRenegotiation = reader.boolean("requiresImmediateRenegotiation").value_or(false);
  answer.description = readDescription(reader);
  readTracks(reader, false, [&answer](JsonReader& entry) {
    TrackObject track = readAnsweredTrack(entry);
    if (track.location == Location::remote && !track.error && isEmpty(track.mid))
      track.error = Error{ErrorCode::internalError, "The media server does not say where the track is."};
    answer.tracks.push_back(std::move(track));
  });
  const bool offers = answer.description && answer.description->type == SessionDescription::Type::offer;
  if (answer.requiresImmediateRenegotiation && !offers)
    reader.fail(ErrorCode::internalError, "sessionDescription", " is no offer, but is to be answered.");
  return answer;
}

SessionState readState(JsonReader& reader) {
  SessionState state;
  readTracks(
      reader, false,
      [&state](JsonReader& entry) {
        TrackObject track = readAnsweredTrack(entry);
        track.status = entry.choice<Status>(
            "status", {std::pair{"active", Status::active}, std::pair{"inactive", Status::inactive}});
        state.tracks.push_back(std::move(track));
      },
      kMaxTracksOfSession);
  return state;
}

std::monostate readNothing(JsonReader&) { return {}; }

template <class Answer>
Result<Answer> readAnswer(unsigned status, std::string_view body, Answer (*read)(JsonReader&)) {
  const Json json = parseJson(body);
  if (json.is_object()) {
    if (auto error = readError(json, status)) return std::move(*error);
  }
  if (status < 200 || status > 299) return Error{codeOfStatus(status), "The media server has refused the request."};
  if (!json.is_object()) return Error{ErrorCode::internalError, "The media server's answer is no JSON object."};
  std::optional<Error> error;
  JsonReader reader{json, "", error};
  Answer answer = read(reader);
  if (error) return Error{ErrorCode::internalError, "The media server's answer is none: " + error->description};
  return answer;
}

}  // namespace

Result<std::string> readSessionAnswer(unsigned status, std::string_view body) {
  return readAnswer(status, body, readSession);
}

Result<TracksAnswer> readTracksAnswer(unsigned status, std::string_view body) {
  return readAnswer(status, body, readTracksAnswerOf);
}

Result<std::monostate> readRenegotiateAnswer(unsigned status, std::string_view body) {
  return readAnswer(status, body, readNothing);
}

Result<SessionState> readStateAnswer(unsigned status, std::string_view body) {
  return readAnswer(status, body, readState);
}

Result<TracksRequest> parseTracksRequest(std::string_view body) { return readBody(body, readTracksRequest); }

Result<SessionDescription> parseRenegotiateRequest(std::string_view body) {
  return readBody(body, readRenegotiateRequest);
}

Result<CloseRequest> parseCloseRequest(std::string_view body) { return readBody(body, readCloseRequest); }

Result<std::vector<TrackObject>> parseUpdateRequest(std::string_view body) { return readBody(body, readUpdateRequest); }

}  // namespace akbuzat::realtime
