// The server goes away in good order and comes back.

#include <csignal>

#include <catch2/catch.hpp>

#include "akbuzat/room/room_directory.hpp"
#include "support/running_server.hpp"
#include "support/server_process.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using namespace std::chrono_literals;
using nlohmann::json;

TEST_CASE("after a restart people find their meeting, names and records, and those who stay away leave") {
  RunningServer server{[](config::Config& config) { config.room.restartGrace = 5s; }};
  auto aigul = server.enter("room", "a", "Aigul");
  auto bulat = server.enter("room", "b", "Bulat");
  aigul.send(userUpdate(true, {{"raisedHand", true}, {"tracks", {{"videoEnabled", false}}}}));
  bulat.send(userUpdate(true));
  json before = aigul.awaitState([](const json& state) {
    return userIn(state, "a").at("joined") == true && !userIn(state, "b").is_null() &&
           userIn(state, "b").at("joined") == true;
  });
  server.stop();
  CHECK(aigul.awaitClose().code == room::close_code::kServiceRestart);
  CHECK(bulat.awaitClose().code == room::close_code::kServiceRestart);

  server.start();
  auto back = server.enter("room", "a", "Aigul");
  json after = back.receive("roomState").at("state");
  // The sessions are lost, and the pages are told.
  CHECK(after.at("media").at("generation") != before.at("media").at("generation"));
  for (json* state : {&before, &after}) state->at("media").erase("generation");
  CHECK(after == before);
  CHECK(back.receive("userLeftNotification").at("id") == "b");
}

TEST_CASE("SIGTERM closes sockets with 1012 and ends with 0") {
  const TemporaryFolder folder;
  ServerProcess server{folder.path()};
  const std::string cookie = takeName(server.port(), "Aigul");
  WebSocketClient client{server.port(), "/parties/rooms/room?_pk=a", {.headers = {{"Cookie", cookie}}}};
  client.receive("roomState");
  server.signal(SIGTERM);
  CHECK(client.awaitClose().code == room::close_code::kServiceRestart);
  CHECK(server.wait() == 0);
}
