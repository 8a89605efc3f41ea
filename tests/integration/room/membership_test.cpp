// Who is in a room, as its members see it over real sockets.

#include <thread>

#include <sqlite3.h>
#include <catch2/catch.hpp>

#include "akbuzat/room/room_directory.hpp"
#include "support/running_server.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

bool has(const json& state, const std::string& id) { return !userIn(state, id).is_null(); }

bool joined(const json& state, const std::string& id) { return has(state, id) && userIn(state, id).at("joined"); }

std::int64_t countOnDisk(const std::filesystem::path& folder, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2((folder / "akbuzat.db").c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
  sqlite3_busy_timeout(database, 10'000);
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
  const std::int64_t count = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return count;
}

}  // namespace

TEST_CASE("a visitor gets a state with the meeting and the own record") {
  RunningServer server;
  auto client = server.enter("room", "id-1", "Айгуль");
  const json state = client.receive("roomState").at("state");
  CHECK(state.at("meetingId").get<std::string>().size() == 36);
  CHECK(state.at("ai") == json{{"enabled", false}});
  CHECK(userIn(state, "id-1").at("name") == "Айгуль");
  CHECK(userIn(state, "id-1").at("joined") == false);
}

TEST_CASE("people in one room see each other, people in another do not") {
  RunningServer server;
  auto aigul = server.enter("one", "a", "Aigul");
  auto bulat = server.enter("one", "b", "Bulat");
  auto elsewhere = server.enter("two", "c", "Salavat");
  aigul.awaitState([](const json& state) { return has(state, "b"); });
  bulat.send(userUpdate(true));
  const json state = aigul.awaitState([](const json& now) { return joined(now, "b"); });
  CHECK(state.at("users").size() == 2);
  CHECK(elsewhere.receive("roomState").at("state").at("users").size() == 1);
}

TEST_CASE("nobody can speak in another's name") {
  RunningServer server;
  auto aigul = server.enter("room", "a", "Aigul");
  auto bulat = server.enter("room", "b", "Bulat");
  bulat.send(userUpdate(true, {{"id", "a"}, {"name", "Aigul"}}));
  const json state = aigul.awaitState([](const json& now) { return joined(now, "b"); });
  CHECK(userIn(state, "b").at("name") == "Bulat");
  CHECK_FALSE(joined(state, "a"));
}

TEST_CASE("another browser session cannot take over a connection id") {
  RunningServer server;
  auto aigul = server.enter("room", "a", "Aigul");
  aigul.send(userUpdate(true));
  auto thief = server.enter("room", "a", "Thief");
  CHECK(thief.awaitClose().code == room::close_code::kIdInUse);
  // The owner is still there, and still heard.
  aigul.send(userUpdate(true, {{"raisedHand", true}}));
  aigul.awaitState([](const json& state) { return userIn(state, "a").at("raisedHand") == true; });
}

TEST_CASE("the same name in another browser is another person") {
  RunningServer server;
  auto first = server.enter("room", "a", "Aigul");
  const std::string cookie = takeName(server.port(), "Aigul");
  WebSocketClient second{server.port(), "/parties/rooms/room?_pk=a", {.headers = {{"Cookie", cookie}}}};
  CHECK(second.awaitClose().code == room::close_code::kIdInUse);
}

TEST_CASE("the newer socket of one id wins, and hears everything") {
  RunningServer server;
  auto old = server.enter("room", "a", "Aigul");
  old.receive("roomState");
  auto fresh = server.enter("room", "a", "Aigul");
  CHECK(old.awaitClose().code == room::close_code::kReplaced);
  auto bulat = server.enter("room", "b", "Bulat");
  fresh.awaitState([](const json& state) { return has(state, "b"); });
  bulat.send(userUpdate(true));
  fresh.awaitState([](const json& state) { return joined(state, "b"); });
}

TEST_CASE("userLeft is told before the state that lacks the user, and closes the socket") {
  RunningServer server;
  auto aigul = server.enter("room", "a", "Aigul");
  auto bulat = server.enter("room", "b", "Bulat");
  bulat.send(userUpdate(true));
  aigul.awaitState([](const json& state) { return joined(state, "b"); });
  bulat.send({{"type", "userLeft"}});
  const SocketClosed closed = bulat.awaitClose();
  CHECK(closed.code == 1000);
  CHECK(closed.reason == "User left");
  CHECK(aigul.receive() == json{{"type", "userLeftNotification"}, {"id", "b"}});
  CHECK_FALSE(has(aigul.receive("roomState").at("state"), "b"));
}

TEST_CASE("a vanished member is gone after the grace, and told of once") {
  RunningServer server{[](config::Config& config) { config.room.grace = 100ms; }};
  auto aigul = server.enter("room", "a", "Aigul");
  auto bulat = server.enter("room", "b", "Bulat");
  bulat.send(userUpdate(true));
  aigul.awaitState([](const json& state) { return joined(state, "b"); });
  bulat.abort();
  CHECK(aigul.receive() == json{{"type", "userLeftNotification"}, {"id", "b"}});
  CHECK_FALSE(has(aigul.receive("roomState").at("state"), "b"));
}

TEST_CASE("a member who comes back within the grace never left") {
  RunningServer server;
  auto aigul = server.enter("room", "a", "Aigul");
  auto bulat = server.enter("room", "b", "Bulat");
  bulat.send(userUpdate(true));
  aigul.awaitState([](const json& state) { return joined(state, "b"); });
  bulat.abort();
  auto back = server.enter("room", "b", "Bulat");
  CHECK(joined(back.receive("roomState").at("state"), "b"));
  back.send({{"type", "muteUser"}, {"id", "a"}});  // refused: a has not joined
  CHECK(back.receive("error").at("code") == "unknown_user");
  back.send(userUpdate(true, {{"raisedHand", true}}));
  // Nothing but states reached the others.
  while (true) {
    const json message = aigul.receive();
    REQUIRE(message.at("type") == "roomState");
    if (userIn(message.at("state"), "b").at("raisedHand") == true) break;
  }
}

TEST_CASE("silence ends a visit though the socket is open; a heartbeat does not let it end") {
  RunningServer server{[](config::Config& config) {
    config.room.heartbeatTimeout = 3s;
    config.webSocket.pingInterval = 1h;
    config.webSocket.messagesPerSecond = 0;
  }};
  auto alive = server.enter("room", "a", "Aigul");
  auto silent = server.enter("room", "b", "Bulat");
  silent.send(userUpdate(true));
  alive.awaitState([](const json& state) { return joined(state, "b"); });
  // The silent one reads, so its socket is fine; only its page says nothing.
  bool told = false;
  while (!told) {
    alive.send({{"type", "heartbeat"}});
    alive.send({{"type", "partyserver-ping"}});
    const json message = alive.receive();
    told = message.at("type") == "userLeftNotification" && message.at("id") == "b";
  }
  CHECK(silent.awaitClose().code == 1011);
}

TEST_CASE("an answered ping is a sign of life: browsers slow down the timers of hidden pages") {
  RunningServer server{[](config::Config& config) {
    config.room.heartbeatTimeout = 1500ms;
    config.webSocket.pingInterval = 100ms;
    config.room.grace = 100ms;
  }};
  auto hidden = server.enter("room", "a", "Aigul");
  hidden.send(userUpdate(true));
  // Three others come and vanish one after the other, each dying of its silence: longer than the time limit in all.
  for (int i = 0; i < 3; ++i) {
    const std::string id = "other-" + std::to_string(i);
    auto other = server.enter("room", id, "Bulat");
    other.send(userUpdate(true));
    hidden.awaitState([&](const json& state) { return joined(state, id); });
    while (hidden.receive("userLeftNotification").at("id") != id) {
    }
  }
  hidden.send(userUpdate(true, {{"raisedHand", true}}));
  hidden.awaitState([](const json& state) { return userIn(state, "a").at("raisedHand") == true; });
}

TEST_CASE("the meeting goes on while anybody is there, and a short while after") {
  RunningServer server{[](config::Config& config) { config.room.emptyMeeting = 200ms; }};
  auto first = server.enter("room", "a", "Aigul");
  const json id = first.receive("roomState").at("state").at("meetingId");
  auto second = server.enter("room", "b", "Bulat");
  CHECK(second.receive("roomState").at("state").at("meetingId") == id);
  first.send({{"type", "userLeft"}});
  first.awaitClose();
  auto third = server.enter("room", "c", "Salavat");
  CHECK(third.receive("roomState").at("state").at("meetingId") == id);

  for (auto* client : {&second, &third}) {
    client->send({{"type", "userLeft"}});
    client->awaitClose();
  }
  // Its end cannot be awaited from outside but on disk, where it frees the name.
  while (countOnDisk(server.folder().path(), "SELECT count(*) FROM Rooms") != 0) std::this_thread::yield();
  auto later = server.enter("room", "d", "Zilya");
  CHECK(later.receive("roomState").at("state").at("meetingId") != id);
}
