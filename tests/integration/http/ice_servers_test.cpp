#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "lobby.hpp"

namespace akbuzat::test {
namespace {

using Json = nlohmann::json;

void useRelay(config::Config& config) {
  config.ice.turnUrls = {"turns:turn.example.org", "turn:turn.example.org"};
  config.ice.turnSharedSecret = "the relay's secret";
  config.ice.iceServers = R"([{"urls":"stun:stun.example.org"}])";
  config.ice.ttl = std::chrono::hours{2};
  config.realtimeAppId = "app-1";
  config.realtimeAppSecret = "a secret of the app";
}

/// The addresses, in their order.
std::vector<std::string> urlsIn(const HttpAnswer& answer) {
  const Json body = Json::parse(answer.body);
  std::vector<std::string> urls;
  for (const Json& server : body.at("iceServers"))
    for (const Json& url : server.at("urls")) urls.push_back(url);
  return urls;
}

HttpAnswer direct(const SiteUnderTest& site, const std::string& meeting,
                  const std::map<std::string, std::string>& fields) {
  return site.get("/api/ice-servers?correlationId=" + meeting, fields);
}

TEST_CASE("a member gets relays for direct calls, with a credential, and STUN, ours too") {
  Lobby lobby(useRelay);
  const HttpAnswer answer = direct(lobby.site, lobby.meeting, {{"Cookie", lobby.kevin}, {"Origin", lobby.origin()}});
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("cache-control") == "no-store");
  CHECK(urlsIn(answer) == std::vector<std::string>{"turns:turn.example.org", "turn:turn.example.org",
                                                   "stun:stun.example.org", "stun:192.0.2.1:8787"});
  const Json body = Json::parse(answer.body);
  CHECK(body["ttl"] == 7200);
  const std::string username = body["iceServers"][0]["username"];
  CHECK(username.find("Kevin") == std::string::npos);
  CHECK_FALSE(body["iceServers"][0]["credential"].get<std::string>().empty());
  CHECK(answer.body.find("the relay's secret") == std::string::npos);
}

TEST_CASE("relays are for members: nobody else gets a credential") {
  Lobby lobby(useRelay);
  const std::string stranger = takeName(lobby.site.port(), "Stranger");
  const auto refused = [](const HttpAnswer& answer) {
    CHECK(answer.body.find("credential") == std::string::npos);
    return answer.status;
  };
  CHECK(refused(direct(lobby.site, lobby.meeting, {})) == 401);
  CHECK(refused(direct(lobby.site, lobby.meeting, {{"Cookie", stranger}})) == 404);
  CHECK(refused(direct(lobby.site, "", {{"Cookie", lobby.kevin}})) == 404);
  CHECK(refused(direct(lobby.site, std::string(37, 'a'), {{"Cookie", lobby.kevin}})) == 404);
  CHECK(refused(direct(lobby.site, "00000000-0000-4000-8000-000000000000", {{"Cookie", lobby.kevin}})) == 404);
  CHECK(refused(lobby.site.get("/api/ice-servers", {{"Cookie", lobby.kevin}})) == 404);
  CHECK(refused(direct(lobby.site, lobby.meeting,
                       {{"Cookie", lobby.kevin}, {"Origin", "https://elsewhere.example"}})) == 403);

  const auto ofMediaClient = [&](const std::map<std::string, std::string>& fields) {
    return lobby.site.get("/partytracks/generate-ice-servers", fields);
  };
  CHECK(refused(ofMediaClient({})) == 401);
  CHECK(refused(ofMediaClient({{"Cookie", lobby.kevin}, {"Origin", "https://elsewhere.example"}})) == 403);
  const HttpAnswer visitor = ofMediaClient({{"Cookie", stranger}});
  CHECK(refused(visitor) == 200);
  CHECK(visitor.body == R"({"iceServers":[]})");
}

TEST_CASE("who has left the room gets no more credentials") {
  Lobby lobby(useRelay);
  lobby.socket->send({{"type", "userLeft"}});
  lobby.socket->awaitClose();
  CHECK(direct(lobby.site, lobby.meeting, {{"Cookie", lobby.kevin}}).status == 404);
  CHECK(lobby.site.get("/partytracks/generate-ice-servers", {{"Cookie", lobby.kevin}}).body == R"({"iceServers":[]})");
}

TEST_CASE("connections with the SFU get relays alone, above all not our own STUN") {
  Lobby lobby(useRelay);
  const HttpAnswer member = lobby.site.get("/partytracks/generate-ice-servers", {{"Cookie", lobby.kevin}});
  CHECK(member.status == 200);
  CHECK(member.headers.at("cache-control") == "no-store");
  const std::vector<std::string> relays{"turns:turn.example.org", "turn:turn.example.org"};
  CHECK(urlsIn(member) == relays);

  const auto asProgram = [&lobby](const std::string& body) {
    return lobby.site.post("/v1/turn/keys/app-1/credentials/generate-ice-servers", body,
                           {{"Authorization", "Bearer a secret of the app"}});
  };
  const HttpAnswer program = asProgram(R"({"ttl":600})");
  CHECK(program.status == 201);
  CHECK(urlsIn(program) == relays);
  CHECK(asProgram("{}").status == 400);
  CHECK(asProgram(R"({"ttl":"long"})").status == 400);
}

TEST_CASE("without relays there is STUN for direct calls") {
  Lobby lobby;
  const HttpAnswer answer = direct(lobby.site, lobby.meeting, {{"Cookie", lobby.kevin}});
  CHECK(answer.body == R"({"iceServers":[{"urls":["stun:192.0.2.1:8787"]}],"ttl":86400})");
  CHECK(lobby.site.get("/partytracks/generate-ice-servers", {{"Cookie", lobby.kevin}}).body == R"({"iceServers":[]})");
}

}  // namespace
}  // namespace akbuzat::test
