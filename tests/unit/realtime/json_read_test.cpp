#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/realtime/json.hpp"

namespace akbuzat::realtime {
namespace {

using Json = nlohmann::json;

template <class T>
T good(const Result<T>& result) {
  if (const auto* error = std::get_if<Error>(&result)) FAIL(error->description);
  return std::get<T>(result);
}

/// "name_of_the_code: sentence"
template <class T>
std::string bad(const Result<T>& result) {
  const auto* error = std::get_if<Error>(&result);
  if (error == nullptr) return "no error";
  return std::string{nameOf(error->code)} + ": " + error->description;
}

TracksRequest tracks(const std::string& body) { return good(parseTracksRequest(body)); }
std::string noTracks(const std::string& body) { return bad(parseTracksRequest(body)); }

const std::string kOffer = R"("sessionDescription":{"type":"offer","sdp":"v=0"})";

TEST_CASE("the media client's push is read") {
  const TracksRequest request = tracks(R"({"sessionDescription":{"sdp":"v=0\r\n","type":"offer"},
      "tracks":[{"trackName":"camera","mid":"0","location":"local"},{"trackName":"mic","mid":"1","location":"local"}]})");
  CHECK_FALSE(request.autoDiscover);
  REQUIRE(request.description);
  CHECK(request.description->type == SessionDescription::Type::offer);
  CHECK(request.description->sdp == "v=0\r\n");
  REQUIRE(request.tracks.size() == 2);
  CHECK(request.tracks[1].location == Location::local);
  CHECK(request.tracks[1].mid == "1");
  CHECK(request.tracks[1].trackName == "mic");
  CHECK_FALSE(request.tracks[1].sessionId);
  CHECK_FALSE(request.tracks[1].kind);
  CHECK_FALSE(request.tracks[1].simulcast);
  CHECK_FALSE(request.tracks[1].bidirectionalMediaStream);
}

TEST_CASE("a pull is read with all that it may have") {
  const TracksRequest request = tracks(R"({"tracks":[
      {"location":"remote","sessionId":"p1","trackName":"t1"},
      {"location":"remote","sessionId":"p2","trackName":"t2","mid":"#voice","kind":"video",
       "bidirectionalMediaStream":true,
       "simulcast":{"preferredRid":"b","priorityOrdering":"none","ridNotAvailable":"asciibetical"}},
      {"location":"remote","sessionId":"p3","trackName":"t3","kind":"audio","simulcast":{"preferredRid":""}},
      {"location":"remote","sessionId":"p4","trackName":"t4","simulcast":{}}]})");
  CHECK_FALSE(request.description);
  REQUIRE(request.tracks.size() == 4);
  CHECK(request.tracks[0].location == Location::remote);
  CHECK(request.tracks[0].sessionId == "p1");
  CHECK_FALSE(request.tracks[0].mid);
  const TrackObject& full = request.tracks[1];
  CHECK(full.mid == "#voice");
  CHECK(full.kind == Kind::video);
  CHECK(full.bidirectionalMediaStream);
  REQUIRE(full.simulcast);
  CHECK(full.simulcast->preferredRid == "b");
  CHECK(full.simulcast->priorityOrdering == LayerRule::none);
  CHECK(full.simulcast->ridNotAvailable == LayerRule::asciibetical);
  CHECK(request.tracks[2].kind == Kind::audio);
  CHECK(request.tracks[2].simulcast->preferredRid == "");
  CHECK_FALSE(request.tracks[2].simulcast->priorityOrdering);
  REQUIRE(request.tracks[3].simulcast);
  CHECK_FALSE(request.tracks[3].simulcast->preferredRid);
}

TEST_CASE("a push may leave the offer to the server, or the names") {
  const TracksRequest voice =
      tracks(R"({"tracks":[{"location":"local","trackName":"ai","bidirectionalMediaStream":true,"kind":"audio"}]})");
  CHECK(voice.tracks[0].bidirectionalMediaStream);
  CHECK(voice.tracks[0].kind == Kind::audio);
  const TracksRequest discovered = tracks(R"({"autoDiscover":true,)" + kOffer + "}");
  CHECK(discovered.autoDiscover);
  CHECK(discovered.tracks.empty());
  CHECK(tracks(R"({"autoDiscover":true,"tracks":[{"location":"local","mid":"0","trackName":"t"}],)" + kOffer + "}")
            .tracks.size() == 1);
}

