// kill -9 at any moment takes nothing back that anybody had been told of.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "support/http_client.hpp"
#include "support/running_server.hpp"
#include "support/server_process.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat::test;
using nlohmann::json;

namespace {

constexpr int kRounds = 60;
constexpr int kPeople = 3;
/// Nobody's last update is further ahead of what is known than half of the numbers.
constexpr int kMaxSteps = 40;

/// An update's number, so that "not older" can be seen: in the members of a record that may be absent, true or false,
/// three to the power of four of them, and so modulo 81.
constexpr int kNumbers = 81;
constexpr std::array kDigits{"audioEnabled", "audioUnavailable", "videoEnabled", "screenShareEnabled"};

json tracksOf(int number) {
  json tracks = json::object();
  for (const char* digit : kDigits) {
    // A null takes the member out of the update.
    tracks[digit] = number % 3 == 2 ? json{} : json(number % 3 == 1);
    number /= 3;
  }
  return tracks;
}

/// The number that is closest to one known before.
int numberOf(const json& user, int known) {
  int number = 0;
  int weight = 1;
  for (const char* digit : kDigits) {
    const json& tracks = user.at("tracks");
    number += weight * (tracks.contains(digit) ? tracks.at(digit).get<int>() : 2);
    weight *= 3;
  }
  const int ahead = ((number - known) % kNumbers + kNumbers) % kNumbers;
  return known + (ahead <= kNumbers / 2 ? ahead : ahead - kNumbers);
}

/// What people were told of each other.
struct Told {
  std::optional<std::string> meetingId;
  std::map<std::string, int> updates;

  void hear(const json& state) {
    if (meetingId) REQUIRE(state.at("meetingId") == *meetingId);
    meetingId = state.at("meetingId").get<std::string>();
    for (const json& user : state.at("users")) {
      if (user.at("id").get<std::string>().starts_with("guest")) continue;
      int& known = updates[user.at("id")];
      known = std::max(known, numberOf(user, known));
    }
  }
};

}  // namespace

TEST_CASE("kill -9 in a loop loses nothing that was told") {
  const TemporaryFolder folder;
  std::mt19937 random{20'26};
  std::vector<std::string> cookies;
  Told told;
  int sent = 0;
  int guests = 0;
  int departuresChecked = 0;

  for (int round = 0; round < kRounds; ++round) {
    INFO("round " << round);
    // The secret is kept in the data directory, so cookies stay good.
    ServerProcess server{folder.path(), {{"WEBSOCKET_MESSAGES_PER_SECOND", "0"}}};
    while (cookies.size() < kPeople + 1) cookies.push_back(takeName(server.port(), "Person"));
    const auto enter = [&](const std::string& id, const std::string& cookie) {
      return WebSocketClient{server.port(), "/parties/rooms/room?_pk=" + id, {.headers = {{"Cookie", cookie}}}};
    };

    std::vector<WebSocketClient> people;
    for (int i = 0; i < kPeople; ++i) {
      people.push_back(enter("p" + std::to_string(i), cookies[static_cast<std::size_t>(i)]));
      const json state = people.back().receive("roomState").at("state");
      if (told.meetingId) REQUIRE(state.at("meetingId") == *told.meetingId);
      for (const auto& [id, update] : told.updates) {
        const json user = userIn(state, id);
        REQUIRE_FALSE(user.is_null());
        REQUIRE(numberOf(user, update) >= update);
        if (update > 0) REQUIRE(user.at("joined") == true);
        REQUIRE(user.at("name") == "Person");
      }
      told.hear(state);
    }

    // One guest a round leaves; once told, it must stay gone.
    const std::string guest = "guest" + std::to_string(guests++);
    auto visitor = enter(guest, cookies.back());
    visitor.send(userUpdate(true));
    visitor.send({{"type", "userLeft"}});
    bool guestLeft = false;

    // Everybody sends as fast as possible; the kill comes somewhere in the middle.
    const int deadline = static_cast<int>(random() % kMaxSteps) + 1;
    std::map<std::string, int> first = told.updates;
    for (int step = 1; step <= deadline; ++step) {
      for (std::size_t i = 0; i < people.size(); ++i) {
        people[i].send(userUpdate(true, {{"tracks", tracksOf(first["p" + std::to_string(i)] + step)}}));
        ++sent;
      }
      const json message = people[random() % kPeople].receive();
      if (message.at("type") == "roomState") {
        told.hear(message.at("state"));
      } else if (message.at("type") == "userLeftNotification") {
        guestLeft = guestLeft || message.at("id") == guest;
      }
    }
    server.kill();
    // What was on its way to them when the server died, they were told as well.
    for (WebSocketClient& person : people) {
      try {
        while (true) {
          const json message = person.receive();
          if (message.at("type") == "roomState") told.hear(message.at("state"));
          if (message.at("type") == "userLeftNotification") guestLeft = guestLeft || message.at("id") == guest;
        }
      } catch (const SocketClosed&) {
        continue;
      }
    }

    if (!guestLeft) continue;
    const ServerProcess check{folder.path()};
    WebSocketClient witness{check.port(), "/parties/rooms/room?_pk=p0", {.headers = {{"Cookie", cookies[0]}}}};
    REQUIRE(userIn(witness.receive("roomState").at("state"), guest).is_null());
    ++departuresChecked;
  }
  CHECK(sent > kRounds);
  CHECK(departuresChecked > kRounds / 4);
}

TEST_CASE("after kill -9 a direct call is one still, before anybody has said again that it may be") {
  const TemporaryFolder folder;
  std::vector<std::string> cookies;
  const auto enter = [&](const ServerProcess& server, std::size_t i) {
    return WebSocketClient{
        server.port(), "/parties/rooms/room?_pk=p" + std::to_string(i), {.headers = {{"Cookie", cookies[i]}}}};
  };
  const auto bothJoined = [](const json& state) {
    const json first = userIn(state, "p0");
    const json second = userIn(state, "p1");
    return !first.is_null() && first.at("joined") && !second.is_null() && second.at("joined");
  };
  const bool supported = GENERATE(true, false);
  {
    ServerProcess server{folder.path()};
    for (int i = 0; i < 2; ++i) cookies.push_back(takeName(server.port(), "Person"));
    auto first = enter(server, 0);
    auto second = enter(server, 1);
    first.send({{"type", "mediaSupport"}, {"p2p", true}});
    first.send(userUpdate(true));
    // Said in the lobby, saved with the joining; taken back in the call, saved at once.
    second.send({{"type", "mediaSupport"}, {"p2p", true}});
    second.send(userUpdate(true));
    CHECK(first.awaitState(bothJoined).at("media").at("path") == "p2p");
    if (!supported) {
      second.send({{"type", "mediaSupport"}, {"p2p", false}});
      first.awaitState([](const json& state) { return state.at("media").at("path") == "sfu"; });
    }
    server.kill();
  }
  const ServerProcess server{folder.path()};
  auto back = enter(server, 1);
  const json state = back.receive("roomState").at("state");
  CHECK(bothJoined(state));
  CHECK(state.at("media").at("path") == (supported ? "p2p" : "sfu"));
}
