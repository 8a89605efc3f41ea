#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "http/lock_cookie.hpp"
#include "lobby.hpp"

namespace akbuzat::test {
namespace {

using realtime::Error;
using realtime::ErrorCode;
using Json = nlohmann::json;
using Fields = std::map<std::string, std::string>;
using Script = ScriptedRealtime::Script;

TEST_CASE("whoever is in the room gets a session of that room, and its lock") {
  Lobby lobby;
  const HttpAnswer answer = lobby.newSession();
  CHECK(answer.status == 201);
  CHECK(Json::parse(answer.body) == Json{{"sessionId", "s1"}});
  REQUIRE(answer.cookies.size() == 1);
  CHECK(answer.cookies[0].starts_with("partytracks-session-s1="));
  CHECK(answer.cookies[0].ends_with("; HttpOnly; SameSite=Strict; Path=/partytracks; Max-Age=43200"));
  const auto calls = lobby.site.realtime.calls();
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].name == "newSession");
  CHECK(calls[0].scope.name == "room:r");
  CHECK(calls[0].session.starts_with("session:"));
  // With whatever the page adds to each query, and from the own origin.
  lobby.meeting = lobby.meeting + "&more=1";
  CHECK(lobby.newSession({{"Origin", lobby.origin()}}).status == 201);
}

TEST_CASE("locks are pruned when a session is opened, but of no session that lives") {
  Lobby lobby;
  std::string owner;
  std::string all = lobby.kevin + "; partytracks-session-forged=1.2.3";
  for (int i = 0; i < 20; ++i) {
    Script script;
    const std::string session = "s" + std::to_string(i);
    script.session = session;
    lobby.site.realtime.say(script);
    all += "; " + pairOf(lobby.newSession().cookies.back());
    owner = lobby.site.realtime.calls()[0].session;
    // The oldest one and the newest one live, and one that somebody else owns now.
    if (i == 0 || i == 19) lobby.site.media.add(session, "r", owner);
    if (i == 7) lobby.site.media.add(session, "r", "session:another");
  }
  Script script;
  script.session = "newest";
  lobby.site.realtime.say(script);
  const HttpAnswer answer = lobby.newSession({{"Cookie", all}});
  CHECK(answer.status == 201);
  REQUIRE(answer.cookies.size() == 20);
  CHECK(answer.cookies[0] == "partytracks-session-forged=; HttpOnly; SameSite=Strict; Path=/partytracks; Max-Age=0");
  for (std::size_t i = 1; i < 19; ++i) {
    CHECK(answer.cookies[i] ==
          "partytracks-session-s" + std::to_string(i) + "=; HttpOnly; SameSite=Strict; Path=/partytracks; Max-Age=0");
  }
  CHECK(answer.cookies[19].starts_with("partytracks-session-newest="));
}

TEST_CASE("locks are for HTTPS only where HTTPS is spoken") {
  Lobby lobby([](config::Config& config) {
    config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
  });
  const std::string useless = lobby.kevin + "; partytracks-session-old=1";
  for (const std::string& cookie : lobby.newSession({{"X-Forwarded-Proto", "https"}, {"Cookie", useless}}).cookies)
    CHECK(cookie.ends_with("; Secure"));
  for (const std::string& cookie : lobby.newSession({{"X-Forwarded-Proto", "http"}, {"Cookie", useless}}).cookies)
    CHECK(cookie.find("Secure") == std::string::npos);
}