TEST_CASE("null is as good as absent, and what is unknown is passed over") {
  const TracksRequest request = tracks(R"({"tracks":[{"location":"remote","sessionId":"p","trackName":"t","mid":null,
      "simulcast":null,"kind":null,"bidirectionalMediaStream":null,"color":{"red":[1]}}],"sessionDescription":null,
      "autoDiscover":null,"more":[[]]})");
  CHECK_FALSE(request.tracks[0].mid);
  CHECK_FALSE(request.tracks[0].simulcast);
  CHECK_FALSE(request.description);
}

TEST_CASE("what is not an object is not decoded") {
  const std::string sentence = "decoding_error: The body must be one JSON object.";
  for (const std::string& body :
       {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"7"}, std::string{"{"}, std::string{"{}{}"},
        std::string{"{\"a\":\"\xFF\"}"}, R"({"tracks":)" + std::string(1000, '[') + std::string(1000, ']') + "}",
        std::string(1'000'000, '[')}) {
    CHECK(noTracks(body) == sentence);
    CHECK(bad(parseRenegotiateRequest(body)) == sentence);
    CHECK(bad(parseCloseRequest(body)) == sentence);
    CHECK(bad(parseUpdateRequest(body)) == sentence);
  }
}

TEST_CASE("a wrong type is told by the member's name") {
  const auto remote = [](const std::string& more) {
    return R"({"tracks":[{"location":"remote","sessionId":"p","trackName":"t"},{"location":"remote",)" + more + "}]}";
  };
  CHECK(noTracks(R"({"tracks":{}})") == "decoding_error: tracks must be an array.");
  CHECK(noTracks(R"({"tracks":[7]})") == "decoding_error: tracks[0] must be an object.");
  CHECK(noTracks(R"({"tracks":[null]})") == "decoding_error: tracks[0] must be an object.");
  CHECK(noTracks(R"({"autoDiscover":1})") == "decoding_error: autoDiscover must be true or false.");
  CHECK(noTracks(R"({"tracks":[{}]})") == "decoding_error: tracks[0].location is missing.");
  CHECK(noTracks(R"({"tracks":[{"location":true}]})") == "decoding_error: tracks[0].location must be a string.");
  CHECK(noTracks(R"({"tracks":[{"location":"here"}]})") ==
        "decoding_error: tracks[0].location must be local or remote.");
  CHECK(noTracks(remote(R"("sessionId":1)")) == "decoding_error: tracks[1].sessionId must be a string.");
  CHECK(noTracks(remote(R"("trackName":[])")) == "decoding_error: tracks[1].trackName must be a string.");
  CHECK(noTracks(remote(R"("mid":0)")) == "decoding_error: tracks[1].mid must be a string.");
  CHECK(noTracks(remote(R"("kind":"text")")) == "decoding_error: tracks[1].kind must be audio or video.");
  CHECK(noTracks(remote(R"("bidirectionalMediaStream":"yes")")) ==
        "decoding_error: tracks[1].bidirectionalMediaStream must be true or false.");
  CHECK(noTracks(remote(R"("simulcast":"b")")) == "decoding_error: tracks[1].simulcast must be an object.");
  CHECK(noTracks(remote(R"("simulcast":{"preferredRid":1})")) ==
        "decoding_error: tracks[1].simulcast.preferredRid must be a string.");
  CHECK(noTracks(remote(R"("simulcast":{"priorityOrdering":"best"})")) ==
        "decoding_error: tracks[1].simulcast.priorityOrdering must be none or asciibetical.");
  CHECK(noTracks(remote(R"("simulcast":{"ridNotAvailable":false})")) ==
        "decoding_error: tracks[1].simulcast.ridNotAvailable must be a string.");
  CHECK(noTracks(R"({"sessionDescription":"v=0"})") == "decoding_error: sessionDescription must be an object.");
  CHECK(noTracks(R"({"sessionDescription":{"type":"offer"}})") == "decoding_error: sessionDescription.sdp is missing.");
  CHECK(noTracks(R"({"sessionDescription":{"sdp":"v=0"}})") == "decoding_error: sessionDescription.type is missing.");
  CHECK(noTracks(R"({"sessionDescription":{"type":"offer","sdp":1}})") ==
        "decoding_error: sessionDescription.sdp must be a string.");
  CHECK(noTracks(R"({"sessionDescription":{"type":"pranswer","sdp":""}})") ==
        "decoding_error: sessionDescription.type must be offer or answer.");
}

