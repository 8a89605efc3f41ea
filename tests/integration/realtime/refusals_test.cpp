// What the web client's media library gets when the upstream fails, in each way it can: always something that it heals
// from (protocol C.3).

#include <condition_variable>
#include <future>
#include <set>
#include <vector>

#include "proxied_site.hpp"

namespace akbuzat::test {
namespace {

using config::MediaBackendRule;
using Manner = UpstreamAnswer::Manner;
using Certificate = HttpsUpstream::Certificate;

UpstreamAnswer answerOf(unsigned status, const std::string& body, Manner manner = Manner::proper) {
  UpstreamAnswer answer;
  answer.status = status;
  answer.body = body;
  answer.manner = manner;
  return answer;
}

const std::string kPushed =
    R"({"requiresImmediateRenegotiation":false,"tracks":[{"mid":"0","trackName":"t"}],"sessionDescription":{"type":"answer","sdp":"v=0"}})";
const std::string kPulled =
    R"({"requiresImmediateRenegotiation":true,"tracks":[{"mid":"7","trackName":"t","sessionId":"up-1"}],"sessionDescription":{"type":"offer","sdp":"v=0"}})";

std::string pulledWith(const std::string& more) {
  return R"({"requiresImmediateRenegotiation":false,"tracks":[{"mid":"","trackName":"t","sessionId":"up-1",)" + more +
         "}]}";
}

/// Everything but a proper answer.
std::vector<UpstreamAnswer> failures() {
  UpstreamAnswer noHttp;
  noHttp.raw.emplace("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  return {answerOf(500, R"({"errorCode":"internal_error","errorDescription":"Oh."})"),
          answerOf(503, "<html>Service Unavailable</html>"),
          answerOf(200, "<html>A captive portal</html>"),
          answerOf(200, "{\"tracks\":"),
          answerOf(200, "[]"),
          answerOf(200, R"({"tracks":"none"})"),
          answerOf(200, R"({"requiresImmediateRenegotiation":true,"tracks":[]})"),
          answerOf(200, std::string(100'000, '[')),
          answerOf(200, "{\"x\":\"" + std::string(2'000'000, 'x') + "\"}"),
          answerOf(200, kPushed, Manner::cut),
          answerOf(200, kPushed, Manner::hangUp),
          answerOf(302, "", Manner::proper),
          answerOf(401, R"({"errorCode":"unauthorized","errorDescription":"Bad secret."})"),
          answerOf(404, R"({"errorCode":"not_found","errorDescription":"No such app."})"),
          noHttp};
}

TEST_CASE("a session that the upstream does not open is refused in a way that is tried again") {
  ProxiedSite site(MediaBackendRule::cloudflare);
  Person aigul = site.person("aigul");
  std::vector<UpstreamAnswer> bad{answerOf(201, "{}"),
                                  answerOf(201, R"({"sessionId":7})"),
                                  answerOf(201, R"({"sessionId":""})"),
                                  answerOf(201, R"({"sessionId":"../../x"})"),
                                  answerOf(201, R"({"sessionId":"a b; Path=/"})"),
                                  answerOf(201, R"({"sessionId":")" + std::string(65, 'a') + "\"}"),
                                  answerOf(429, R"({"errorCode":"retryable_transient_error"})"),
                                  answerOf(400, R"({"errorCode":"decoding_error"})")};
  for (UpstreamAnswer& failure : failures()) bad.push_back(std::move(failure));
  for (const UpstreamAnswer& answer : bad) {
    CAPTURE(answer.status, answer.body.substr(0, 80), static_cast<int>(answer.manner));
    site.api.say("sessions/new", answer);
    const HttpAnswer refusal = aigul.open();
    CHECK(refusal.status > 400);
    CHECK_FALSE(Json::accept(refusal.body));
    CHECK(refusal.cookies.empty());
    CHECK(refusal.body.find(kSecret) == std::string::npos);
    site.api.recover();
    CHECK(aigul.open().status == 201);
  }
}

TEST_CASE("a push that fails has an error and no tracks") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  REQUIRE(aigul.open().status == 201);
  std::vector<UpstreamAnswer> bad = failures();
  bad.push_back(answerOf(200, R"({"tracks":[{"mid":"0","trackName":"t"}]})"));
  bad.push_back(answerOf(
      200,
      R"({"tracks":[{"mid":"0","trackName":"t","errorCode":"empty_track_error"}],"sessionDescription":{"type":"answer","sdp":"v=0"}})"));
  bad.push_back(answerOf(
      200,
      R"({"tracks":[{"mid":"1","trackName":"t","errorCode":"repeated_local_track_error"}],"sessionDescription":{"type":"answer","sdp":"v=0"}})"));
  bad.push_back(answerOf(406, R"({"errorCode":"invalid_session_description","errorDescription":"Bad SDP."})"));
  for (const UpstreamAnswer& answer : bad) {
    CAPTURE(answer.status, answer.body.substr(0, 80), static_cast<int>(answer.manner));
    site.api.say("tracks/new", answer);
    const Json refusal = aigul.newTracks(kPush);
    CHECK(refusal.contains("errorCode"));
    CHECK_FALSE(refusal.contains("tracks"));
    site.api.say("tracks/new", 200, kPushed);
    CHECK(aigul.newTracks(kPush) == Json::parse(kPushed));
  }
}

TEST_CASE("a push that is sent again succeeds where the first one had") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  REQUIRE(aigul.open().status == 201);
  site.api.say(
      "tracks/new", 200,
      R"({"tracks":[{"mid":"0","trackName":"t","errorCode":"repeated_local_track_error"}],"sessionDescription":{"type":"answer","sdp":"v=0"}})");
  CHECK(aigul.newTracks(kPush) == Json::parse(kPushed));
}

TEST_CASE("a pull that fails fails track by track, with status 200") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  REQUIRE(aigul.open().status == 201);
  aigul.publish();
  std::vector<UpstreamAnswer> bad = failures();
  for (const char* code : {"not_found_track_error", "empty_track_error", "session_error", "some_new_error"})
    bad.push_back(answerOf(200, pulledWith(R"("errorCode":")" + std::string{code} + "\"")));
  bad.push_back(answerOf(200, R"({"tracks":[{"trackName":"t","sessionId":"up-1"}]})"));
  bad.push_back(answerOf(425, R"({"errorCode":"session_error","errorDescription":"Not yet."})"));
  for (const UpstreamAnswer& answer : bad) {
    CAPTURE(answer.status, answer.body.substr(0, 80), static_cast<int>(answer.manner));
    site.api.say("tracks/new", answer);
    const HttpAnswer refusal = aigul.call("POST", "tracks/new", pullOf("up-1"));
    CHECK(refusal.status == 200);
    const Json body = Json::parse(refusal.body);
    CHECK_FALSE(body.contains("errorCode"));
    REQUIRE(body["tracks"].size() == 1);
    CHECK(body["tracks"][0].value("mid", "") == "");
    CHECK(body["tracks"][0]["trackName"] == "t");
    CHECK(body["tracks"][0]["sessionId"] == "up-1");
    CHECK(body["tracks"][0].contains("errorCode"));
    site.api.say("tracks/new", 200, kPulled);
    CHECK(aigul.newTracks(pullOf("up-1")) == Json::parse(kPulled));
  }
}

