#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "site_under_test.hpp"

namespace akbuzat::test {
namespace {

using realtime::Error;
using realtime::ErrorCode;
using Json = nlohmann::json;
using Fields = std::map<std::string, std::string>;
using Script = ScriptedRealtime::Script;

const std::string kSessions = "/v1/apps/app-1/sessions/";
const std::string kPush =
    R"({"sessionDescription":{"sdp":"v=0","type":"offer"},"tracks":[{"trackName":"t","mid":"0","location":"local"}]})";
const std::string kPull = R"({"tracks":[{"trackName":"t","sessionId":"p","location":"remote"}]})";

/// A program with the app's secret.
struct Program {
  SiteUnderTest site{[](config::Config& config) {
    config.realtimeAppId = "app-1";
    config.realtimeAppSecret = "a secret of the app";
  }};
  Fields fields{{"Authorization", "Bearer a secret of the app"}};

  HttpAnswer call(const std::string& method, const std::string& path, const std::string& body = {}) {
    return request(site.port(), method, path, fields, body);
  }
  /// "406 invalid_params"
  std::string error(const std::string& method, const std::string& path, const std::string& body = {}) {
    const HttpAnswer answer = call(method, path, body);
    return std::to_string(answer.status) + " " + Json::parse(answer.body).value("errorCode", "none");
  }
};

TEST_CASE("a program opens sessions and calls them as it does Cloudflare's") {
  Program program;
  const HttpAnswer session = program.call("POST", kSessions + "new?correlationId=anything");
  CHECK(session.status == 201);
  CHECK(Json::parse(session.body) == Json{{"sessionId", "s1"}});
  CHECK(session.cookies.empty());
  CHECK(session.headers.count("access-control-allow-origin") == 0);
  CHECK(program.call("POST", kSessions + "s1/tracks/new", kPush).status == 200);
  CHECK(program.call("PUT", kSessions + "s1/renegotiate", R"({"sessionDescription":{"type":"answer","sdp":"v=0"}})")
            .body == "{}");
  CHECK(program.call("PUT", kSessions + "s1/tracks/close", R"({"tracks":[{"mid":"0"}],"force":true})").status == 200);
  CHECK(program.call("PUT", kSessions + "s1/tracks/update", R"({"tracks":[{"mid":"0"}]})").status == 200);

  Script script;
  realtime::SessionState state;
  state.tracks.emplace_back().mid = "0";
  script.state = state;
  program.site.realtime.say(script);
  CHECK(Json::parse(program.call("GET", kSessions + "s1").body) ==
        Json::parse(R"({"tracks":[{"location":"local","mid":"0"}],"dataChannels":[]})"));

  const auto calls = program.site.realtime.calls();
  REQUIRE(calls.size() == 6);
  CHECK(calls[0].name == "newSession");
  CHECK(calls[0].session.empty());
  for (const auto& call : calls) {
    CHECK(call.scope.name == "app:app-1");
    CHECK(call.scope.shard == calls[0].scope.shard);
    CHECK(call.scope.shard < 2);
  }
  CHECK(calls[1].name == "newTracks");
  CHECK(calls[2].name == "renegotiate");
  CHECK(calls[3].close.force);
  CHECK(calls[4].name == "updateTracks");
  CHECK(calls[5].name == "state");
  CHECK(calls[5].session == "s1");
}

TEST_CASE("errors have their codes and statuses, pulls too") {
  Program program;
  const auto fail = [&program](ErrorCode code) { program.site.realtime.say(Script::failing({code, "A sentence."})); };
  fail(ErrorCode::sessionGone);
  CHECK(program.error("POST", kSessions + "s1/tracks/new", kPush) == "410 session_error");
  CHECK(program.error("POST", kSessions + "s1/tracks/new", kPull) == "410 session_error");
  CHECK(program.error("GET", kSessions + "s1") == "410 session_error");
  CHECK_FALSE(Json::parse(program.call("POST", kSessions + "s1/tracks/new", kPull).body).contains("tracks"));
  fail(ErrorCode::sessionNotConnected);
  CHECK(program.error("PUT", kSessions + "s1/tracks/close", R"({"tracks":[{"mid":"0"}],"force":true})") ==
        "425 session_error");
  fail(ErrorCode::tooManyRequests);
  CHECK(program.error("POST", kSessions + "new") == "429 retryable_transient_error");
  fail(ErrorCode::temporarilyUnavailable);
  CHECK(program.error("POST", kSessions + "new") == "503 temporarily_unavailable_error");
  CHECK(program.error("POST", kSessions + "s1/tracks/new", "[]") == "400 decoding_error");
  CHECK(program.error("PUT", kSessions + "s1/renegotiate", R"({"sessionDescription":{"type":"offer","sdp":""}})") ==
        "406 invalid_session_description");
}

TEST_CASE("only the app's secret opens it") {
  Program program;
  for (const char* value : {"", "Bearer", "Bearer ", "Bearer a secret of the ap", "Bearer a secret of the app2",
                            "Basic a secret of the app", "a secret of the app"}) {
    program.fields["Authorization"] = value;
    CHECK(program.error("POST", kSessions + "new") == "401 unauthorized");
    CHECK(program.error("POST", "/v1/apps/other/sessions/new") == "401 unauthorized");
    CHECK(program.error("GET", kSessions + "s1") == "401 unauthorized");
    CHECK(program.error("POST", kSessions + "s1/tracks/new", kPush) == "401 unauthorized");
    CHECK(program.error("POST", "/v1/turn/keys/app-1/credentials/generate-ice-servers", "{}") == "401 unauthorized");
  }
  program.fields.clear();
  CHECK(program.error("POST", kSessions + "new") == "401 unauthorized");
  // A browser's name is no secret.
  program.fields = {{"Cookie", takeName(program.site.port(), "Kevin")}};
  CHECK(program.error("POST", kSessions + "new") == "401 unauthorized");
  program.fields = {{"Authorization", "bearer  a secret of the app"}};
  CHECK(program.call("POST", kSessions + "new").status == 201);
  CHECK(program.site.realtime.calls().size() == 1);
}

TEST_CASE("other apps, and what the API does not have, are not found") {
  Program program;
  for (const char* path :
       {"/v1/apps/other/sessions/new", "/v1/apps/app-1/sessions/s1/none", "/v1/apps/app-1", "/v1/apps",
        "/v1/turn/keys/other/credentials/generate-ice-servers", "/v1/turn/keys/app-1/credentials/user/revoke"})
    CHECK(program.error("POST", path, "{}") == "404 not_found");
  CHECK(program.call("GET", kSessions + "new").status == 400);
  CHECK(program.call("POST", kSessions + "s1/renegotiate").status == 405);
  CHECK(program.site.realtime.calls().empty());
}

TEST_CASE("what is not served yet says so") {
  Program program;
  const auto refusal = [&program](const std::string& method, const std::string& path) {
    const HttpAnswer answer = program.call(method, kSessions + path, "{}");
    CHECK(answer.status == 406);
    const Json body = Json::parse(answer.body);
    CHECK(body["errorCode"] == "invalid_params");
    return body["errorDescription"].get<std::string>();
  };
  for (const auto& [method, path] : {std::pair{"POST", "establish"}, std::pair{"POST", "new"},
                                     std::pair{"PUT", "update"}, std::pair{"PUT", "close"}})
    CHECK(refusal(method, std::string{"s1/datachannels/"} + path) == "Data channels are not served.");
}

TEST_CASE("a program says what is at the other end of a session") {
  Program program;
  CHECK(program.call("POST", kSessions + "new?thirdparty=true").status == 201);
  CHECK(program.call("POST", kSessions + "new?thirdparty=false").status == 201);
  const auto calls = program.site.realtime.calls();
  REQUIRE(calls.size() == 2);
  CHECK(calls[0].kind == realtime::SessionKind::thirdParty);
  CHECK(calls[1].kind == realtime::SessionKind::client);
}

TEST_CASE("a program is told where STUN is, as a TURN service does it") {
  Program program;
  const HttpAnswer answer =
      program.call("POST", "/v1/turn/keys/app-1/credentials/generate-ice-servers", R"({"ttl":86400})");
  CHECK(answer.status == 201);
  CHECK(answer.body == R"({"iceServers":[]})");
}

TEST_CASE("without an app there is no API") {
  const SiteUnderTest site;
  const Fields fields{{"Authorization", "Bearer "}};
  CHECK(site.post(kSessions + "new", "", fields).status == 404);
  CHECK(site.post("/v1/apps//sessions/new", "", fields).status == 404);
  CHECK(site.post("/v1/turn/keys/a/credentials/generate-ice-servers", "{}", fields).status == 404);
}

}  // namespace
}  // namespace akbuzat::test