TEST_CASE("values must go together") {
  CHECK(noTracks("{}") == "invalid_params: tracks must have an entry.");
  CHECK(noTracks(R"({"tracks":[]})") == "invalid_params: tracks must have an entry.");
  CHECK(noTracks(R"({"tracks":[{"location":"remote","trackName":"t"}]})") ==
        "invalid_params: tracks[0].sessionId is missing.");
  CHECK(noTracks(R"({"tracks":[{"location":"remote","sessionId":"p","trackName":""}]})") ==
        "invalid_params: tracks[0].trackName is missing.");
  CHECK(noTracks(R"({"tracks":[{"location":"local","trackName":"t"}],)" + kOffer + "}") ==
        "invalid_params: tracks[0].mid is missing.");
  CHECK(noTracks(R"({"tracks":[{"location":"local","mid":"0"}],)" + kOffer + "}") ==
        "invalid_params: tracks[0].trackName is missing.");
  CHECK(noTracks(R"({"tracks":[{"location":"local","trackName":"t"}]})") ==
        "invalid_params: tracks[0].kind is missing: there is no offer that tells it.");
  CHECK(noTracks(R"({"tracks":[{"location":"local","trackName":"t","mid":"0","bidirectionalMediaStream":true}],)" +
                 kOffer + "}")
            .starts_with("invalid_params: tracks[0].bidirectionalMediaStream "));
  CHECK(noTracks(R"({"tracks":[{"location":"local","trackName":"t","kind":"audio"},
                               {"location":"remote","trackName":"t","sessionId":"p"}]})") ==
        "invalid_params: tracks[1].location must be the same for all tracks of a call.");
  const std::string pull = R"("tracks":[{"location":"remote","trackName":"t","sessionId":"p"}])";
  CHECK(noTracks("{" + pull + "," + kOffer + "}") ==
        "invalid_params: sessionDescription does not go with remote tracks.");
  CHECK(noTracks("{" + pull + R"(,"autoDiscover":true})") ==
        "invalid_params: autoDiscover does not go with remote tracks.");
  CHECK(noTracks(R"({"autoDiscover":true})") ==
        "invalid_params: autoDiscover needs a sessionDescription to discover tracks in.");
  CHECK(noTracks(R"({"autoDiscover":true,"sessionDescription":{"type":"answer","sdp":"v=0"}})") ==
        "invalid_session_description: sessionDescription.type must be offer here.");
}

TEST_CASE("a call has at most 64 tracks, names at most 256 bytes, a description 512 KiB") {
  const auto pull = [](std::size_t count, const std::string& name) {
    Json body{{"tracks", Json::array()}};
    for (std::size_t i = 0; i < count; ++i)
      body["tracks"].push_back({{"location", "remote"}, {"sessionId", name}, {"trackName", name}});
    return body.dump();
  };
  CHECK(tracks(pull(kMaxTracksPerCall, std::string(kMaxNameBytes, 'x'))).tracks.size() == 64);
  CHECK(noTracks(pull(kMaxTracksPerCall + 1, "x")) == "invalid_params: tracks has more than 64 entries.");
  CHECK(noTracks(pull(1, std::string(kMaxNameBytes + 1, 'x'))) == "invalid_params: tracks[0].sessionId is too long.");
  for (const char* name : {"mid", "trackName"}) {
    Json body = Json::parse(pull(1, "x"));
    body["tracks"][0][name] = std::string(kMaxNameBytes + 1, 'x');
    CHECK(noTracks(body.dump()) == "invalid_params: tracks[0]." + std::string{name} + " is too long.");
  }
  Json rid = Json::parse(pull(1, "x"));
  rid["tracks"][0]["simulcast"]["preferredRid"] = std::string(kMaxNameBytes + 1, 'x');
  CHECK(noTracks(rid.dump()) == "invalid_params: tracks[0].simulcast.preferredRid is too long.");

  const auto push = [](std::size_t size) {
    return Json{{"autoDiscover", true}, {"sessionDescription", {{"type", "offer"}, {"sdp", std::string(size, 'v')}}}}
        .dump();
  };
  CHECK(tracks(push(kMaxSdpBytes)).description->sdp.size() == kMaxSdpBytes);
  CHECK(noTracks(push(kMaxSdpBytes + 1)) == "payload_too_large: sessionDescription.sdp is too long.");
}