TEST_CASE("calls reach the session that their path and lock name") {
  Lobby lobby;
  lobby.open("s1");
  Script script;
  script.tracks = realtime::TracksAnswer{
      .requiresImmediateRenegotiation = false,
      .tracks = {},
      .description = realtime::SessionDescription{realtime::SessionDescription::Type::answer, "v=0"}};
  lobby.site.realtime.say(script);

  // A media client that names no content type (protocol C.1).
  const HttpAnswer push = lobby.call("POST", "tracks/new?correlationId=" + lobby.meeting, kPush);
  CHECK(push.status == 200);
  lobby.join();
  CHECK(push.headers.at("content-type") == "application/json; charset=utf-8");
  CHECK(push.cookies.empty());
  CHECK(Json::parse(push.body)["sessionDescription"] == Json{{"type", "answer"}, {"sdp", "v=0"}});
  CHECK(lobby.newTracks(kPull).status == 200);
  CHECK(lobby.call("PUT", "renegotiate", kAnswer).body == "{}");
  CHECK(lobby
            .call("PUT", "tracks/update", kUpdate,
                  {{"Content-Type", "text/plain;charset=UTF-8"}, {"Cookie", lobby.cookies}})
            .status == 200);
  CHECK(lobby.call("PUT", "tracks/close", kClose, {{"Origin", lobby.origin()}}).status == 200);

  const auto calls = lobby.site.realtime.calls();
  REQUIRE(calls.size() == 5);
  for (const auto& call : calls) {
    CHECK(call.scope.name == "room:r");
    CHECK(call.scope.shard == calls[0].scope.shard);
    CHECK(call.session == "s1");
  }
  CHECK(calls[0].name == "newTracks");
  CHECK(calls[0].tracks.description->sdp == "v=0\r\n");
  CHECK(calls[1].tracks.tracks[1].sessionId == "q");
  CHECK(calls[2].name == "renegotiate");
  CHECK(calls[2].description.sdp == "v=0");
  CHECK(calls[3].name == "updateTracks");
  CHECK(calls[3].tracks.tracks[0].simulcast->preferredRid == "b");
  CHECK(calls[4].name == "closeTracks");
  CHECK(calls[4].close.mids == std::vector<std::string>{"3"});
}

TEST_CASE("a lock ends with its time, and a used one is renewed in its second half") {
  Lobby lobby;
  const auto owner = [&lobby] {
    lobby.newSession();
    return lobby.site.realtime.calls()[0].session;
  }();
  const http::LockCookie locks{lobby.site.config.sessionSecret};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto callWithin = [&](std::chrono::seconds left) {
    return lobby.call("POST", "tracks/new", kPush,
                      {{"Cookie", lobby.kevin + "; " + pairOf(locks.set({"s1", "r", now + left}, owner, false))}});
  };
  CHECK(callWithin(std::chrono::seconds{0}).status == 401);
  CHECK(callWithin(std::chrono::hours{12}).cookies.empty());
  const HttpAnswer renewed = callWithin(std::chrono::hours{1});
  CHECK(renewed.status == 200);
  REQUIRE(renewed.cookies.size() == 1);
  CHECK(renewed.cookies[0].ends_with("; Max-Age=43200"));
  const HttpAnswer next =
      lobby.call("POST", "tracks/new", kPush, {{"Cookie", lobby.kevin + "; " + pairOf(renewed.cookies[0])}});
  CHECK(next.status == 200);
  CHECK(next.cookies.empty());
}

TEST_CASE("a failed push has an error and no tracks") {
  Lobby lobby;
  lobby.open("s1");
  for (const auto& [code, status] :
       {std::pair{ErrorCode::sessionGone, 410U}, std::pair{ErrorCode::sessionNotConnected, 425U},
        std::pair{ErrorCode::invalidSessionDescription, 406U}, std::pair{ErrorCode::tooManyRequests, 429U}}) {
    lobby.fail(code);
    const HttpAnswer answer = lobby.newTracks(kPush);
    CHECK(answer.status == status);
    CHECK(Json::parse(answer.body) == Json{{"errorCode", realtime::nameOf(code)}, {"errorDescription", "A sentence."}});
  }
}

TEST_CASE("a push of which one track fails has that error and no tracks") {
  Lobby lobby;
  lobby.open("s1");
  Script script;
  realtime::TracksAnswer half{.requiresImmediateRenegotiation = false, .tracks = {{}, {}}, .description = {}};
  half.tracks[0].mid = "0";
  half.tracks[1].mid = "1";
  half.tracks[1].error = Error{ErrorCode::repeatedLocalTrack, "A sentence."};
  half.description = realtime::SessionDescription{realtime::SessionDescription::Type::answer, "v=0"};
  script.tracks = half;
  lobby.site.realtime.say(script);
  const HttpAnswer answer = lobby.newTracks(kPush);
  CHECK(answer.status == 406);
  CHECK(Json::parse(answer.body) ==
        Json{{"errorCode", "repeated_local_track_error"}, {"errorDescription", "A sentence."}});
}

