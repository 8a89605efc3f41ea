// Every message of the protocol over real sockets, to the right people, in order.

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/room/room_directory.hpp"
#include "support/running_server.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// Three people: two have joined, one waits in the lobby.
struct Scene {
  RunningServer server;
  WebSocketClient aigul = server.enter("room", "a", "Aigul");
  WebSocketClient bulat = server.enter("room", "b", "Bulat");
  WebSocketClient lobby = server.enter("room", "z", "Visitor");

  Scene() {
    aigul.send(userUpdate(true));
    bulat.send(userUpdate(true));
    for (WebSocketClient* client : {&aigul, &bulat, &lobby}) {
      client->awaitState([](const json& state) {
        const json a = userIn(state, "a");
        const json b = userIn(state, "b");
        return !a.is_null() && a.at("joined") && !b.is_null() && b.at("joined") && !userIn(state, "z").is_null();
      });
    }
  }
};

}  // namespace

TEST_CASE("an update reaches everybody, the sender and the lobby included") {
  Scene scene;
  scene.aigul.send(userUpdate(true, {{"raisedHand", true}, {"tracks", {{"screenShareEnabled", true}}}}));
  for (WebSocketClient* client : {&scene.aigul, &scene.bulat, &scene.lobby}) {
    const json state = client->awaitState([](const json& now) { return userIn(now, "a").at("raisedHand") == true; });
    CHECK(userIn(state, "a").at("tracks").at("screenShareEnabled") == true);
  }
}

TEST_CASE("nobody is shown media in sessions that the member has not opened") {
  Scene scene;
  scene.aigul.send(userUpdate(
      true,
      {{"raisedHand", true}, {"transceiverSessionId", "s1"}, {"tracks", {{"audio", "s1/a"}, {"video", "s1/v"}}}}));
  const json state = scene.bulat.awaitState([](const json& now) { return userIn(now, "a").at("raisedHand") == true; });
  CHECK_FALSE(userIn(state, "a").contains("transceiverSessionId"));
  CHECK_FALSE(userIn(state, "a").at("tracks").contains("audio"));
  CHECK_FALSE(userIn(state, "a").at("tracks").contains("video"));
}

TEST_CASE("the path of the media follows who is in the call, for all at once") {
  RunningServer server;
  auto aigul = server.enter("room", "a", "Aigul");
  auto bulat = server.enter("room", "b", "Bulat");
  const auto path = [](const char* expected) {
    return [expected](const json& state) { return state.at("media").at("path") == expected; };
  };
  for (auto* client : {&aigul, &bulat}) {
    client->send({{"type", "mediaSupport"}, {"p2p", true}});
    client->send(userUpdate(true));
  }
  const json direct = bulat.awaitState([](const json& state) {
    return !userIn(state, "a").is_null() && userIn(state, "a").at("joined") && userIn(state, "b").at("joined");
  });
  CHECK(direct.at("media").at("path") == "p2p");

  SECTION("an old client") {
    auto old = server.enter("room", "c", "Salavat");
    old.send(userUpdate(true));
    for (auto* client : {&aigul, &bulat, &old}) client->awaitState(path("sfu"));
  }
  SECTION("a link that fails") {
    aigul.send({{"type", "p2pFailed"}, {"peer", "b"}});
    for (auto* client : {&aigul, &bulat}) client->awaitState(path("sfu"));
  }
  SECTION("a report from the lobby") {
    auto lobby = server.enter("room", "z", "Zulfia");
    lobby.send({{"type", "p2pFailed"}, {"peer", "b"}});
    CHECK(lobby.receive("error").at("code") == "not_joined");
  }
}

TEST_CASE("muting reaches the muted one alone, and everybody sees it") {
  Scene scene;
  scene.aigul.send({{"type", "muteUser"}, {"id", "b"}});
  CHECK(scene.bulat.receive("muteMic") == json{{"type", "muteMic"}});
  const json message = scene.lobby.receive();
  CHECK(message.at("type") == "roomState");
  CHECK(userIn(message.at("state"), "b").at("tracks").at("audioEnabled") == false);
  scene.lobby.send({{"type", "muteUser"}, {"id", "a"}});
  CHECK(scene.lobby.receive("error").at("code") == "not_joined");
}

TEST_CASE("key messages keep one order for all, and stay among those who joined") {
  Scene scene;
  auto fourth = scene.server.enter("room", "c", "Salavat");
  fourth.send(userUpdate(true));
  fourth.awaitState([](const json& state) { return userIn(state, "c").at("joined") == true; });
  for (int i = 0; i < 200; ++i) {
    scene.aigul.send({{"type", "e2eeMlsMessage"}, {"payload", "a" + std::to_string(i)}});
    scene.bulat.send({{"type", "e2eeMlsMessage"}, {"payload", "b" + std::to_string(i)}});
  }
  std::vector<std::string> fromAigul;
  for (int i = 0; i < 200; ++i) fromAigul.push_back(scene.bulat.receive("e2eeMlsMessage").at("payload"));
  std::vector<std::string> seen;
  for (int i = 0; i < 400; ++i) seen.push_back(fourth.receive("e2eeMlsMessage").at("payload"));
  // What Bulat saw is the same sequence without his own.
  seen.erase(std::remove_if(seen.begin(), seen.end(), [](const std::string& text) { return text[0] == 'b'; }),
             seen.end());
  CHECK(seen == fromAigul);
  CHECK(fromAigul.front() == "a0");
  CHECK(fromAigul.back() == "a199");
  scene.aigul.send(userUpdate(true, {{"raisedHand", true}}));
  CHECK(scene.lobby.receive().at("type") == "roomState");
}

