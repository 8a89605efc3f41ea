#include <optional>
#include <string>
#include <utility>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/realtime/json.hpp"

namespace akbuzat::realtime {
namespace {

using Json = nlohmann::json;

TrackObject track(std::optional<std::string> mid, std::optional<std::string> name = std::nullopt,
                  std::optional<Error> error = std::nullopt) {
  TrackObject made;
  made.mid = std::move(mid);
  made.trackName = std::move(name);
  made.error = std::move(error);
  return made;
}

TrackObject remote(std::optional<std::string> mid, std::string name, std::optional<Error> error = std::nullopt) {
  TrackObject made = track(std::move(mid), std::move(name), std::move(error));
  made.location = Location::remote;
  made.sessionId.emplace("p");
  return made;
}

TEST_CASE("a session is its id") { CHECK(Json::parse(writeSession("s1")) == Json{{"sessionId", "s1"}}); }

TEST_CASE("the answer to a push has a description and what was pushed") {
  TracksAnswer answer;
  answer.tracks.push_back(track("0", "camera"));
  answer.description = SessionDescription{SessionDescription::Type::answer, "v=0\r\n"};
  CHECK(Json::parse(write(answer)) == Json::parse(R"({"requiresImmediateRenegotiation":false,
      "tracks":[{"mid":"0","trackName":"camera"}],"sessionDescription":{"type":"answer","sdp":"v=0\r\n"}})"));
}

TEST_CASE("the answer to a pull has an offer, and tells which tracks failed") {
  TracksAnswer answer;
  answer.requiresImmediateRenegotiation = true;
  answer.tracks.push_back(remote("7", "t"));
  answer.tracks.push_back(remote(std::nullopt, "gone", Error{ErrorCode::notFoundTrack, "There is no such track."}));
  answer.description = SessionDescription{SessionDescription::Type::offer, "v=0"};
  CHECK(Json::parse(write(answer)) == Json::parse(R"({"requiresImmediateRenegotiation":true,"tracks":[
      {"mid":"7","sessionId":"p","trackName":"t"},
      {"mid":"","sessionId":"p","trackName":"gone","errorCode":"not_found_track_error",
       "errorDescription":"There is no such track."}],"sessionDescription":{"type":"offer","sdp":"v=0"}})"));
}

TEST_CASE("a failed close or update keeps its mid") {
  TracksAnswer answer;
  answer.tracks.push_back(track("3", std::nullopt, Error{ErrorCode::closeTrack, "It is closed."}));
  answer.tracks.push_back(remote("4", "t", Error{ErrorCode::updateTrack, "No."}));
  CHECK(Json::parse(write(answer)) == Json::parse(R"({"requiresImmediateRenegotiation":false,"tracks":[
      {"mid":"3","errorCode":"close_track_error","errorDescription":"It is closed."},
      {"mid":"4","sessionId":"p","trackName":"t","errorCode":"update_track_error","errorDescription":"No."}]})"));
}

TEST_CASE("every member that is there is written") {
  TracksAnswer answer;
  TrackObject full = track("1", "ai");
  full.bidirectionalMediaStream = true;
  full.kind = Kind::audio;
  full.simulcast = Simulcast{"b", LayerRule::none, LayerRule::asciibetical};
  answer.tracks.push_back(full);
  TrackObject bare;
  bare.location = Location::remote;
  bare.kind = Kind::video;
  bare.simulcast = Simulcast{};
  answer.tracks.push_back(bare);
  CHECK(Json::parse(write(answer))["tracks"] == Json::parse(R"([{"mid":"1","trackName":"ai",
      "bidirectionalMediaStream":true,"kind":"audio","simulcast":{"preferredRid":"b","priorityOrdering":"none",
      "ridNotAvailable":"asciibetical"}},{"kind":"video","simulcast":{}}])"));
}

TEST_CASE("a session's state tells which tracks are local, and which flow") {
  SessionState state;
  state.tracks = {track("0", "t"), remote("1", "u")};
  state.tracks[0].kind = Kind::video;
  state.tracks[0].status = Status::active;
  state.tracks[1].kind = Kind::audio;
  state.tracks[1].status = Status::inactive;
  CHECK(Json::parse(write(state)) == Json::parse(R"({"tracks":[
      {"location":"local","mid":"0","trackName":"t","kind":"video","status":"active"},
      {"location":"remote","mid":"1","sessionId":"p","trackName":"u","kind":"audio","status":"inactive"}],
      "dataChannels":[]})"));
}

TEST_CASE("an error is a code and a sentence; whatever is in a string, it is JSON") {
  CHECK(Json::parse(write(Error{ErrorCode::sessionGone, "a \"quoted\" \xFF sentence"})) ==
        Json{{"errorCode", "session_error"}, {"errorDescription", "a \"quoted\" \xEF\xBF\xBD sentence"}});
}

}  // namespace
}  // namespace akbuzat::realtime