TEST_CASE("renegotiate brings an answer") {
  const SessionDescription answer =
      good(parseRenegotiateRequest(R"({"sessionDescription":{"type":"answer","sdp":"v=0"}})"));
  CHECK(answer.type == SessionDescription::Type::answer);
  CHECK(answer.sdp == "v=0");
  CHECK(bad(parseRenegotiateRequest("{}")) == "decoding_error: sessionDescription is missing.");
  CHECK(bad(parseRenegotiateRequest(R"({"sessionDescription":{}})")) ==
        "decoding_error: sessionDescription.type is missing.");
  CHECK(bad(parseRenegotiateRequest("{" + kOffer + "}")) ==
        "invalid_session_description: sessionDescription.type must be answer here.");
}

TEST_CASE("close names mids and brings an offer unless it is forced") {
  const CloseRequest request =
      good(parseCloseRequest(R"({"tracks":[{"mid":"3"},{"mid":"5","trackName":7}],"force":false,)" + kOffer + "}"));
  CHECK(request.mids == std::vector<std::string>{"3", "5"});
  CHECK_FALSE(request.force);
  CHECK(request.description->sdp == "v=0");
  const CloseRequest forced = good(parseCloseRequest(R"({"tracks":[{"mid":"3"}],"force":true})"));
  CHECK(forced.force);
  CHECK_FALSE(forced.description);
  CHECK(bad(parseCloseRequest(R"({"tracks":[{"mid":"3"}]})")).starts_with("invalid_params: sessionDescription is"));
  CHECK(bad(parseCloseRequest(R"({"tracks":[],"force":true})")) == "invalid_params: tracks must have an entry.");
  CHECK(bad(parseCloseRequest(R"({"tracks":[{}],"force":true})")) == "invalid_params: tracks[0].mid is missing.");
  CHECK(bad(parseCloseRequest(R"({"tracks":[{"mid":3}],"force":true})")) ==
        "decoding_error: tracks[0].mid must be a string.");
  CHECK(bad(parseCloseRequest(R"({"tracks":[{"mid":"3"}],"force":"no"})")) ==
        "decoding_error: force must be true or false.");
  CHECK(bad(parseCloseRequest(R"({"tracks":[{"mid":"3"}],"sessionDescription":{"type":"answer","sdp":"v=0"}})")) ==
        "invalid_session_description: sessionDescription.type must be offer here.");
}

TEST_CASE("update names receiving transceivers") {
  const auto request = good(parseUpdateRequest(R"({"tracks":[{"trackName":"t","sessionId":"p","location":"remote",
      "simulcast":{"preferredRid":""},"mid":"4"},{"mid":"#voice","simulcast":{"preferredRid":"a"}},
      {"mid":"5","sessionId":"","trackName":""}]})"));
  REQUIRE(request.size() == 3);
  CHECK(request[0].mid == "4");
  CHECK(request[0].simulcast->preferredRid == "");
  CHECK(request[1].location == Location::remote);
  CHECK_FALSE(request[1].sessionId);
  CHECK_FALSE(request[2].sessionId);
  CHECK_FALSE(request[2].trackName);
  CHECK(bad(parseUpdateRequest("{}")) == "invalid_params: tracks must have an entry.");
  CHECK(bad(parseUpdateRequest(R"({"tracks":[{"trackName":"t","sessionId":"p"}]})")) ==
        "invalid_params: tracks[0].mid is missing.");
  CHECK(bad(parseUpdateRequest(R"({"tracks":[{"mid":"4","location":"local"}]})")) ==
        "invalid_params: tracks[0].location must be remote.");
  CHECK(bad(parseUpdateRequest(R"({"tracks":[{"mid":"4","sessionId":"p"}]})")) ==
        "invalid_params: tracks[0].trackName is missing.");
  CHECK(bad(parseUpdateRequest(R"({"tracks":[{"mid":"4","trackName":"t"}]})")) ==
        "invalid_params: tracks[0].sessionId is missing.");
}

}  // namespace
}  // namespace akbuzat::realtime
