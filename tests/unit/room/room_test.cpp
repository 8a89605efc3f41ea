#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/room/room_directory.hpp"
#include "akbuzat/websocket/frame.hpp"
#include "room/room.hpp"
#include "scene.hpp"

using namespace akbuzat;
using namespace akbuzat::room;
using namespace akbuzat::room::test;

TEST_CASE("the first to enter starts a meeting, and everybody sees everybody sorted by id") {
  Scene scene;
  const Effects first = scene.enter("b");
  CHECK(count<StartMeeting>(first) == 1);
  CHECK(count<PutUser>(first) == 1);
  CHECK(count<RaisePeak>(first) == 1);
  const auto firstState = state(first);
  REQUIRE(firstState);
  CHECK(firstState->at("users")[0] == json{{"id", "b"},
                                           {"name", "Name b"},
                                           {"raisedHand", false},
                                           {"speaking", false},
                                           {"joined", false},
                                           {"tracks",
                                            {{"audioEnabled", false},
                                             {"audioUnavailable", false},
                                             {"videoEnabled", false},
                                             {"screenShareEnabled", false}}}});

  const Effects second = scene.enter("a");
  CHECK(count<StartMeeting>(second) == 0);
  CHECK(userIds(second) == std::vector<std::string>{"a", "b"});
  CHECK(state(second)->at("meetingId") == firstState->at("meetingId"));
  CHECK(only(second, "roomState").audience == Audience::everyone);
}

TEST_CASE("the server decides id and name, whatever an update claims") {
  Scene scene;
  scene.enter("a");
  protocol::UserUpdate forged = Scene::update(true);
  forged.user.id = ConnectionId{"b"};
  forged.user.name = "Somebody else";
  const Effects effects = scene.send(1, forged);
  const auto after = state(effects);
  REQUIRE(after);
  CHECK(after->at("users").size() == 1);
  CHECK(after->at("users")[0].at("id") == "a");
  CHECK(after->at("users")[0].at("name") == "Name a");
  CHECK(after->at("users")[0].at("joined") == true);
}

TEST_CASE("a connection id belongs to the session that first used it") {
  Scene scene;
  scene.enter("a");
  const Effects stranger = scene.enter("a", "another owner");
  REQUIRE(stranger.closings.size() == 1);
  CHECK(stranger.closings[0].code == close_code::kIdInUse);
  CHECK(stranger.closings[0].socket == SocketId{2});
  CHECK(stranger.deliveries.empty());
  CHECK(stranger.changes.empty());
  CHECK(scene.room.isMember(SocketId{1}));
  CHECK_FALSE(scene.room.isMember(SocketId{2}));
}

TEST_CASE("the newer socket of one id wins, and the end of the older one harms nobody") {
  Scene scene;
  scene.enter("a");
  scene.join(1);
  const Effects again = scene.enter("a");
  REQUIRE(again.closings.size() == 1);
  CHECK(again.closings[0].socket == SocketId{1});
  CHECK(again.closings[0].code == close_code::kReplaced);
  CHECK(only(again, "roomState").audience == Audience::one);
  CHECK(only(again, "roomState").socket == SocketId{2});

  const Effects old = scene.room.disconnected(SocketId{1}, scene.now);
  CHECK(old.deliveries.empty());
  CHECK(scene.room.isJoined(SocketId{2}));
  CHECK(messages(scene.pass(20s, {2}), "userLeftNotification").empty());
}

TEST_CASE("a closed socket has the grace to come back, then the user has left, once") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(1);
  scene.join(2);
  scene.room.disconnected(SocketId{2}, scene.now);

  SECTION("back in time") {
    CHECK(messages(scene.pass(7s, {1}), "userLeftNotification").empty());
    const Effects back = scene.enter("b");
    CHECK(state(back)->at("users")[1].at("joined") == true);
    CHECK(messages(scene.pass(30s, {1, 3}), "userLeftNotification").empty());
  }
  SECTION("not back") {
    const Effects after = scene.pass(40s, {1});
    REQUIRE(messages(after, "userLeftNotification").size() == 1);
    CHECK(messages(after, "userLeftNotification")[0].at("id") == "b");
    CHECK(count<RemoveUser>(after) == 1);
    CHECK(userIds(after) == std::vector<std::string>{"a"});
  }
}

