// What the room decides about media, and which claims about it it believes.

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/room/room_directory.hpp"
#include "room/room.hpp"
#include "scene.hpp"

using namespace akbuzat;
using namespace akbuzat::room;
using namespace akbuzat::room::test;
using config::MediaPathRule;
using protocol::MediaSupport;
using protocol::P2pFailed;

namespace {

std::string pathIn(const Effects& effects) {
  const auto current = state(effects);
  return current ? current->at("media").at("path").get<std::string>() : "no state";
}

std::string errorIn(const Effects& effects) { return json::parse(only(effects, "error").text).at("code"); }

/// Enters, says what a page of today can do, and joins. The socket's number is that of the order of entering.
Effects joinNow(Scene& scene, const std::string& id) {
  scene.enter(id);
  scene.send(scene.lastSocket, MediaSupport{true});
  return scene.join(scene.lastSocket);
}

protocol::UserUpdate publishing(const std::string& session, const std::string& trackSession) {
  protocol::UserUpdate update = Scene::update(true);
  update.user.transceiverSessionId = session;
  update.user.tracks.audio = trackSession + "/a";
  update.user.tracks.video = trackSession + "/v";
  update.user.tracks.screenshare = trackSession + "/s";
  return update;
}

StoredUser stored(const std::string& id, bool supportsP2p) {
  StoredUser user{
      .user = {.id = ConnectionId{id}, .name = "Name " + id, .transceiverSessionId = {}, .joined = true, .tracks = {}},
      .owner = "owner-" + id,
      .everJoined = true,
      .supportsP2p = supportsP2p};
  return user;
}

}  // namespace

TEST_CASE("two, three, two: all hear of the path with the state that changes it, and of the way back in time") {
  Scene scene;
  CHECK(pathIn(joinNow(scene, "a")) == "p2p");
  CHECK(pathIn(joinNow(scene, "b")) == "p2p");
  const Effects third = joinNow(scene, "c");
  CHECK(pathIn(third) == "sfu");
  CHECK(only(third, "roomState").audience == Audience::everyone);

  const Effects left = scene.send(3, protocol::UserLeft{});
  CHECK(pathIn(left) == "sfu");
  REQUIRE(scene.room.deadline() <= scene.now + 5s);
  CHECK(messages(scene.pass(4s, {1, 2}), "roomState").empty());
  const Effects settled = scene.pass(1s, {1, 2});
  CHECK(pathIn(settled) == "p2p");
  CHECK(settled.changes.empty());
}

TEST_CASE("somebody in the lobby moves nobody, going back there does") {
  Scene scene;
  joinNow(scene, "a");
  joinNow(scene, "b");
  CHECK(pathIn(scene.enter("c")) == "p2p");
  CHECK(pathIn(scene.join(3)) == "sfu");
  scene.send(3, Scene::update(false));
  CHECK(pathIn(scene.pass(6s, {1, 2, 3})) == "p2p");
}

TEST_CASE("a page loaded again within the settle time moves nobody") {
  Scene scene;
  for (const char* id : {"a", "b", "c"}) joinNow(scene, id);
  scene.send(3, protocol::UserLeft{});
  CHECK(messages(scene.pass(3s, {1, 2}), "roomState").empty());
  CHECK(pathIn(joinNow(scene, "c")) == "sfu");
  for (const json& later : messages(scene.pass(20s, {1, 2, 4}), "roomState")) {
    CHECK(later.at("state").at("media").at("path") == "sfu");
  }
}

TEST_CASE("a client that never says what it can do knows the SFU only") {
  Scene scene;
  joinNow(scene, "a");
  scene.enter("old");
  CHECK(pathIn(scene.join(2)) == "sfu");
  CHECK(pathIn(scene.send(2, protocol::UserLeft{})) == "p2p");
}

