// kill -9 at any moment takes nothing back that anybody had been told of.

#include <algorithm>
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

/// What people were told of each other. An update's number is in the video track, so that "not older" can be seen.
struct Told {
  std::optional<std::string> meetingId;
  std::map<std::string, int> updates;

  void hear(const json& state) {
    if (meetingId) REQUIRE(state.at("meetingId") == *meetingId);
    meetingId = state.at("meetingId").get<std::string>();
    for (const json& user : state.at("users")) {
      if (user.at("id").get<std::string>().starts_with("guest")) continue;
      int& known = updates[user.at("id")];
      known = std::max(known, updateOf(user));
    }
  }

  static int updateOf(const json& user) {
    const std::string track = user.at("tracks").value("video", "s/0");
    return std::stoi(track.substr(2));
  }
};

}  // namespace

TEST_CASE("kill -9 in a loop loses nothing that was told") {
  const TemporaryFolder folder;
  std::mt19937 random{20'26};
  std::vector<std::string> cookies;
  Told told;
  int number = 0;
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
        REQUIRE(Told::updateOf(user) >= update);
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
    const int deadline = static_cast<int>(random() % 40) + 1;
    for (int step = 0; step < deadline; ++step) {
      for (WebSocketClient& person : people) {
        const std::string track = "s/" + std::to_string(++number);
        person.send(userUpdate(true, {{"transceiverSessionId", "s"}, {"tracks", {{"video", track}}}}));
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
  CHECK(number > kRounds);
  CHECK(departuresChecked > kRounds / 4);
}