TEST_CASE("heartbeats that stay away end a visit even if the socket looks open") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(2);
  const Effects after = scene.pass(16s, {1});
  REQUIRE(after.closings.size() == 1);
  CHECK(after.closings[0].socket == SocketId{2});
  CHECK(messages(after, "userLeftNotification").size() == 1);
  CHECK(messages(scene.pass(60s, {1}), "userLeftNotification").empty());
}

TEST_CASE("who never joined leaves without a notification") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  SECTION("by saying so") {
    const Effects left = scene.send(2, protocol::UserLeft{});
    CHECK(messages(left, "userLeftNotification").empty());
    CHECK(userIds(left) == std::vector<std::string>{"a"});
  }
  SECTION("by closing") {
    scene.room.disconnected(SocketId{2}, scene.now);
    CHECK(messages(scene.pass(20s, {1}), "userLeftNotification").empty());
  }
  SECTION("but who went back to the lobby has been in the call") {
    scene.join(2);
    scene.send(2, Scene::update(false));
    CHECK(messages(scene.send(2, protocol::UserLeft{}), "userLeftNotification").size() == 1);
  }
}

TEST_CASE("userLeft closes the socket, and nothing that comes after it makes a ghost") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(2);
  const Effects left = scene.send(2, protocol::UserLeft{});
  REQUIRE(left.closings.size() == 1);
  CHECK(left.closings[0].code == websocket::close_code::kNormal);
  CHECK(left.closings[0].reason == "User left");
  // The notification comes before the state that lacks the user.
  REQUIRE(left.deliveries.size() == 2);
  CHECK(json::parse(left.deliveries[0].text).at("type") == "userLeftNotification");

  const Effects late = scene.join(2);
  CHECK(late.changes.empty());
  CHECK(late.deliveries.empty());
  CHECK(scene.room.disconnected(SocketId{2}, scene.now).changes.empty());
}

TEST_CASE("the meeting id stays while anybody is there and for a while after") {
  Scene scene;
  const auto id = state(scene.enter("a"))->at("meetingId");
  scene.enter("b");
  CHECK(state(scene.send(1, protocol::UserLeft{}))->at("meetingId") == id);
  scene.send(2, protocol::UserLeft{});
  CHECK(count<EndMeeting>(scene.pass(10s)) == 0);

  SECTION("a return in time goes on with it") {
    const Effects back = scene.enter("a");
    CHECK(state(back)->at("meetingId") == id);
    CHECK(count<StartMeeting>(back) == 0);
    CHECK(count<EndMeeting>(scene.pass(60s, {3})) == 0);
  }
  SECTION("a later one starts another") {
    CHECK(count<EndMeeting>(scene.pass(10s)) == 1);
    CHECK(scene.room.finished());
    const Effects back = scene.enter("a");
    CHECK(count<StartMeeting>(back) == 1);
    CHECK(state(back)->at("meetingId") != id);
  }
}

TEST_CASE("ephemeral changes share a state, and none is lost") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(1);
  scene.pass(1s, {1, 2});

  protocol::UserUpdate speaking = Scene::update(true);
  std::size_t states = 0;
  for (int i = 0; i < 100; ++i) {
    speaking.user.speaking = i % 2 == 0;
    const Effects effects = scene.send(1, speaking);
    CHECK(effects.changes.empty());
    states += messages(effects, "roomState").size();
    states += messages(scene.tickAfter(2ms), "roomState").size();
  }
  CHECK(states >= 2);
  CHECK(states <= 5);
  speaking.user.speaking = true;
  scene.send(1, speaking);
  REQUIRE(scene.room.deadline() <= scene.now + 50ms);
  const auto last = state(scene.tickAfter(50ms));
  REQUIRE(last);
  CHECK(last->at("users")[0].at("speaking") == true);
}

TEST_CASE("an update that changes nothing costs nothing") {
  Scene scene;
  scene.enter("a");
  scene.join(1);
  const Effects same = scene.join(1);
  CHECK(same.changes.empty());
  CHECK(same.deliveries.empty());
}