TEST_CASE("what a page can do is kept over its reconnection, and saved once it matters") {
  Scene scene;
  joinNow(scene, "a");
  scene.enter("b");
  CHECK(scene.send(2, MediaSupport{true}).changes.empty());
  const Effects joined = scene.join(2);
  REQUIRE(count<PutUser>(joined) == 1);
  CHECK(std::get<PutUser>(joined.changes[0]).user.supportsP2p);

  scene.room.disconnected(SocketId{2}, scene.now);
  CHECK(pathIn(scene.enter("b")) == "p2p");
  SECTION("the same again costs nothing") {
    const Effects again = scene.send(3, MediaSupport{true});
    CHECK(again.changes.empty());
    CHECK(again.deliveries.empty());
  }
  SECTION("less than before is saved and moves the call") {
    const Effects less = scene.send(3, MediaSupport{false});
    CHECK(count<PutUser>(less) == 1);
    CHECK(pathIn(less) == "sfu");
  }
}

TEST_CASE("who reconnects counts as joined, who has not come back does not") {
  Scene scene;
  for (const char* id : {"a", "b", "c"}) joinNow(scene, id);
  scene.room.disconnected(SocketId{3}, scene.now);
  for (const json& meanwhile : messages(scene.pass(12s, {1, 2}), "roomState")) {
    CHECK(meanwhile.at("state").at("media").at("path") == "sfu");
  }
  CHECK(pathIn(scene.pass(3s, {1, 2})) == "p2p");
}

TEST_CASE("a failed link takes the pair to the SFU until the meeting ends") {
  Scene scene;
  joinNow(scene, "a");
  joinNow(scene, "b");
  const Effects failed = scene.send(1, P2pFailed{ConnectionId{"b"}});
  CHECK(failed.changes.empty());
  CHECK(pathIn(failed) == "sfu");
  CHECK(scene.send(2, P2pFailed{ConnectionId{"a"}}).deliveries.empty());

  SECTION("not by reconnecting") {
    scene.room.disconnected(SocketId{2}, scene.now);
    scene.pass(5s, {1});
    CHECK(pathIn(scene.enter("b")) == "sfu");
    for (const json& later : messages(scene.pass(30s, {1, 3}), "roomState")) {
      CHECK(later.at("state").at("media").at("path") == "sfu");
    }
  }
  SECTION("not by loading the page again") {
    CHECK(pathIn(scene.send(2, protocol::UserLeft{})) == "p2p");
    scene.enter("b2", "owner-b");
    scene.send(3, MediaSupport{true});
    CHECK(pathIn(scene.join(3)) == "sfu");
  }
  SECTION("another person is not concerned") {
    scene.send(2, protocol::UserLeft{});
    CHECK(pathIn(joinNow(scene, "c")) == "p2p");
  }
  SECTION("the next meeting tries again") {
    scene.send(1, protocol::UserLeft{});
    scene.send(2, protocol::UserLeft{});
    scene.pass(config::RoomRules{}.emptyMeeting + 1s);
    REQUIRE(scene.room.finished());
    joinNow(scene, "a");
    CHECK(pathIn(joinNow(scene, "b")) == "p2p");
  }
}

TEST_CASE("only joined people report failures, and only of others who have joined") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.send(1, MediaSupport{true});
  scene.send(2, MediaSupport{true});
  CHECK(errorIn(scene.send(1, P2pFailed{ConnectionId{"b"}})) == "not_joined");
  scene.join(1);
  CHECK(errorIn(scene.send(1, P2pFailed{ConnectionId{"b"}})) == "unknown_user");
  CHECK(errorIn(scene.send(1, P2pFailed{ConnectionId{"nobody"}})) == "unknown_user");
  CHECK(errorIn(scene.send(1, P2pFailed{ConnectionId{"a"}})) == "unknown_user");
  // None of them has been noted.
  CHECK(pathIn(scene.join(2)) == "p2p");
}

TEST_CASE("a direct link that is down because its peer is away has not failed") {
  Scene scene;
  joinNow(scene, "a");
  joinNow(scene, "b");
  scene.room.disconnected(SocketId{2}, scene.now);
  CHECK(scene.send(1, P2pFailed{ConnectionId{"b"}}).deliveries.empty());
  CHECK(pathIn(scene.enter("b")) == "p2p");
  CHECK(pathIn(scene.send(1, P2pFailed{ConnectionId{"b"}})) == "sfu");
}

