#include <string>
#include <variant>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/realtime/json.hpp"

namespace akbuzat::realtime {
namespace {

using Json = nlohmann::json;
using Type = SessionDescription::Type;

template <class T>
Error errorOf(const Result<T>& result) {
  REQUIRE(std::holds_alternative<Error>(result));
  return std::get<Error>(result);
}

TrackObject pulled(std::string session, std::string name) {
  TrackObject track;
  track.location = Location::remote;
  track.sessionId = std::move(session);
  track.trackName = std::move(name);
  return track;
}

TEST_CASE("requests say what the API knows, and are read as they were") {
  TrackObject local;
  local.mid.emplace("0");
  local.trackName.emplace("t");
  const TracksRequest push{{local}, SessionDescription{Type::offer, "v=0"}, false};
  CHECK(Json::parse(writeTracksRequest(push)) ==
        Json::parse(R"({"tracks":[{"location":"local","mid":"0","trackName":"t"}],
                        "sessionDescription":{"type":"offer","sdp":"v=0"}})"));
  TrackObject remote = pulled("s", "t");
  remote.simulcast = Simulcast{"b", LayerRule::asciibetical, LayerRule::none};
  CHECK(Json::parse(writeTracksRequest({{remote}, std::nullopt, false})) ==
        Json::parse(R"({"tracks":[{"location":"remote","sessionId":"s","trackName":"t","simulcast":
                        {"preferredRid":"b","priorityOrdering":"asciibetical","ridNotAvailable":"none"}}]})"));
  CHECK(Json::parse(writeTracksRequest({{}, SessionDescription{Type::offer, "v=0"}, true}))["autoDiscover"] == true);
  CHECK(Json::parse(writeRenegotiateRequest({Type::answer, "v=0"})) ==
        Json::parse(R"({"sessionDescription":{"type":"answer","sdp":"v=0"}})"));
  CHECK(Json::parse(writeCloseRequest({{"3"}, true, std::nullopt})) ==
        Json::parse(R"({"tracks":[{"mid":"3"}],"force":true})"));
  remote.mid.emplace("3");
  CHECK(Json::parse(writeUpdateRequest({remote}))["tracks"][0]["mid"] == "3");

  const auto again = parseTracksRequest(writeTracksRequest(push));
  REQUIRE(std::holds_alternative<TracksRequest>(again));
  CHECK(std::get<TracksRequest>(again).description->sdp == "v=0");
}

TEST_CASE("a session's answer is an id that fits into paths and cookies") {
  CHECK(std::get<std::string>(readSessionAnswer(201, R"({"sessionId":"aZ-_09"})")) == "aZ-_09");
  CHECK(std::get<std::string>(readSessionAnswer(200, R"({"sessionId":"a","sessionDescription":null,"more":[]})")) ==
        "a");
  for (const char* id : {"", "a/b", "a b", "a;b", "\\u0000", "\\u00e4", "a\\r\\nb"}) {
    CHECK(errorOf(readSessionAnswer(201, R"({"sessionId":")" + std::string{id} + "\"}")).code ==
          ErrorCode::internalError);
  }
  CHECK(
      std::holds_alternative<std::string>(readSessionAnswer(201, R"({"sessionId":")" + std::string(64, 'a') + "\"}")));
  errorOf(readSessionAnswer(201, R"({"sessionId":")" + std::string(65, 'a') + "\"}"));
}

TEST_CASE("tracks come with their mids or their errors") {
  const auto result = readTracksAnswer(200, R"({"requiresImmediateRenegotiation":true,"tracks":[
      {"mid":"7","sessionId":"s","trackName":"t"},
      {"mid":"","sessionId":"s","trackName":"u","errorCode":"not_found_track_error","errorDescription":"Gone."},
      {"mid":"8","sessionId":"s","trackName":"v","errorCode":"brand_new","errorDescription":7},
      {"sessionId":"s","trackName":"w"}],"sessionDescription":{"type":"offer","sdp":"v=0"}})");
  REQUIRE(std::holds_alternative<TracksAnswer>(result));
  const auto& answer = std::get<TracksAnswer>(result);
  CHECK(answer.requiresImmediateRenegotiation);
  CHECK(answer.description->type == Type::offer);
  REQUIRE(answer.tracks.size() == 4);
  CHECK(answer.tracks[0].location == Location::remote);
  CHECK(answer.tracks[0].mid == "7");
  CHECK_FALSE(answer.tracks[0].error);
  CHECK(answer.tracks[1].error->code == ErrorCode::notFoundTrack);
  CHECK(answer.tracks[1].error->description == "Gone.");
  CHECK(answer.tracks[2].error->code == ErrorCode::internalError);
  CHECK_FALSE(answer.tracks[2].error->description.empty());
  // One that does not say where it is concerns the others not at all.
  CHECK(answer.tracks[3].error->code == ErrorCode::internalError);
}