TEST_CASE("a state comes at least every 15 s") {
  Scene scene;
  scene.enter("a");
  CHECK(messages(scene.pass(61s, {1}), "roomState").size() == 4);
}

TEST_CASE("muting reaches the muted one only, and only joined people may do it") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  CHECK(only(scene.send(1, protocol::MuteUser{ConnectionId{"b"}}), "error").audience == Audience::one);
  scene.join(1);
  CHECK(json::parse(only(scene.send(1, protocol::MuteUser{ConnectionId{"b"}}), "error").text).at("code") ==
        "unknown_user");
  scene.join(2);
  const Effects muted = scene.send(1, protocol::MuteUser{ConnectionId{"b"}});
  CHECK(only(muted, "muteMic").socket == SocketId{2});
  CHECK(state(muted)->at("users")[1].at("tracks").at("audioEnabled") == false);
  CHECK(count<PutUser>(muted) == 1);
}

TEST_CASE("muting the muted again costs nobody anything") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(1);
  scene.join(2);
  scene.send(1, protocol::MuteUser{ConnectionId{"b"}});
  const Effects again = scene.send(1, protocol::MuteUser{ConnectionId{"b"}});
  CHECK(again.deliveries.empty());
  CHECK(again.changes.empty());
}

TEST_CASE("who is muted while away finds out on coming back") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(1);
  scene.join(2);
  scene.room.disconnected(SocketId{2}, scene.now);
  scene.send(1, protocol::MuteUser{ConnectionId{"b"}});
  CHECK(only(scene.enter("b"), "muteMic").socket == SocketId{3});
}

TEST_CASE("a room holds so many and no more, and those inside may come back") {
  config::RoomRules rules;
  rules.maxMembers = 2;
  Scene scene{config::MediaPathRule::automatic, rules};
  scene.enter("a");
  scene.enter("b");
  const Effects third = scene.enter("c");
  REQUIRE(third.closings.size() == 1);
  CHECK(third.closings[0].code == close_code::kRoomFull);
  CHECK(third.changes.empty());
  scene.room.disconnected(SocketId{2}, scene.now);
  CHECK(scene.enter("b").closings.empty());
  scene.send(1, protocol::UserLeft{});
  CHECK(scene.enter("c").closings.empty());
}

TEST_CASE("the connection id of somebody who lost the network stays theirs for the meeting") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(2);
  scene.room.disconnected(SocketId{2}, scene.now);
  scene.pass(20s, {1});
  CHECK(scene.enter("b", "a thief").closings.at(0).code == close_code::kIdInUse);
  CHECK(scene.enter("b").closings.empty());
}

TEST_CASE("key messages go from joined to joined") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  CHECK(json::parse(only(scene.send(1, protocol::E2eeMlsMessage{"x"}), "error").text).at("code") == "not_joined");
  scene.join(1);
  const Effects relayed = scene.send(1, protocol::E2eeMlsMessage{"x"});
  CHECK(only(relayed, "e2eeMlsMessage").audience == Audience::joinedBut);
  CHECK(only(relayed, "e2eeMlsMessage").socket == SocketId{1});
  CHECK(scene.room.isJoined(SocketId{1}));
  CHECK_FALSE(scene.room.isJoined(SocketId{2}));
}