TEST_CASE("what the host has fixed is told, with what a call then holds") {
  config::RoomRules rules;
  SECTION("direct links, each to each") {
    Scene scene{MediaPathRule::p2p, rules};
    CHECK(state(scene.enter("a"))->at("media") == json{{"path", "p2p"}, {"capacity", 4}});
    for (const char* id : {"b", "c", "d"}) CHECK(pathIn(joinNow(scene, id)) == "p2p");
  }
  SECTION("a room smaller than that") {
    rules.maxMembers = 3;
    Scene scene{MediaPathRule::p2p, rules};
    CHECK(state(scene.enter("a"))->at("media").at("capacity") == 3);
  }
  SECTION("the SFU") {
    Scene scene{MediaPathRule::sfu, rules};
    CHECK(state(scene.enter("a"))->at("media") == json{{"path", "sfu"}, {"capacity", 250}});
    CHECK(pathIn(joinNow(scene, "b")) == "sfu");
  }
  SECTION("nothing") {
    Scene scene{MediaPathRule::automatic, rules};
    CHECK(state(scene.enter("a"))->at("media") == json{{"path", "p2p"}, {"capacity", 250}});
  }
}

TEST_CASE("which SFU the room is in is told with every state, and at once when it is another one") {
  Scene scene;
  const auto media = [](const Effects& effects) { return state(effects)->at("media"); };
  CHECK_FALSE(media(scene.enter("a")).contains("generation"));
  scene.generation = 1'790'000'000'123;
  const Effects moved = scene.room.mediaMoved(scene.now);
  CHECK(only(moved, "roomState").audience == Audience::everyone);
  CHECK(media(moved).at("generation") == 1'790'000'000'123);
  CHECK(moved.changes.empty());
  CHECK(media(scene.enter("b")).at("generation") == 1'790'000'000'123);
  scene.generation = 0;
  CHECK_FALSE(media(scene.room.mediaMoved(scene.now)).contains("generation"));
}

TEST_CASE("who has joined can be asked for by browser session, over a short absence too") {
  Scene scene;
  scene.enter("a");
  scene.enter("tab", "owner-a");
  CHECK_FALSE(scene.room.hasJoined("owner-a"));
  scene.join(2);
  CHECK(scene.room.hasJoined("owner-a"));
  CHECK_FALSE(scene.room.hasJoined("owner-b"));
  scene.room.disconnected(SocketId{2}, scene.now);
  CHECK(scene.room.hasJoined("owner-a"));
  scene.pass(config::RoomRules{}.grace + 1s, {1});
  CHECK_FALSE(scene.room.hasJoined("owner-a"));
}

TEST_CASE("a restart flips nobody while people come back one after the other") {
  Scene scene;
  SECTION("two on the direct path") {
    scene.room.restore({"room", "meeting", {stored("a", true), stored("b", true)}}, scene.now);
    CHECK(pathIn(scene.enter("a")) == "p2p");
    scene.send(1, MediaSupport{true});
    CHECK(messages(scene.pass(10s, {1}), "roomState").empty());
    CHECK(pathIn(scene.enter("b")) == "p2p");
  }
  SECTION("three on the SFU, of whom one stays away") {
    scene.room.restore({"room", "meeting", {stored("a", true), stored("b", true), stored("c", true)}}, scene.now);
    CHECK(pathIn(scene.enter("a")) == "sfu");
    CHECK(pathIn(scene.enter("b")) == "sfu");
    for (const json& meanwhile : messages(scene.pass(34s, {1, 2}), "roomState")) {
      CHECK(meanwhile.at("state").at("media").at("path") == "sfu");
    }
    CHECK(pathIn(scene.pass(2s, {1, 2})) == "p2p");
  }
  SECTION("an old client among them") {
    scene.room.restore({"room", "meeting", {stored("a", true), stored("b", false)}}, scene.now);
    CHECK(pathIn(scene.enter("a")) == "sfu");
  }
}

