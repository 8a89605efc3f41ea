#include <chrono>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/realtime/ice_server.hpp"
#include "coturn.hpp"
#include "support/running_server.hpp"
#include "turn_client.hpp"

namespace akbuzat::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

TEST_CASE("a member gets a name on the relay that opens it, and so does a program") {
  const Coturn coturn("the relay's secret");
  RunningServer server([&coturn](config::Config& config) {
    config.ice.turnUrls = {coturn.url()};
    config.ice.turnSharedSecret = "the relay's secret";
    config.realtimeAppId = "app-1";
    config.realtimeAppSecret = "a secret of the app";
  });
  const std::string cookie = takeName(server.port(), "Kevin");
  WebSocketClient socket(server.port(), "/parties/rooms/r?_pk=kevin", {.headers = {{"Cookie", cookie}}});
  const std::string meeting = socket.receive("roomState")["state"]["meetingId"];

  const auto opens = [&coturn](const HttpAnswer& answer) {
    const Json relay = Json::parse(answer.body)["iceServers"][0];
    CHECK(relay["urls"] == Json{coturn.url()});
    const auto allocation = TurnClient(coturn.port()).allocate(relay["username"], relay["credential"]);
    CHECK(allocation.error == 0);
    REQUIRE(allocation.relayed);
    CHECK(allocation.relayed->address().is_loopback());
  };
  opens(request(server.port(), "GET", "/api/ice-servers?correlationId=" + meeting, {{"Cookie", cookie}}));
  opens(request(server.port(), "GET", "/partytracks/generate-ice-servers", {{"Cookie", cookie}}));
  opens(request(server.port(), "POST", "/v1/turn/keys/app-1/credentials/generate-ice-servers",
                {{"Authorization", "Bearer a secret of the app"}}, R"({"ttl":600})"));
}

TEST_CASE("the relay refuses a name whose time is over, and one that was made with another secret") {
  const Coturn coturn("secret");
  config::IceSettings settings;
  settings.turnUrls = {coturn.url()};
  settings.turnSharedSecret = "secret";
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto allocate = [&](std::chrono::sys_seconds end) {
    const auto relay = realtime::sharedSecretServers(settings, "kevin", end).at(0);
    return TurnClient(coturn.port()).allocate(relay.username, relay.credential);
  };
  CHECK(allocate(now + 60s).relayed);
  const auto late = allocate(now - 1s);
  CHECK_FALSE(late.relayed);
  CHECK(late.error == 401);
  settings.turnSharedSecret = "another secret";
  CHECK(allocate(now + 60s).error == 401);
}

}  // namespace
}  // namespace akbuzat::test
