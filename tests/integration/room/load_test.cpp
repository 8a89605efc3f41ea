// Slow and many members.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/running_server.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using nlohmann::json;

TEST_CASE("a client that does not read is closed, the others get everything in time") {
  RunningServer server{[](config::Config& config) {
    config.webSocket.messagesPerSecond = 0;
    config.webSocket.maxQueuedBytes = 256 * 1024;
  }};
  auto sender = server.enter("room", "a", "Aigul");
  auto fast = server.enter("room", "b", "Bulat");
  auto slow = server.enter("room", "c", "Salavat", {.receiveBuffer = 4096});
  sender.send(userUpdate(true));
  fast.send(userUpdate(true));
  slow.send(userUpdate(true));
  sender.awaitState([](const json& state) {
    return state.at("users").size() == 3 && userIn(state, "b").at("joined") == true &&
           userIn(state, "c").at("joined") == true;
  });

  // Far more than the slow one's socket buffers and queue can hold; the fast one reads each before the next.
  const std::string filler(32 * 1024, 'x');
  for (int i = 0; i < 400; ++i) {
    sender.send({{"type", "e2eeMlsMessage"}, {"payload", std::to_string(i) + filler}});
    CHECK(fast.receive("e2eeMlsMessage").at("payload") == std::to_string(i) + filler);
  }
  slow.awaitClose();
  fast.send({{"type", "partyserver-ping"}});
  fast.receive("partyserver-pong");
}

TEST_CASE("a hundred people come into one room at once, and all end with the same state") {
  RunningServer server;
  std::vector<WebSocketClient> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(server.enter("room", "id-" + std::to_string(i), "Person " + std::to_string(i % 5)));
  }
  for (WebSocketClient& client : clients) client.send(userUpdate(true));
  const auto everybody = [](const json& state) {
    if (state.at("users").size() != 100) return false;
    for (const json& user : state.at("users")) {
      if (user.at("joined") != true) return false;
    }
    return true;
  };
  const json expected = clients.front().awaitState(everybody);
  for (WebSocketClient& client : clients) {
    if (&client == &clients.front()) continue;
    CHECK(client.awaitState(everybody) == expected);
  }
}