TEST_CASE("nobody pulls from the lobby, everybody pushes") {
  Lobby lobby;
  lobby.open("s1");
  const auto pull = [&lobby] {
    const HttpAnswer answer = lobby.newTracks(kPull);
    CHECK(answer.status == 200);
    return Json::parse(answer.body);
  };
  const Json refused = pull();
  CHECK_FALSE(refused.contains("errorCode"));
  REQUIRE(refused["tracks"].size() == 2);
  CHECK(refused["tracks"][0]["trackName"] == "t");
  CHECK(refused["tracks"][1]["sessionId"] == "q");
  for (const Json& track : refused["tracks"]) {
    CHECK(track["mid"] == "");
    CHECK(track["errorCode"] == "not_found_track_error");
  }
  CHECK(lobby.site.realtime.calls().empty());
  CHECK(lobby.newTracks(kPush).status == 200);
  CHECK(lobby.site.realtime.calls().size() == 1);

  lobby.join();
  CHECK(pull()["tracks"].empty());
  const auto calls = lobby.site.realtime.calls();
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].tracks.tracks.size() == 2);
}

TEST_CASE("a pull fails track by track, even if it fails as a whole") {
  Lobby lobby;
  lobby.open("s1");
  lobby.join();
  for (const ErrorCode code :
       {ErrorCode::sessionGone, ErrorCode::sessionNotConnected, ErrorCode::tooManyRequests, ErrorCode::internalError}) {
    lobby.fail(code);
    const HttpAnswer answer = lobby.newTracks(kPull);
    CHECK(answer.status == 200);
    const Json failed{{"mid", ""}, {"errorCode", realtime::nameOf(code)}, {"errorDescription", "A sentence."}};
    Json expected{{"requiresImmediateRenegotiation", false}, {"tracks", {failed, failed}}};
    expected["tracks"][0].update({{"trackName", "t"}, {"sessionId", "p"}});
    expected["tracks"][1].update({{"trackName", "u"}, {"sessionId", "q"}});
    CHECK(Json::parse(answer.body) == expected);
  }
  Script script;
  realtime::TracksAnswer half{.requiresImmediateRenegotiation = true, .tracks = {{}, {}}, .description = std::nullopt};
  for (auto& track : half.tracks) track.location = realtime::Location::remote;
  half.tracks[0].mid = "7";
  half.tracks[1].error = Error{ErrorCode::notFoundTrack, "There is none."};
  half.description = realtime::SessionDescription{realtime::SessionDescription::Type::offer, "v=0"};
  script.tracks = half;
  lobby.site.realtime.say(script);
  const HttpAnswer answer = lobby.newTracks(kPull);
  CHECK(answer.status == 200);
  const Json body = Json::parse(answer.body);
  CHECK_FALSE(body.contains("errorCode"));
  CHECK(body["tracks"][0]["mid"] == "7");
  CHECK(body["tracks"][1]["mid"] == "");
  CHECK(body["tracks"][1]["errorCode"] == "not_found_track_error");
  CHECK(body["requiresImmediateRenegotiation"] == true);
}

TEST_CASE("only people in the call may let a transceiver receive something else") {
  Lobby lobby;
  lobby.open("s1");
  const HttpAnswer refused = lobby.call("PUT", "tracks/update", kUpdate);
  CHECK(refused.status == 200);
  CHECK(Json::parse(refused.body)["tracks"][0]["errorCode"] == "not_found_track_error");
  CHECK(lobby.site.realtime.calls().empty());

  lobby.join();
  CHECK(lobby.call("PUT", "tracks/update", kUpdate).status == 200);
  const auto calls = lobby.site.realtime.calls();
  REQUIRE(calls.size() == 1);
  CHECK(calls[0].name == "updateTracks");
}