TEST_CASE("errors of the upstream keep their codes where they are about the request") {
  struct Row {
    unsigned status;
    const char* code;
    unsigned toClient;
    const char* codeToClient;
  };
  ProxiedSite site;
  Person aigul = site.person("aigul");
  for (const Row& row :
       {Row{400, "decoding_error", 400, "decoding_error"}, Row{406, "invalid_params", 406, "invalid_params"},
        Row{413, "payload_too_large", 413, "payload_too_large"}, Row{425, "session_error", 425, "session_error"},
        Row{410, "session_error", 410, "session_error"},
        Row{406, "invalid_session_description", 406, "invalid_session_description"},
        Row{429, "retryable_transient_error", 429, "retryable_transient_error"},
        Row{503, "retryable_transient_error", 503, "temporarily_unavailable_error"},
        Row{503, "temporarily_unavailable_error", 503, "temporarily_unavailable_error"},
        Row{503, "transport_unavailable_error", 503, "temporarily_unavailable_error"},
        Row{500, "backend_error", 503, "temporarily_unavailable_error"},
        Row{500, "internal_error", 500, "internal_error"},
        // Whoever asked is not to blame for what the host has not set right.
        Row{401, "unauthorized", 503, "temporarily_unavailable_error"},
        Row{404, "not_found", 503, "temporarily_unavailable_error"}, Row{418, "never_heard_of", 500, "internal_error"},
        Row{418, "", 500, "internal_error"}}) {
    CAPTURE(row.status, row.code);
    site.api.recover();
    REQUIRE(aigul.open().status == 201);
    const Json body = *row.code == '\0' ? Json::object() : Json{{"errorCode", row.code}, {"errorDescription", "Why."}};
    site.api.say("renegotiate", row.status, body.dump());
    const HttpAnswer renegotiated = aigul.call("PUT", "renegotiate", kAnswer);
    CHECK(renegotiated.status == row.toClient);
    CHECK(Json::parse(renegotiated.body)["errorCode"] == row.codeToClient);
    // A session that is gone stays gone, without asking.
    if (row.status == 410) CHECK(aigul.newTracks(kPush)["errorCode"] == "session_error");
  }
}