TEST_CASE("signals go to their addressee, wait for one who reconnects, and are bounded") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  const auto signal = [](std::string text) { return protocol::P2pSignal{ConnectionId{"b"}, std::move(text)}; };
  CHECK(json::parse(only(scene.send(1, signal("s")), "error").text).at("code") == "not_joined");
  scene.join(1);
  CHECK(json::parse(only(scene.send(1, signal("s")), "error").text).at("code") == "unknown_user");
  scene.join(2);

  const Delivery direct = only(scene.send(1, signal("s")), "p2pSignal");
  CHECK(direct.socket == SocketId{2});
  CHECK(json::parse(direct.text) == json{{"type", "p2pSignal"}, {"from", "a"}, {"signal", "s"}});

  SECTION("kept in order while the addressee is away") {
    scene.room.disconnected(SocketId{2}, scene.now);
    for (const char* text : {"1", "2", "3"}) CHECK(scene.send(1, signal(text)).deliveries.empty());
    std::vector<std::string> received;
    for (const json& message : messages(scene.enter("b"), "p2pSignal")) received.push_back(message.at("signal"));
    CHECK(received == std::vector<std::string>{"1", "2", "3"});
  }
  SECTION("kept, but not without end") {
    scene.room.disconnected(SocketId{2}, scene.now);
    for (int i = 0; i < 100; ++i) scene.send(1, signal(std::string(10'000, 's')));
    const auto received = messages(scene.enter("b"), "p2pSignal");
    CHECK(received.size() > 10);
    CHECK(received.size() < 30);
  }
  SECTION("refused when they come too fast") {
    std::size_t refused = 0;
    for (int i = 0; i < 1000; ++i) refused += messages(scene.send(1, signal("s")), "error").size();
    CHECK(refused > 400);
    CHECK(refused < 600);
  }
}

TEST_CASE("direct messages and pings get their answers, and a log none") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.join(1);
  const Delivery direct = only(scene.send(1, protocol::DirectMessage{ConnectionId{"b"}, "hi"}), "directMessage");
  CHECK(direct.socket == SocketId{2});
  CHECK(json::parse(direct.text).at("from") == "Name a");
  CHECK(messages(scene.send(1, protocol::DirectMessage{ConnectionId{"x"}, "hi"}), "error").size() == 1);
  CHECK(messages(scene.send(1, protocol::Ping{}), "partyserver-pong").size() == 1);
  CHECK(scene.send(1, protocol::CallsApiHistoryEntry{}).deliveries.empty());
}

TEST_CASE("a restored room gives everybody time to come back under the same meeting") {
  Scene scene;
  StoredUser kept{
      .user = {.id = ConnectionId{"a"}, .name = "Name a", .transceiverSessionId = {}, .joined = true, .tracks = {}},
      .owner = "owner-a",
      .everJoined = true};
  kept.user.tracks.videoEnabled = true;
  StoredUser other = kept;
  other.user.id = ConnectionId{"b"};
  other.owner = "owner-b";
  scene.room.restore({"room", "meeting", {kept, other}}, scene.now);

  CHECK(scene.pass(20s).changes.empty());
  const Effects back = scene.enter("a");
  CHECK(back.changes.empty());
  CHECK(state(back)->at("meetingId") == "meeting");
  CHECK(state(back)->at("users")[0].at("tracks").at("videoEnabled") == true);
  const Effects later = scene.pass(20s, {1});
  REQUIRE(messages(later, "userLeftNotification").size() == 1);
  CHECK(messages(later, "userLeftNotification")[0].at("id") == "b");
}

TEST_CASE("what the disk refused is taken back") {
  Scene scene;
  scene.enter("a");
  scene.join(1);
  const StoredUser kept{
      .user = {.id = ConnectionId{"a"}, .name = "Name a", .transceiverSessionId = {}, .joined = true, .tracks = {}},
      .owner = "owner-a",
      .everJoined = true};
  const StoredRoom stored{"room", "meeting", {kept}};

  SECTION("a changed record") {
    protocol::UserUpdate raised = Scene::update(true);
    raised.user.raisedHand = true;
    scene.send(1, raised);
    const Effects back = scene.room.rollBack(stored, scene.now);
    CHECK(state(back)->at("users")[0].at("raisedHand") == false);
    CHECK(scene.room.isJoined(SocketId{1}));
  }
  SECTION("an entrance") {
    scene.enter("b");
    const Effects back = scene.room.rollBack(stored, scene.now);
    CHECK(userIds(back) == std::vector<std::string>{"a"});
    CHECK_FALSE(scene.room.isMember(SocketId{2}));
  }
  SECTION("a departure, which is tried again") {
    scene.send(1, protocol::UserLeft{});
    scene.room.rollBack(stored, scene.now);
    CHECK_FALSE(scene.room.isMember(SocketId{1}));
    CHECK(count<RemoveUser>(scene.pass(2s)) == 1);
  }
  SECTION("a meeting that could not start") {
    scene.room.rollBack(std::nullopt, scene.now);
    CHECK(scene.room.finished());
  }
}
