#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "http/lock_cookie.hpp"
#include "lobby.hpp"

namespace akbuzat::test {
namespace {

using realtime::ErrorCode;
using Json = nlohmann::json;
using Fields = std::map<std::string, std::string>;
using Script = ScriptedRealtime::Script;

/// The refusal of a session that neither version of the media client takes for one.
void checkNoSession(const HttpAnswer& answer, unsigned status) {
  CHECK(answer.status == status);
  CHECK(answer.status > 400);
  CHECK_FALSE(answer.body.empty());
  CHECK(Json::parse(answer.body, nullptr, false).is_discarded());
  CHECK(answer.headers.at("content-type") == "text/plain; charset=utf-8");
  CHECK(answer.headers.count("set-cookie") == 0);
}

/// The refusal of a call on a session that the media client understands as one.
void checkRefusal(const HttpAnswer& answer, unsigned status, const std::string& code) {
  CHECK(answer.status == status);
  CHECK(answer.headers.at("content-type") == "application/json; charset=utf-8");
  const Json body = Json::parse(answer.body);
  CHECK(body.size() == 2);
  CHECK(body["errorCode"] == code);
  CHECK_FALSE(body["errorDescription"].get<std::string>().empty());
}

/// The same of kPull, after which the media client asks again.
void checkPullRefusal(const HttpAnswer& answer, const std::string& code) {
  CHECK(answer.status == 200);
  const Json body = Json::parse(answer.body);
  CHECK_FALSE(body.contains("errorCode"));
  REQUIRE(body["tracks"].size() == 2);
  for (const Json& track : body["tracks"]) {
    CHECK(track["mid"] == "");
    CHECK(track["errorCode"] == code);
    CHECK_FALSE(track["errorDescription"].get<std::string>().empty());
  }
  CHECK(body["tracks"][0]["trackName"] == "t");
  CHECK(body["tracks"][0]["sessionId"] == "p");
  CHECK(body["tracks"][1]["trackName"] == "u");
  CHECK(body["tracks"][1]["sessionId"] == "q");
}

TEST_CASE("every refusal of a session is text with a status over 400") {
  Lobby lobby;
  const std::string path = "/partytracks/sessions/new";
  const std::string query = "?correlationId=" + lobby.meeting;
  const std::string stranger = takeName(lobby.site.port(), "Stranger");
  checkNoSession(lobby.newSession({{"Cookie", ""}}), 401);
  CHECK(lobby.newSession({{"Cookie", ""}}).body == "unauthorized");
  checkNoSession(lobby.newSession({{"Origin", "https://evil.example"}}), 403);
  checkNoSession(lobby.newSession({{"Cookie", stranger}}), 404);
  for (const std::string& bad : {std::string{}, std::string{"?correlationId="}, std::string{"?correlationId=unknown"},
                                 "?correlationId=" + std::string(1000, 'x'), std::string{"?correlationId=%zz"}})
    checkNoSession(lobby.site.post(path + bad, "", {{"Cookie", lobby.kevin}}), 404);
  CHECK(lobby.site.realtime.calls().empty());
  for (const auto& [code, status] :
       {std::pair{ErrorCode::temporarilyUnavailable, 503U}, std::pair{ErrorCode::tooManyRequests, 429U},
        std::pair{ErrorCode::internalError, 500U}, std::pair{ErrorCode::decodingError, 503U}}) {
    lobby.fail(code);
    checkNoSession(lobby.newSession(), status);
  }
  // From below the routes.
  const HttpAnswer put = request(lobby.site.port(), "PUT", path + query, {{"Cookie", lobby.kevin}});
  checkNoSession(put, 405);
  CHECK(put.headers.at("allow") == "POST");
  RawClient client(lobby.site.port());
  client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read().status == 200);
  lobby.site.server().drain();
  client.send(lobby.newSessionText());
  const HttpAnswer drained = client.read();
  checkNoSession(drained, 503);
  CHECK(drained.headers.at("retry-after") == "5");
}

TEST_CASE("a client that asks too often for sessions is refused in text") {
  Lobby lobby([](config::Config& config) { config.http.requestsPerSecondPerAddress = 1; });
  // Ten requests may come at once, and some have.
  HttpAnswer answer = lobby.newSession();
  for (int i = 0; i < 20 && answer.status == 201; ++i) answer = lobby.newSession();
  checkNoSession(answer, 429);
  CHECK(answer.headers.at("retry-after") == "1");
}

TEST_CASE("a session that nobody answers for is refused in text") {
  Lobby lobby;
  Script script;
  script.hold = true;
  lobby.site.realtime.say(script);
  RawClient client(lobby.site.port());
  client.send(lobby.newSessionText());
  while (lobby.site.realtime.forget() == 0) {
  }
  checkNoSession(client.read(), 500);
}

TEST_CASE("a left room opens no sessions") {
  Lobby lobby;
  lobby.socket->send({{"type", "userLeft"}});
  lobby.socket->awaitClose();
  checkNoSession(lobby.newSession(), 404);
}

TEST_CASE("without the session's own lock there is no call") {
  Lobby lobby;
  lobby.open("s1");
  const std::string lock = lobby.cookies.substr(lobby.cookies.find("; ") + 2);
  const std::string value = lock.substr(lock.find('='));
  std::string tampered = lock;
  tampered[tampered.find('.') + 2] ^= 1;
  const std::string owner = "session:" + std::string(22, 'x');
  const http::LockCookie locks{lobby.site.config.sessionSecret};
  const auto past = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const std::vector<std::string> refused{
      "",
      lobby.kevin,
      lock,
      lobby.kevin + "; partytracks-session-s2" + value,
      lobby.kevin + "; " + tampered,
      lobby.kevin + "; partytracks-session-s1=",
      takeName(lobby.site.port(), "Stranger") + "; " + lock,
      lobby.kevin + "; " + pairOf(locks.set({"s1", "r", past + std::chrono::hours{1}}, owner, false))};
  for (const std::string& cookies : refused) {
    for (const auto& [method, path] : {std::pair{"POST", "tracks/new"}, std::pair{"PUT", "renegotiate"},
                                       std::pair{"PUT", "tracks/update"}, std::pair{"PUT", "tracks/close"}}) {
      const HttpAnswer answer = lobby.call(method, path, kPush, {{"Cookie", cookies}});
      checkRefusal(answer, 401, "unauthorized");
    }
    checkPullRefusal(lobby.call("POST", "tracks/new", kPull, {{"Cookie", cookies}}), "unauthorized");
  }
  const Fields foreign{{"Origin", "https://evil.example"}};
  checkRefusal(lobby.call("POST", "tracks/new", kPush, foreign), 403, "unauthorized");
  checkRefusal(lobby.call("PUT", "tracks/close", kClose, foreign), 403, "unauthorized");
  checkPullRefusal(lobby.call("POST", "tracks/new", kPull, foreign), "unauthorized");
  // What cannot be read as a pull is not answered as one.
  for (const std::string& body : {std::string{"not JSON"}, std::string{"{}"}, kPull + std::string(70'000, ' ')})
    checkRefusal(lobby.call("POST", "tracks/new", body, foreign), 403, "unauthorized");
  CHECK(lobby.site.realtime.calls().empty());
}

TEST_CASE("whoever leaves while their session is made gets none") {
  Lobby lobby;
  Script script;
  script.hold = true;
  lobby.site.realtime.say(script);
  RawClient client(lobby.site.port());
  client.send(lobby.newSessionText());
  while (lobby.site.realtime.held() == 0) {
  }
  lobby.socket->send({{"type", "userLeft"}});
  lobby.socket->awaitClose();
  CHECK(lobby.site.realtime.letGo() == 1);
  checkNoSession(client.read(), 404);
}

TEST_CASE("calls on a session that come too fast are refused as the media client needs it") {
  Lobby lobby([](config::Config& config) { config.http.requestsPerSecondPerAddress = 1; });
  lobby.open("s1");
  lobby.join();
  HttpAnswer push = lobby.newTracks(kPush);
  for (int i = 0; i < 20 && push.status == 200; ++i) push = lobby.newTracks(kPush);
  checkRefusal(push, 429, "retryable_transient_error");
  CHECK(push.headers.at("retry-after") == "1");
  // One that is let through gets no tracks from this SFU.
  HttpAnswer pull = lobby.newTracks(kPull);
  for (int i = 0; i < 20 && Json::parse(pull.body)["tracks"].empty(); ++i) pull = lobby.newTracks(kPull);
  checkPullRefusal(pull, "retryable_transient_error");
  CHECK(pull.headers.at("retry-after") == "1");
}

TEST_CASE("calls on a session of a server that shuts down are refused as the media client needs it") {
  Lobby lobby;
  lobby.open("s1");
  std::vector<RawClient> clients;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back(lobby.site.port());
    clients.back().send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(clients.back().read().status == 200);
  }
  lobby.site.server().drain();
  clients[0].send(lobby.newTracksText(kPush));
  checkRefusal(clients[0].read(), 503, "temporarily_unavailable_error");
  clients[1].send(lobby.newTracksText(kPull));
  const HttpAnswer pull = clients[1].read();
  checkPullRefusal(pull, "temporarily_unavailable_error");
  CHECK(pull.headers.at("retry-after") == "5");
  CHECK(lobby.site.realtime.calls().empty());
}

}  // namespace
}  // namespace akbuzat::test
