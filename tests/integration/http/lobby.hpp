#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "site_under_test.hpp"

namespace akbuzat::test {

inline const std::string kPush =
    R"({"sessionDescription":{"sdp":"v=0\r\n","type":"offer"},"tracks":[{"trackName":"t","mid":"0","location":"local"}]})";
inline const std::string kPull = R"({"tracks":[{"trackName":"t","sessionId":"p","location":"remote"},
                                        {"trackName":"u","sessionId":"q","location":"remote"}]})";
inline const std::string kAnswer = R"({"sessionDescription":{"type":"answer","sdp":"v=0"}})";
inline const std::string kClose =
    R"({"tracks":[{"mid":"3"}],"sessionDescription":{"sdp":"v=0","type":"offer"},"force":false})";
inline const std::string kUpdate =
    R"({"tracks":[{"trackName":"t","sessionId":"p","location":"remote","simulcast":{"preferredRid":"b"},"mid":"3"}]})";

inline std::string pairOf(const std::string& setCookie) { return setCookie.substr(0, setCookie.find(';')); }

/// Kevin in the lobby of room "r".
struct Lobby {
  SiteUnderTest site;
  std::string kevin;
  std::string meeting;
  std::optional<WebSocketClient> socket;

  explicit Lobby(const std::function<void(config::Config&)>& adjust = {}) : site(adjust) {
    kevin = takeName(site.port(), "Kevin");
    site.useCookie(kevin);
    socket.emplace(site.enter("kevin"));
    meeting = socket->receive("roomState")["state"]["meetingId"];
  }

  /// Comes from the lobby into the call.
  void join() {
    socket->send({{"type", "userUpdate"}, {"user", {{"joined", true}, {"tracks", nlohmann::json::object()}}}});
    while (!socket->receive("roomState")["state"]["users"][0]["joined"].get<bool>()) {
    }
  }
  HttpAnswer newSession(std::map<std::string, std::string> fields = {}) {
    fields.try_emplace("Cookie", kevin);
    return site.post("/partytracks/sessions/new?correlationId=" + meeting, "", fields);
  }
  /// The same request by hand.
  [[nodiscard]] std::string newSessionText() const {
    return "POST /partytracks/sessions/new?correlationId=" + meeting + " HTTP/1.1\r\nHost: a\r\nCookie: " + kevin +
           "\r\nContent-Length: 0\r\n\r\n";
  }
  /// Opens a session of this name and keeps its lock.
  void open(const std::string& session) {
    ScriptedRealtime::Script script;
    script.session = session;
    site.realtime.say(script);
    const HttpAnswer answer = newSession();
    REQUIRE(answer.status == 201);
    cookies = kevin + "; " + pairOf(answer.cookies.back());
    site.realtime.calls();
  }
  HttpAnswer call(const std::string& method, const std::string& path, const std::string& body,
                  std::map<std::string, std::string> fields = {}) {
    fields.try_emplace("Cookie", cookies);
    return request(site.port(), method, "/partytracks/sessions/s1/" + path, fields, body);
  }
  /// A tracks/new by hand.
  [[nodiscard]] std::string newTracksText(const std::string& body) const {
    return "POST /partytracks/sessions/s1/tracks/new HTTP/1.1\r\nHost: a\r\nCookie: " + cookies +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  HttpAnswer newTracks(const std::string& body) { return call("POST", "tracks/new", body); }
  void fail(realtime::ErrorCode code) { site.realtime.say(ScriptedRealtime::Script::failing({code, "A sentence."})); }
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(site.port()); }

  /// With the lock of the session that was opened.
  std::string cookies;
};

}  // namespace akbuzat::test
