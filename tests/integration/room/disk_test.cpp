// A disk that takes nothing more, and then takes again. The kernel's file size limit is a real full disk that needs no
// rights.

#include <csignal>

#include <sys/resource.h>

#include <catch2/catch.hpp>

#include "support/http_client.hpp"
#include "support/running_server.hpp"
#include "support/server_process.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat::test;
using nlohmann::json;

namespace {

void setFileSizeLimit(const ServerProcess& server, rlim_t bytes) {
  rlimit limit{};
  REQUIRE(prlimit(server.pid(), RLIMIT_FSIZE, nullptr, &limit) == 0);
  limit.rlim_cur = bytes;
  REQUIRE(prlimit(server.pid(), RLIMIT_FSIZE, &limit, nullptr) == 0);
}

}  // namespace

TEST_CASE("a full disk takes back the change, tells the sender, stops nobody, and heals") {
  const TemporaryFolder folder;
  ServerProcess server{folder.path(), {{"LOG_LEVEL", "error"}}};
  const auto enter = [&](const std::string& id, const std::string& cookie) {
    return WebSocketClient{server.port(), "/parties/rooms/room?_pk=" + id, {.headers = {{"Cookie", cookie}}}};
  };
  const std::string aigulsCookie = takeName(server.port(), "Aigul");
  auto aigul = enter("a", aigulsCookie);
  auto bulat = enter("b", takeName(server.port(), "Bulat"));
  aigul.send(userUpdate(true));
  bulat.send(userUpdate(true));
  const auto bothJoined = [](const json& state) {
    const json a = userIn(state, "a");
    const json b = userIn(state, "b");
    return !a.is_null() && a.at("joined") == true && !b.is_null() && b.at("joined") == true;
  };
  const json before = aigul.awaitState(bothJoined);
  bulat.awaitState(bothJoined);
  REQUIRE(request(server.port(), "GET", "/readyz").status == 200);

  setFileSizeLimit(server, 0);
  aigul.send(userUpdate(true, {{"raisedHand", true}}));
  CHECK(aigul.receive("error").at("code") == "not_saved");
  // Reads and what needs no disk go on.
  bulat.send({{"type", "e2eeMlsMessage"}, {"payload", "still here"}});
  CHECK(aigul.receive("e2eeMlsMessage").at("payload") == "still here");
  CHECK(request(server.port(), "GET", "/healthz").status == 200);
  CHECK(request(server.port(), "GET", "/readyz").status == 503);
  const json now = bulat.receive("roomState").at("state");
  CHECK(now == before);
  // Somebody new cannot come in, and is asked to try again.
  auto stranger = enter("c", takeName(server.port(), "Salavat"));
  CHECK(stranger.awaitClose().code == 1013);

  setFileSizeLimit(server, RLIM_INFINITY);
  aigul.send(userUpdate(true, {{"raisedHand", true}}));
  bulat.awaitState([](const json& state) { return userIn(state, "a").at("raisedHand") == true; });
  CHECK(request(server.port(), "GET", "/readyz").status == 200);
  server.kill();

  const ServerProcess again{folder.path()};
  WebSocketClient back{again.port(), "/parties/rooms/room?_pk=a", {.headers = {{"Cookie", aigulsCookie}}}};
  const json after = back.receive("roomState").at("state");
  CHECK(after.at("meetingId") == before.at("meetingId"));
  CHECK(userIn(after, "a").at("raisedHand") == true);
}