TEST_CASE("closes and updates come back with what became of each track") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  REQUIRE(aigul.open().status == 201);
  aigul.publish();
  const std::string closed =
      R"({"requiresImmediateRenegotiation":false,"tracks":[{"mid":"3"}],"sessionDescription":{"type":"answer","sdp":"v=0"}})";
  site.api.say("tracks/close", 200, closed);
  CHECK(Json::parse(aigul.call("PUT", "tracks/close", kClose).body) == Json::parse(closed));
  site.api.say("tracks/close", 200, R"({"tracks":[{"mid":"3"}]})");
  CHECK(Json::parse(aigul.call("PUT", "tracks/close", kClose).body)["errorCode"] == "internal_error");
  // Forced ones have no description.
  const std::string forced =
      R"({"requiresImmediateRenegotiation":false,"tracks":[{"mid":"3","errorCode":"close_track_error","errorDescription":"Gone."}]})";
  site.api.say("tracks/close", 200, forced);
  CHECK(Json::parse(aigul.call("PUT", "tracks/close", R"({"tracks":[{"mid":"3"}],"force":true})").body) ==
        Json::parse(forced));

  const std::string updated = R"({"requiresImmediateRenegotiation":false,"tracks":[
      {"mid":"3","trackName":"t","sessionId":"up-1","errorCode":"update_track_error","errorDescription":"No layers."}]})";
  site.api.say("tracks/update", 200, updated);
  const std::string update =
      R"({"tracks":[{"trackName":"t","sessionId":"up-1","location":"remote","simulcast":{"preferredRid":"b"},"mid":"3"}]})";
  CHECK(Json::parse(aigul.call("PUT", "tracks/update", update).body) == Json::parse(updated));
  CHECK(Json::parse(site.api.upstream.requests().back().body) == Json::parse(update));
}

TEST_CASE("a slow upstream is waited for") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  REQUIRE(aigul.open().status == 201);
  UpstreamAnswer slow = answerOf(200, kPushed);
  slow.delay = std::chrono::milliseconds{300};
  site.api.say("tracks/new", slow);
  CHECK(aigul.newTracks(kPush) == Json::parse(kPushed));
  site.api.say("tracks/new", answerOf(200, kPushed, Manner::byteByByte));
  CHECK(aigul.newTracks(kPush) == Json::parse(kPushed));
}

TEST_CASE("an upstream that cannot prove its name is told nothing") {
  for (const Certificate certificate : {Certificate::expired, Certificate::otherName, Certificate::unknown}) {
    CAPTURE(static_cast<int>(certificate));
    ProxiedSite site(MediaBackendRule::cloudflare, certificate);
    Person aigul = site.person("aigul");
    const HttpAnswer refusal = aigul.open();
    CHECK(refusal.status == 503);
    CHECK_FALSE(Json::accept(refusal.body));
    CHECK(site.api.upstream.requests().empty());
  }
}

TEST_CASE("an upstream that repeats the secret does not tell it to a browser") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  REQUIRE(aigul.open().status == 201);
  site.api.say("renegotiate", 406,
               Json{{"errorCode", "invalid_params"}, {"errorDescription", "Bearer " + kSecret}}.dump());
  CHECK(aigul.call("PUT", "renegotiate", kAnswer).body.find(kSecret) == std::string::npos);
}

TEST_CASE("nothing of the browser's request goes upstream but what it asks for") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  Person bulat = site.person("bulat");
  Person elsewhere = site.person("elsewhere", "another%20room");
  for (Person* person : {&aigul, &bulat, &elsewhere}) REQUIRE(person->open().status == 201);
  site.api.say("tracks/new", 200, kPushed);
  aigul.newTracks(kPush);
  const auto requests = site.api.upstream.requests();
  REQUIRE(requests.size() == 4);
  const std::set<std::string> ours{"host",   "authorization", "content-type", "content-length",
                                   "accept", "user-agent",    "connection"};
  std::vector<std::string> labels;
  for (const UpstreamRequest& request : requests) {
    for (const auto& [name, value] : request.headers) CHECK(ours.contains(name));
    CHECK(request.headers.at("authorization") == "Bearer " + kSecret);
    const auto label = request.target.find("?one=1&two=2&correlationId=");
    REQUIRE(label != std::string::npos);
    labels.push_back(request.target.substr(label));
    CHECK(request.target.find("room") == std::string::npos);
  }
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target.starts_with("/v1/apps/app/sessions/new?"));
  CHECK(requests[0].body.empty());
  CHECK(requests[3].target.starts_with("/v1/apps/app/sessions/up-1/tracks/new?"));
  CHECK(Json::parse(requests[3].body) == Json::parse(kPush));
  // One for each room.
  CHECK(labels[0] == labels[1]);
  CHECK(labels[0] == labels[3]);
  CHECK(labels[0] != labels[2]);
}