TEST_CASE("sessions and tracks are believed only of the member who has opened them") {
  Scene scene;
  scene.sessions = {{"sa", "owner-a"}, {"sb", "owner-b"}};
  scene.enter("a");
  scene.enter("b");
  const auto user = [](const Effects& effects) { return state(effects)->at("users")[0]; };

  SECTION("one's own") {
    const json own = user(scene.send(1, publishing("sa", "sa")));
    CHECK(own.at("transceiverSessionId") == "sa");
    CHECK(own.at("tracks").at("audio") == "sa/a");
    CHECK(own.at("tracks").at("video") == "sa/v");
    CHECK(own.at("tracks").at("screenshare") == "sa/s");
  }
  SECTION("another's, dead ones, and what only begins like one's own") {
    const std::string claim = GENERATE("sb", "dead", "s", "saa");
    const Effects claimed = scene.send(1, publishing(claim, claim));
    CHECK(messages(claimed, "error").empty());
    CHECK_FALSE(user(claimed).contains("transceiverSessionId"));
    for (const char* track : {"audio", "video", "screenshare"}) CHECK_FALSE(user(claimed).at("tracks").contains(track));
    // The rest of the update counts.
    CHECK(user(claimed).at("joined") == true);
    CHECK(user(claimed).at("tracks").at("audioEnabled") == true);
  }
  SECTION("a session id is no track") {
    CHECK_FALSE(user(scene.send(1, publishing("sa/x", "sa"))).contains("transceiverSessionId"));
  }
  SECTION("each on its own") {
    const json mixed = user(scene.send(1, publishing("sa", "sb")));
    CHECK(mixed.at("transceiverSessionId") == "sa");
    CHECK_FALSE(mixed.at("tracks").contains("video"));
  }
  SECTION("one that has died since, at the next update") {
    scene.send(1, publishing("sa", "sa"));
    scene.sessions.erase("sa");
    scene.pass(1s, {1, 2});
    const Effects later = scene.send(1, publishing("sa", "sa"));
    CHECK(count<PutUser>(later) == 1);
    CHECK_FALSE(user(later).contains("transceiverSessionId"));
  }
}

TEST_CASE("what does not belong any more is dropped when a room comes back") {
  Scene scene;
  scene.sessions = {{"alive", "owner-a"}};
  StoredUser kept = stored("a", true);
  kept.user.transceiverSessionId = "alive";
  kept.user.tracks.audio = "alive/a";
  kept.user.tracks.video = "dead/v";
  SECTION("from the last process") { scene.room.restore({"room", "meeting", {kept}}, scene.now); }
  SECTION("from the store, after a failure") {
    scene.enter("a");
    scene.room.rollBack(StoredRoom{"room", "meeting", {kept}}, scene.now);
  }
  const json user = state(scene.enter("a"))->at("users")[0];
  CHECK(user.at("transceiverSessionId") == "alive");
  CHECK(user.at("tracks").at("audio") == "alive/a");
  CHECK_FALSE(user.at("tracks").contains("video"));
}

TEST_CASE("the sessions of a member end with the member, not before") {
  Scene scene;
  scene.sessions = {{"s1", "owner-a"}, {"s2", "owner-a"}, {"s3", "owner-a"}, {"sb", "owner-b"}};
  scene.enter("a");
  scene.enter("b");
  CHECK(scene.send(1, publishing("s1", "s1")).endedSessions.empty());
  CHECK(scene.send(2, publishing("sb", "sb")).endedSessions.empty());
  // Media rebuilt: the old session carries it until the new one does.
  CHECK(scene.send(1, publishing("s2", "s3")).endedSessions.empty());

  SECTION("by saying so") {
    const Effects left = scene.send(1, protocol::UserLeft{});
    CHECK_THAT(left.endedSessions, Catch::UnorderedEquals(std::vector<std::string>{"s1", "s2", "s3"}));
    CHECK(count<RemoveUser>(left) == 1);
  }
  SECTION("by the grace's end, but not by a socket's") {
    CHECK(scene.room.disconnected(SocketId{1}, scene.now).endedSessions.empty());
    CHECK(scene.pass(7s, {2}).endedSessions.empty());
    CHECK(scene.pass(2s, {2}).endedSessions.size() == 3);
  }
  SECTION("by missing heartbeats") { CHECK(scene.pass(16s, {2}).endedSessions.size() == 3); }
  SECTION("not by going back to the lobby") {
    CHECK(scene.send(1, Scene::update(false)).endedSessions.empty());
    CHECK(scene.send(1, protocol::UserLeft{}).endedSessions.size() == 3);
  }
  SECTION("nor by coming back") {
    scene.room.disconnected(SocketId{1}, scene.now);
    CHECK(scene.enter("a").endedSessions.empty());
    CHECK(scene.pass(30s, {2, 3}).endedSessions.empty());
  }
  SECTION("those of a member who is brought back end as well") {
    Scene restarted;
    restarted.sessions = {{"s1", "owner-a"}};
    StoredUser kept = stored("a", true);
    kept.user.transceiverSessionId = "s1";
    restarted.room.restore({"room", "meeting", {kept}}, restarted.now);
    CHECK(restarted.pass(31s).endedSessions == std::vector<std::string>{"s1"});
  }
}

