// Who visits is what Cloudflare Access has signed, with keys that come from a real socket.

#include <chrono>
#include <ctime>
#include <future>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/log.hpp"
#include "akbuzat/util/shards.hpp"
#include "http/access.hpp"
#include "support/access_signer.hpp"
#include "support/https_upstream.hpp"
#include "support/running_server.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const AccessSigner& signer() {
  static const AccessSigner made{AccessSigner::Kind::elliptic, "k1"};
  return made;
}

UpstreamAnswer keySet(const std::vector<const AccessSigner*>& signers) {
  json keys = json::array();
  for (const AccessSigner* each : signers) keys.push_back(each->jwk());
  UpstreamAnswer answer;
  answer.body = json{{"keys", keys}}.dump();
  return answer;
}

UpstreamAnswer failure() {
  UpstreamAnswer answer;
  answer.status = 500;
  return answer;
}

struct Team {
  HttpsUpstream upstream{[](const UpstreamRequest&) { return keySet({&signer()}); }, HttpsUpstream::Certificate::none};
  std::string origin = upstream.url("");

  [[nodiscard]] std::string token(const AccessSigner& by = signer(), int seconds = 3600) const {
    return by.sign({{"iss", origin},
                    {"aud", json::array({"tag"})},
                    {"exp", static_cast<std::int64_t>(std::time(nullptr)) + seconds},
                    {"email", "aigul@example.org"}});
  }
  [[nodiscard]] std::function<void(config::Config&)> settings() const {
    return [this](config::Config& config) {
      config.accessTeamDomain = origin;
      config.accessAudience = "tag";
      config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
    };
  }
};

json sessionOf(const RunningServer& server, const std::map<std::string, std::string>& headers) {
  return json::parse(request(server.port(), "GET", "/api/session", headers).body);
}

const json kAigul{{"username", "aigul@example.org"}, {"source", "header"}};
const json kNobody{{"username", nullptr}, {"source", nullptr}};

/// What judges, without a site around it.
class Judge {
 public:
  explicit Judge(const Team& team, http::AccessTimes times)
      : client_(shards_.context(0).get_executor()), access_(client_, team.origin, "tag", times) {
    util::log().set_level(spdlog::level::off);
    shards_.start();
  }
  ~Judge() {
    client_.stop();
    shards_.stop();
    shards_.join();
  }
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  /// The name, "" for nobody, "?" if it cannot be told.
  std::string operator()(const std::string& token) {
    http::Request request;
    request.headers.add("Cf-Access-Jwt-Assertion", token);
    access_.identify(request);
    if (request.identityPending) {
      std::promise<void> came;
      REQUIRE(access_.whenKeysCome([&] { came.set_value(); }));
      came.get_future().get();
      access_.identify(request);
    }
    if (request.identityPending) return "?";
    return request.identity ? request.identity->name : "";
  }

 private:
  util::Shards shards_{1};
  https::Client client_;
  http::Access access_;
};

}  // namespace

TEST_CASE("A valid token names the visitor, in the header or the cookie") {
  const Team team;
  const RunningServer server(team.settings());
  CHECK(sessionOf(server, {{"Cf-Access-Jwt-Assertion", team.token()}}) == kAigul);
  CHECK(sessionOf(server, {{"Cookie", "a=b; CF_Authorization=" + team.token()}}) == kAigul);
  CHECK(request(server.port(), "GET", "/set-username", {{"Cf-Access-Jwt-Assertion", team.token()}}).status != 403);
  WebSocketClient::Options options;
  options.headers["Cf-Access-Jwt-Assertion"] = team.token();
  WebSocketClient socket(server.port(), "/parties/rooms/tea?_pk=me", std::move(options));
  CHECK(team.upstream.requests().size() == 1);
  CHECK(team.upstream.requests()[0].target == "/cdn-cgi/access/certs");
}

TEST_CASE("Without a valid token nothing else names anybody") {
  const Team team;
  const RunningServer server(team.settings());
  CHECK(sessionOf(server, {}) == kNobody);
  CHECK(sessionOf(server, {{"Cf-Access-Authenticated-User-Email", "aigul@example.org"}}) == kNobody);
  CHECK(sessionOf(server, {{"Cf-Access-Jwt-Assertion", "x.y.z"}}) == kNobody);
  CHECK(sessionOf(server, {{"Cf-Access-Jwt-Assertion", team.token(signer(), -60)}}) == kNobody);
  const AccessSigner stranger{AccessSigner::Kind::elliptic, "k1"};
  CHECK(sessionOf(server, {{"Cf-Access-Jwt-Assertion", team.token(stranger)}}) == kNobody);
  // A cookie of the server itself, from before Access was set up.
  const RunningServer open;
  CHECK(sessionOf(server, {{"Cookie", takeName(open.port(), "Aigul")}}) == kNobody);
  // A token that is wrong is not replaced by one that is right.
  CHECK(sessionOf(server, {{"Cf-Access-Jwt-Assertion", "x"}, {"Cookie", "CF_Authorization=" + team.token()}}) ==
        kNobody);

  const auto page = request(server.port(), "GET", "/tea");
  CHECK(page.status == 403);
  CHECK(request(server.port(), "POST", "/set-username", {}, "username=Aigul").status == 403);
  CHECK(request(server.port(), "GET", "/parties/rooms/tea").status == 401);
  CHECK(request(server.port(), "GET", "/healthz").status == 200);
}

