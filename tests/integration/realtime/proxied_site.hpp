#pragma once

#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/log.hpp"
#include "support/http_client.hpp"
#include "support/https_upstream.hpp"
#include "support/running_server.hpp"
#include "support/web_socket_client.hpp"

namespace akbuzat::test {

using Json = nlohmann::json;

inline const std::string kSecret = "the app's secret";
inline const std::string kPush =
    R"({"sessionDescription":{"sdp":"v=0","type":"offer"},"tracks":[{"trackName":"t","mid":"0","location":"local"}]})";
inline const std::string kAnswer = R"({"sessionDescription":{"type":"answer","sdp":"v=0"}})";
inline const std::string kClose =
    R"({"tracks":[{"mid":"3"}],"sessionDescription":{"sdp":"v=0","type":"offer"},"force":false})";

inline std::string pullOf(const std::string& session, const std::string& track = "t") {
  return Json{{"tracks", {{{"trackName", track}, {"sessionId", session}, {"location", "remote"}}}}}.dump();
}

/// Makes the servers of this process trust what `authorities` has signed. Before they start.
inline void trust(const std::filesystem::path& authorities) { ::setenv("SSL_CERT_FILE", authorities.c_str(), 1); }

/// An upstream that opens sessions "up-1", "up-2" …, and says to everything else what the test wants.
class ScriptedApi {
 public:
  explicit ScriptedApi(HttpsUpstream::Certificate certificate = HttpsUpstream::Certificate::right)
      : upstream([this](const UpstreamRequest& request) { return answer(request); }, certificate) {
    trust(upstream.authorities());
  }

  /// To every `call` ("sessions/new", "tracks/new", "renegotiate", …, "" for the state) from now on.
  void say(const std::string& call, UpstreamAnswer answer) {
    const std::lock_guard lock(mutex_);
    answers_[call] = std::move(answer);
  }
  void say(const std::string& call, unsigned status, const std::string& body) {
    UpstreamAnswer answer;
    answer.status = status;
    answer.body = body;
    say(call, std::move(answer));
  }
  /// Opens sessions again.
  void recover() {
    const std::lock_guard lock(mutex_);
    answers_.erase("sessions/new");
  }
  /// Called with each request before it is answered, on the thread of its connection.
  void onRequest(std::function<void(const UpstreamRequest&)> handler) {
    const std::lock_guard lock(mutex_);
    handler_ = std::move(handler);
  }
  /// What comes behind the session's id, without the query.
  static std::string callOf(const UpstreamRequest& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (path.ends_with("/sessions/new")) return "sessions/new";
    const auto id = path.find("/sessions/") + std::string_view{"/sessions/"}.size();
    const auto end = path.find('/', id);
    return end == std::string::npos ? "" : path.substr(end + 1);
  }

 private:
  UpstreamAnswer answer(const UpstreamRequest& request) {
    std::unique_lock lock(mutex_);
    const auto handler = handler_;
    lock.unlock();
    if (handler) handler(request);
    lock.lock();
    const auto found = answers_.find(callOf(request));
    if (found != answers_.end()) return found->second;
    UpstreamAnswer usual;
    if (callOf(request) == "sessions/new") {
      usual.status = 201;
      usual.body = R"({"sessionId":"up-)" + std::to_string(++opened_) + "\"}";
    } else {
      usual.body = "{}";
    }
    return usual;
  }

  std::mutex mutex_;
  std::map<std::string, UpstreamAnswer> answers_;
  std::function<void(const UpstreamRequest&)> handler_;
  int opened_ = 0;

 public:
  HttpsUpstream upstream;
};

/// A browser in a room: its socket, and its media library's calls.
class Person {
 public:
  Person(std::uint16_t port, std::string room, std::string id)
      : room_(std::move(room)), id_(std::move(id)), cookie_(takeName(port, id_)) {
    enter(port);
  }

  /// Comes (back) into the room of the server at this port.
  void enter(std::uint16_t port) {
    port_ = port;
    socket_.emplace(port_, "/parties/rooms/" + room_ + "?_pk=" + id_,
                    WebSocketClient::Options{.headers = {{"Cookie", cookie_}}});
    state = socket_->receive("roomState")["state"];
  }
  void leave() {
    socket_->send({{"type", "userLeft"}});
    socket_->awaitClose();
  }
  [[nodiscard]] WebSocketClient& socket() { return *socket_; }

  /// In the call, with this as the camera's track ("session/track"); returns when the room has it.
  Json publish(const std::string& video = {}) {
    Json more = Json::object();
    if (!video.empty()) more["tracks"]["video"] = video;
    socket_->send(userUpdate(true, more));
    return socket_->awaitState([&](const Json& now) {
      const Json own = userIn(now, id_);
      return own.value("joined", false) && own["tracks"].value("video", "") == video;
    });
  }

  HttpAnswer open() {
    HttpAnswer answer = request(port_, "POST", "/partytracks/sessions/new?correlationId=" + meeting(),
                                {{"Cookie", cookies()}, {"X-From-The-Browser", "1"}});
    if (answer.status == 201) {
      session = Json::parse(answer.body)["sessionId"];
      const std::string& lock = answer.cookies.back();
      locks_[session] = lock.substr(0, lock.find(';'));
    }
    return answer;
  }
  HttpAnswer call(const std::string& method, const std::string& what, const std::string& body) {
    return request(port_, method, "/partytracks/sessions/" + session + "/" + what, {{"Cookie", cookies()}}, body);
  }
  Json newTracks(const std::string& body) { return Json::parse(call("POST", "tracks/new", body).body); }

  [[nodiscard]] std::string meeting() const { return state["meetingId"]; }
  [[nodiscard]] const std::string& id() const { return id_; }

  /// As it was at the entrance.
  Json state;
  std::string session;

 private:
  [[nodiscard]] std::string cookies() const {
    std::string all = cookie_;
    for (const auto& [name, lock] : locks_) all += "; " + lock;
    return all;
  }

  std::uint16_t port_ = 0;
  std::string room_;
  std::string id_;
  std::string cookie_;
  std::map<std::string, std::string> locks_;
  std::optional<WebSocketClient> socket_;
};

/// A server whose rooms use the scripted upstream.
struct ProxiedSite {
  explicit ProxiedSite(config::MediaBackendRule rule = config::MediaBackendRule::automatic,
                       HttpsUpstream::Certificate certificate = HttpsUpstream::Certificate::right)
      : api(certificate) {
    util::log().set_level(spdlog::level::off);
    server.emplace([this, rule](config::Config& config) {
      config.media.backend = rule;
      config.calls.appId = "app";
      config.calls.appSecret = kSecret;
      config.calls.apiUrl = api.upstream.url("/v1");
      config.calls.extraParams = "one=1&two=2";
    });
  }

  Person person(const std::string& id, const std::string& room = "room") { return {server->port(), room, id}; }

  ScriptedApi api;
  std::optional<RunningServer> server;
};

}  // namespace akbuzat::test