TEST_CASE("an owner is gone with the last of their members") {
  Scene scene;
  scene.enter("a");
  scene.enter("b");
  scene.room.enter(protocol::ConnectionId{"other tab"}, "owner-a", "A", SocketId{3}, scene.now);
  CHECK(scene.send(1, protocol::UserLeft{}).goneOwners.empty());
  CHECK(scene.send(3, protocol::UserLeft{}).goneOwners == std::vector<std::string>{"owner-a"});
  // The lobby counts as being there, and leaving it as leaving.
  CHECK(scene.send(2, protocol::UserLeft{}).goneOwners == std::vector<std::string>{"owner-b"});
}

TEST_CASE("who goes back to the lobby, the last of their pages, may hear nothing more") {
  Scene scene;
  scene.enter("a");
  scene.enter("tab", "owner-a");
  CHECK(scene.join(1).goneOwners.empty());
  CHECK(scene.join(2).goneOwners.empty());
  CHECK(scene.send(1, Scene::update(false)).goneOwners.empty());
  SECTION("the other page leaves the call") {
    CHECK(scene.send(2, Scene::update(false)).goneOwners == std::vector<std::string>{"owner-a"});
    // Nothing new in the lobby, where old clients push.
    CHECK(scene.send(2, Scene::update(false)).goneOwners.empty());
  }
  SECTION("the other page leaves the room") {
    CHECK(scene.send(2, protocol::UserLeft{}).goneOwners == std::vector<std::string>{"owner-a"});
  }
  SECTION("the page in the lobby leaves") {
    CHECK(scene.send(1, protocol::UserLeft{}).goneOwners.empty());
    CHECK(scene.send(2, protocol::UserLeft{}).goneOwners == std::vector<std::string>{"owner-a"});
  }
}

TEST_CASE("of many sessions the newest are remembered, and those in use are among them") {
  Scene scene;
  scene.enter("a");
  for (int i = 0; i < 100; ++i) {
    const std::string session = "s" + std::to_string(i);
    scene.sessions[session] = "owner-a";
    scene.sessions["steady"] = "owner-a";
    scene.send(1, publishing("steady", session));
  }
  const std::vector<std::string> ended = scene.send(1, protocol::UserLeft{}).endedSessions;
  CHECK_THAT(ended, Catch::UnorderedEquals(
                        std::vector<std::string>{"steady", "s93", "s94", "s95", "s96", "s97", "s98", "s99"}));
}

TEST_CASE("a disk that refuses takes back the leaving, not what the page can do") {
  Scene scene;
  joinNow(scene, "a");
  joinNow(scene, "b");
  joinNow(scene, "c");
  scene.send(3, protocol::UserLeft{});
  const StoredRoom before{"room", "meeting", {stored("a", false), stored("b", true), stored("c", true)}};
  CHECK(pathIn(scene.room.rollBack(before, scene.now)) == "sfu");
  // The leaving is tried again, and then the two who are left can do it.
  CHECK(pathIn(scene.pass(8s, {1, 2})) == "p2p");
}

TEST_CASE("who is present can be asked for by browser session, who is awaited is not") {
  Scene scene;
  CHECK(scene.room.meetingId().empty());
  scene.enter("a");
  CHECK(scene.room.hasPresent("owner-a"));
  CHECK_FALSE(scene.room.hasPresent("owner-b"));
  CHECK_FALSE(scene.room.hasPresent(""));
  CHECK_FALSE(scene.room.meetingId().empty());
  scene.room.disconnected(SocketId{1}, scene.now);
  CHECK_FALSE(scene.room.hasPresent("owner-a"));
}