TEST_CASE("a signal reaches its addressee alone, in order") {
  Scene scene;
  for (int i = 0; i < 50; ++i) {
    scene.aigul.send({{"type", "p2pSignal"}, {"to", "b"}, {"signal", std::to_string(i)}});
  }
  for (int i = 0; i < 50; ++i) {
    const json message = scene.bulat.receive("p2pSignal");
    REQUIRE(message == json{{"type", "p2pSignal"}, {"from", "a"}, {"signal", std::to_string(i)}});
  }
  scene.aigul.send({{"type", "p2pSignal"}, {"to", "z"}, {"signal", "x"}});
  CHECK(scene.aigul.receive("error").at("code") == "unknown_user");
  scene.lobby.send({{"type", "p2pSignal"}, {"to", "a"}, {"signal", "x"}});
  CHECK(scene.lobby.receive().at("code") == "not_joined");
}

TEST_CASE("a direct message carries the sender's name") {
  Scene scene;
  scene.aigul.send({{"type", "directMessage"}, {"to", "b"}, {"message", "Сәләм"}});
  CHECK(scene.bulat.receive() == json{{"type", "directMessage"}, {"from", "Aigul"}, {"message", "Сәләм"}});
}

TEST_CASE("the AI's messages get a clear answer, old clients' needless ones none") {
  Scene scene;
  scene.aigul.send({{"type", "relenquishAiControl"}});
  scene.aigul.send({{"type", "disableAi"}});
  scene.aigul.send(
      {{"type", "callsApiHistoryEntry"}, {"entry", {{"type", "request"}, {"body", std::string(50'000, 'x')}}}});
  scene.aigul.send({{"type", "enableAi"}, {"voice", "ash"}});
  const json answer = scene.aigul.receive();
  CHECK(answer.at("type") == "error");
  CHECK(answer.at("code") == "ai_unavailable");
}

TEST_CASE("nonsense gets a short answer and harms nobody") {
  Scene scene;
  for (const char* text : {"", "nonsense", "{}", "[[[[", R"({"type":"userUpdate","user":5})", R"({"type":"dance"})"}) {
    scene.aigul.sendText(text);
    const json answer = scene.aigul.receive();
    CHECK(answer.at("type") == "error");
    CHECK(answer.at("error").get<std::string>().size() < 200);
  }
  scene.aigul.sendBinary("\x01\x02");
  scene.aigul.send({{"type", "partyserver-ping"}});
  CHECK(scene.aigul.receive().at("type") == "partyserver-pong");
}

TEST_CASE("a message of 1 MiB passes, a larger one closes the sender's socket") {
  Scene scene;
  const json empty = {{"type", "e2eeMlsMessage"}, {"payload", ""}};
  const std::string payload(1024 * 1024 - empty.dump().size(), 'x');
  scene.aigul.send({{"type", "e2eeMlsMessage"}, {"payload", payload}});
  CHECK(scene.bulat.receive("e2eeMlsMessage").at("payload") == payload);
  scene.aigul.send({{"type", "e2eeMlsMessage"}, {"payload", payload + "x"}});
  CHECK(scene.aigul.awaitClose().code == 1009);
}

TEST_CASE("compressed and plain sockets in one room read the same") {
  RunningServer server;
  auto plain = server.enter("room", "a", "Aigul");
  auto deflated = server.enter("room", "b", "Bulat", {.deflate = true});
  plain.send(userUpdate(true));
  deflated.send(userUpdate(true));
  for (auto* client : {&plain, &deflated}) {
    client->awaitState([](const json& state) {
      return userIn(state, "a").at("joined") == true && !userIn(state, "b").is_null() &&
             userIn(state, "b").at("joined") == true;
    });
  }
  for (const std::size_t size : {10U, 1'000U, 100'000U}) {
    std::string payload;
    for (std::size_t i = 0; payload.size() < size; ++i) payload += "Шаг " + std::to_string(i) + ", ";
    plain.send({{"type", "e2eeMlsMessage"}, {"payload", payload}});
    CHECK(deflated.receive("e2eeMlsMessage").at("payload") == payload);
    deflated.send({{"type", "e2eeMlsMessage"}, {"payload", payload}});
    CHECK(plain.receive("e2eeMlsMessage").at("payload") == payload);
  }
}

TEST_CASE("who sends too much is told, then closed, and only that one") {
  RunningServer server{[](config::Config& config) { config.webSocket.messagesPerSecond = 5; }};
  auto flooder = server.enter("room", "a", "Aigul");
  auto other = server.enter("room", "b", "Bulat");
  try {
    for (int i = 0; i < 10'000; ++i) flooder.send({{"type", "heartbeat"}});
  } catch (const SocketClosed&) {
    // Closed while still sending.
  }
  std::string lastError;
  std::uint16_t code = 0;
  try {
    while (true) {
      const json message = flooder.receive();
      if (message.at("type") == "error") lastError = message.at("code");
    }
  } catch (const SocketClosed& closed) {
    code = closed.code;
  }
  CHECK(lastError == "rate_limited");
  CHECK(code == room::close_code::kTooManyMessages);
  other.send({{"type", "partyserver-ping"}});
  other.receive("partyserver-pong");
}