TEST_CASE("Whoever comes before the keys waits for them") {
  Team team;
  std::promise<void> let;
  const std::shared_future<void> go = let.get_future().share();
  team.upstream.answerWith([go](const UpstreamRequest&) {
    go.wait();
    return keySet({&signer()});
  });
  const RunningServer server(team.settings());
  auto session = std::async(std::launch::async, [&] {
    return sessionOf(server, {{"Cf-Access-Jwt-Assertion", team.token()}});
  });
  team.upstream.waitForRequests(1);
  // Others, who need no keys, do not wait.
  CHECK(sessionOf(server, {}) == kNobody);
  let.set_value();
  CHECK(session.get() == kAigul);
}

TEST_CASE("While there are no keys a visitor is told so, and not taken for a stranger") {
  Team team;
  team.upstream.answerWith([](const UpstreamRequest&) { return failure(); });
  const RunningServer server(team.settings());
  const auto answer = request(server.port(), "GET", "/tea", {{"Cf-Access-Jwt-Assertion", team.token()}});
  CHECK(answer.status == 503);
  CHECK(answer.headers.contains("retry-after"));
}

TEST_CASE("Keys are fetched again until they come, and kept when they cannot be refreshed") {
  Team team;
  team.upstream.answerWith([](const UpstreamRequest&) { return failure(); });
  Judge judge(team, {.refreshAfter = 0ms, .unknownKeyInterval = 0ms, .firstKeysInterval = 0ms});
  CHECK(judge(team.token()) == "?");
  team.upstream.answerWith([](const UpstreamRequest&) { return keySet({&signer()}); });
  std::string name = "?";
  // The client leaves an upstream alone that has failed several times.
  for (const auto end = std::chrono::steady_clock::now() + 30s; name == "?" && std::chrono::steady_clock::now() < end;)
    name = judge(team.token());
  CHECK(name == "aigul@example.org");
  team.upstream.answerWith([](const UpstreamRequest&) { return failure(); });
  const std::size_t before = team.upstream.requests().size();
  // A refresh that is under way already is not begun anew.
  int age = 3600;
  for (const auto end = std::chrono::steady_clock::now() + 30s;
       team.upstream.requests().size() == before && std::chrono::steady_clock::now() < end;)
    REQUIRE(judge(team.token(signer(), ++age)) == "aigul@example.org");
  CHECK(team.upstream.requests().size() > before);
  CHECK(judge(team.token(signer(), ++age)) == "aigul@example.org");
}

TEST_CASE("A new key counts at once, a withdrawn one no more") {
  Team team;
  const AccessSigner second{AccessSigner::Kind::rsa, "k2"};
  Judge judge(team, {.refreshAfter = 1h, .unknownKeyInterval = 0ms, .firstKeysInterval = 0ms});
  CHECK(judge(team.token()) == "aigul@example.org");
  const std::string old = team.token();
  CHECK(judge(old) == "aigul@example.org");
  team.upstream.answerWith([&](const UpstreamRequest&) { return keySet({&second}); });
  CHECK(judge(team.token(second)) == "aigul@example.org");
  // What was verified before is forgotten with its key.
  CHECK(judge(old) != "aigul@example.org");
}

TEST_CASE("Tokens of invented keys make nobody fetch") {
  const Team team;
  Judge judge(team, {.refreshAfter = 1h, .unknownKeyInterval = 1h, .firstKeysInterval = 0ms});
  CHECK(judge(team.token()) == "aigul@example.org");
  const AccessSigner invented{AccessSigner::Kind::elliptic, "k9"};
  for (int i = 0; i < 20; ++i) CHECK(judge(team.token(invented, 100 + i)).empty());
  CHECK(team.upstream.requests().size() == 1);
}

TEST_CASE("A page opened shortly before the end of a token comes with a new one") {
  const Team team;
  const RunningServer server(team.settings());
  const auto answer = request(server.port(), "GET", "/tea?a=b",
                              {{"Cookie", "CF_Authorization=" + team.token()}, {"Sec-Fetch-User", "?1"}});
  CHECK(answer.status == 302);
  CHECK(answer.headers.at("location") == "/tea?a=b");
  CHECK(answer.cookies.size() == 3);
}