TEST_CASE("renegotiate, close and update fail with an error and its status") {
  Lobby lobby;
  lobby.open("s1");
  lobby.join();
  lobby.fail(ErrorCode::invalidSessionDescription);
  const Json error{{"errorCode", "invalid_session_description"}, {"errorDescription", "A sentence."}};
  for (const auto& [path, body] :
       {std::pair{"renegotiate", kAnswer}, std::pair{"tracks/close", kClose}, std::pair{"tracks/update", kUpdate}}) {
    const HttpAnswer answer = lobby.call("PUT", path, body);
    CHECK(answer.status == 406);
    CHECK(Json::parse(answer.body) == error);
  }
  lobby.site.realtime.calls();
  const auto code = [&lobby](const std::string& method, const std::string& path, const std::string& body) {
    const HttpAnswer answer = lobby.call(method, path, body);
    return std::to_string(answer.status) + " " + Json::parse(answer.body)["errorCode"].get<std::string>();
  };
  CHECK(code("PUT", "tracks/close", R"({"tracks":[{"mid":"3"}],"force":false})") == "406 invalid_params");
  CHECK(code("PUT", "tracks/close", "") == "400 decoding_error");
  CHECK(code("PUT", "renegotiate", "not JSON") == "400 decoding_error");
  CHECK(code("PUT", "tracks/update", R"({"tracks":[]})") == "406 invalid_params");
  CHECK(code("POST", "tracks/new", "{}") == "406 invalid_params");
  CHECK(code("POST", "tracks/new",
             R"({"autoDiscover":true,"sessionDescription":{"type":"offer","sdp":")" + std::string(600'000, 'x') +
                 "\"}}") == "413 payload_too_large");
  CHECK(lobby.site.realtime.calls().empty());
}

TEST_CASE("pages are told where STUN is for direct calls, and the media client gets none") {
  const SiteUnderTest site({}, {"stun:192.0.2.1:8787", "stun:[2001:db8::1]:8787"});
  CHECK(Json::parse(site.get("/api/config").body)["iceServers"] ==
        Json::parse(R"([{"urls":["stun:192.0.2.1:8787","stun:[2001:db8::1]:8787"]}])"));
  const SiteUnderTest without({}, {});
  CHECK(Json::parse(without.get("/api/config").body)["iceServers"] == Json::array());

  const auto answer = site.get("/partytracks/generate-ice-servers", {{"Cookie", takeName(site.port(), "Kevin")}});
  CHECK(answer.status == 200);
  CHECK(answer.body == R"({"iceServers":[]})");
  CHECK(site.get("/partytracks/generate-ice-servers").status == 401);
}

TEST_CASE("nothing else is under the media client's address, and nothing there redirects") {
  Lobby lobby;
  lobby.open("s1");
  for (const char* path : {"/partytracks", "/partytracks/", "/partytracks/room", "/partytracks/sessions/s1",
                           "/partytracks/sessions/s1/datachannels/new", "/partytracks/sessions/s1/tracks",
                           "/partytracks/sessions/..%2Fs1/tracks/close"}) {
    for (const char* method : {"GET", "POST", "PUT"}) {
      const HttpAnswer answer = request(lobby.site.port(), method, path, {{"Cookie", lobby.cookies}});
      CHECK(answer.status == 404);
      CHECK(Json::parse(answer.body).is_object());
    }
  }
  CHECK(lobby.call("GET", "tracks/new", "").status == 400);
  CHECK(lobby.call("POST", "renegotiate", kAnswer).status == 405);
}

TEST_CASE("an answer about a session may come after the server has gone") {
  Lobby lobby;
  Script script;
  script.hold = true;
  lobby.site.realtime.say(script);
  RawClient client(lobby.site.port());
  client.send(lobby.newSessionText());
  while (lobby.site.realtime.held() == 0) {
  }
  lobby.site.stop();
  CHECK(lobby.site.realtime.letGo() == 1);
  CHECK(client.atEnd());
}

}  // namespace
}  // namespace akbuzat::test