TEST_CASE("what is no answer of the API is an error of the upstream") {
  for (const char* body :
       {"", "null", "[]", "{", R"({"tracks":{}})", R"({"tracks":[7]})", R"({"tracks":[{"mid":7}]})",
        R"({"requiresImmediateRenegotiation":"yes"})", R"({"requiresImmediateRenegotiation":true})",
        R"({"requiresImmediateRenegotiation":true,"sessionDescription":{"type":"answer","sdp":"v=0"}})",
        R"({"sessionDescription":{"type":"pranswer","sdp":"v=0"}})", R"({"sessionDescription":{"type":"offer"}})"}) {
    CAPTURE(body);
    CHECK(errorOf(readTracksAnswer(200, body)).code == ErrorCode::internalError);
  }
  CHECK(errorOf(readTracksAnswer(200, std::string(100'000, '['))).code == ErrorCode::internalError);
  Json many{{"tracks", Json::array()}};
  for (std::size_t i = 0; i <= kMaxTracksPerCall; ++i) many["tracks"].push_back({{"mid", "1"}});
  CHECK(errorOf(readTracksAnswer(200, many.dump())).code == ErrorCode::internalError);
  CHECK(std::get<SessionState>(readStateAnswer(200, many.dump())).tracks.size() == kMaxTracksPerCall + 1);
  const Json huge{{"sessionDescription", {{"type", "offer"}, {"sdp", std::string(kMaxSdpBytes + 1, 'x')}}}};
  CHECK(errorOf(readTracksAnswer(200, huge.dump())).code == ErrorCode::internalError);
}

TEST_CASE("an error says what it is by its code, else by its status") {
  const auto code = [](unsigned status, const std::string& body) {
    return errorOf(readStateAnswer(status, body)).code;
  };
  CHECK(code(200, R"({"errorCode":"empty_track_error"})") == ErrorCode::emptyTrack);
  CHECK(code(200, R"({"errorCode":7})") == ErrorCode::internalError);
  CHECK(code(425, R"({"errorCode":"session_error"})") == ErrorCode::sessionNotConnected);
  CHECK(code(410, R"({"errorCode":"session_error"})") == ErrorCode::sessionGone);
  CHECK(code(503, R"({"errorCode":"retryable_transient_error"})") == ErrorCode::temporarilyUnavailable);
  CHECK(code(500, R"({"errorCode":"backend_error"})") == ErrorCode::temporarilyUnavailable);
  CHECK(code(429, "slow down") == ErrorCode::tooManyRequests);
  CHECK(code(410, "{}") == ErrorCode::sessionGone);
  CHECK(code(403, "") == ErrorCode::unauthorized);
  CHECK(code(404, "") == ErrorCode::notFound);
  CHECK(code(502, "<html>") == ErrorCode::temporarilyUnavailable);
  CHECK(code(301, "") == ErrorCode::internalError);
  const auto described = [](const std::string& description) {
    return errorOf(
               readStateAnswer(400, Json{{"errorCode", "decoding_error"}, {"errorDescription", description}}.dump()))
        .description;
  };
  CHECK(described("Why.") == "Why.");
  CHECK(described(std::string(1000, 'x')).size() == kMaxDescriptionBytes);
  CHECK_FALSE(described("").empty());
}

TEST_CASE("a session's state has its tracks") {
  const auto result = readStateAnswer(200, R"({"tracks":[
      {"location":"local","mid":"0","trackName":"t","kind":"audio","status":"active"},
      {"location":"remote","mid":"1","trackName":"u","sessionId":"s","status":"inactive"}],"dataChannels":[]})");
  const auto& tracks = std::get<SessionState>(result).tracks;
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0].status == Status::active);
  CHECK(tracks[1].location == Location::remote);
  CHECK(std::get<SessionState>(readStateAnswer(200, "{}")).tracks.empty());
  CHECK(std::holds_alternative<std::monostate>(readRenegotiateAnswer(200, "{}")));
}

}  // namespace
}  // namespace akbuzat::realtime