TEST_CASE("sessions of other rooms cannot be pulled from, and are not asked for") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  Person stranger = site.person("stranger", "other");
  REQUIRE(stranger.open().status == 201);
  REQUIRE(aigul.open().status == 201);
  aigul.publish();
  const Json both{{"tracks",
                   {{{"trackName", "s"}, {"sessionId", stranger.session}, {"location", "remote"}},
                    {{"trackName", "t"}, {"sessionId", aigul.session}, {"location", "remote"}}}}};
  site.api.say("tracks/new", 200,
               R"({"requiresImmediateRenegotiation":true,"tracks":[{"mid":"7","trackName":"t","sessionId":"up-2"}],
                   "sessionDescription":{"type":"offer","sdp":"v=0"}})");
  const Json pulled = aigul.newTracks(both.dump());
  CHECK(pulled["requiresImmediateRenegotiation"] == true);
  REQUIRE(pulled["tracks"].size() == 2);
  CHECK(pulled["tracks"][0]["mid"] == "7");
  CHECK(pulled["tracks"][1]["mid"] == "");
  CHECK(pulled["tracks"][1]["sessionId"] == stranger.session);
  CHECK(pulled["tracks"][1]["errorCode"] == "not_found_track_error");
  CHECK(site.api.upstream.requests().back().body.find(stranger.session) == std::string::npos);
  const std::size_t asked = site.api.upstream.requests().size();
  CHECK(aigul.newTracks(pullOf(stranger.session))["tracks"][0]["errorCode"] == "not_found_track_error");
  CHECK(site.api.upstream.requests().size() == asked);
}

/// Holds all renegotiations of one session upstream until it is let go.
class Gate {
 public:
  Gate(ScriptedApi& api, std::string session) : api_(api), session_(std::move(session)) {
    api_.onRequest([this](const UpstreamRequest& request) {
      if (ScriptedApi::callOf(request) != "renegotiate" || request.target.find(session_) == std::string::npos) return;
      std::unique_lock lock(mutex_);
      opened_.wait(lock, [this] { return open_; });
    });
  }
  ~Gate() {
    api_.onRequest({});
    open();
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  ScriptedApi& api_;
  std::string session_;
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

TEST_CASE("calls of one session go upstream one after the other, those of another do not wait") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  Person bulat = site.person("bulat");
  REQUIRE(aigul.open().status == 201);
  REQUIRE(bulat.open().status == 201);
  Gate gate(site.api, aigul.session);
  std::vector<std::future<HttpAnswer>> calls;
  const auto renegotiate = [&aigul] { return aigul.call("PUT", "renegotiate", kAnswer); };
  calls.push_back(std::async(std::launch::async, renegotiate));
  site.api.upstream.waitForRequests(3);
  // One is under way: so many wait, and one is too many.
  constexpr std::size_t kWaiting = 16;
  for (std::size_t i = 0; i < kWaiting + 1; ++i) calls.push_back(std::async(std::launch::async, renegotiate));
  std::size_t refused = 0;
  while (refused == 0) {
    for (auto& call : calls) {
      if (!call.valid() || call.wait_for(std::chrono::milliseconds{1}) != std::future_status::ready) continue;
      const HttpAnswer answer = call.get();
      CHECK(answer.status == 429);
      CHECK(Json::parse(answer.body)["errorCode"] == "retryable_transient_error");
      ++refused;
    }
  }
  CHECK(refused == 1);
  CHECK(bulat.call("PUT", "renegotiate", kAnswer).status == 200);
  CHECK(site.api.upstream.requests().size() == 4);
  gate.open();
  for (auto& call : calls) {
    if (call.valid()) CHECK(call.get().status == 200);
  }
  CHECK(site.api.upstream.requests().size() == 4 + kWaiting);
}

}  // namespace
}  // namespace akbuzat::test
