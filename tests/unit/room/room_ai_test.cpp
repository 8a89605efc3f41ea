// The voice AI in a room: who may invite it, who has its ear, and that every call of it is ended once.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "room/room.hpp"
#include "scene.hpp"

using namespace akbuzat;
using namespace akbuzat::room;
using namespace akbuzat::room::test;
using protocol::DisableAi;
using protocol::EnableAi;
using protocol::RelinquishAiControl;
using protocol::RequestAiControl;

namespace {

std::string errorIn(const Effects& effects) { return json::parse(only(effects, "error").text).at("code"); }

template <class Action>
std::vector<Action> actions(const Effects& effects) {
  std::vector<Action> found;
  for (const AiAction& action : effects.aiActions) {
    if (const auto* one = std::get_if<Action>(&action)) found.push_back(*one);
  }
  return found;
}

json aiIn(const Effects& effects) {
  const auto current = state(effects);
  REQUIRE(current);
  return current->at("ai");
}

/// Two in the call, each with a session of their own; the sockets are 1 and 2.
struct Call : Scene {
  explicit Call(bool aiAvailable = true) : Scene(config::MediaPathRule::automatic, {}, aiAvailable) {
    sessions = {{"sa", "owner-a"}, {"sb", "owner-b"}};
    for (const char* id : {"a", "b"}) {
      enter(id);
      send(lastSocket, protocol::MediaSupport{true});
      join(lastSocket);
    }
  }

  std::uint64_t invite() {
    const auto started = actions<StartAi>(send(1, EnableAi{"Be kind.", "ash"}));
    REQUIRE(started.size() == 1);
    return started[0].number;
  }
  /// The AI of this call comes, and may stay for ten minutes.
  Effects come(std::uint64_t number, std::int64_t id = 7) {
    sessions["ai-session"] = AiCalls::kOwner;
    return room.aiStarted(number, AiCall{id, "ai-session", "voice", std::chrono::minutes{10}}, now);
  }
  /// The number under which the AI is told to listen.
  std::uint64_t ask(std::uint64_t socket, const std::string& session) {
    const auto asked = actions<ListenAi>(send(socket, RequestAiControl{session, "talk"}));
    REQUIRE(asked.size() == 1);
    return asked[0].number;
  }
};

}  // namespace

TEST_CASE("a member invites the AI; all see it coming, and then as one more whom they can hear, through the SFU") {
  Call call;
  const Effects invited = call.send(1, EnableAi{"Be kind.", "ash"});
  const auto started = actions<StartAi>(invited);
  REQUIRE(started.size() == 1);
  CHECK(started[0].meetingId == call.room.meetingId());
  CHECK(started[0].wish.instructions == "Be kind.");
  CHECK(started[0].wish.voice == "ash");
  CHECK(aiIn(invited) == json{{"enabled", false}, {"connectionPending", true}});
  CHECK(state(invited)->at("media").at("path") == "sfu");

  const Effects here = call.come(started[0].number);
  CHECK(aiIn(here) == json{{"enabled", true}, {"connectionPending", false}, {"remainingSeconds", 600}});
  const json users = state(here)->at("users");
  REQUIRE(users.size() == 3);
  CHECK(users.back() == json{{"id", "ai"},
                             {"name", "AI"},
                             {"transceiverSessionId", "ai-session"},
                             {"raisedHand", false},
                             {"speaking", false},
                             {"joined", true},
                             {"tracks",
                              {{"audio", "ai-session/voice"},
                               {"audioEnabled", true},
                               {"audioUnavailable", false},
                               {"videoEnabled", false},
                               {"screenShareEnabled", false}}}});
}

TEST_CASE("a second invitation while one is on its way or here begins nothing") {
  Call call;
  const auto number = call.invite();
  CHECK(call.send(2, EnableAi{}).aiActions.empty());
  call.come(number);
  CHECK(call.send(2, EnableAi{}).aiActions.empty());
}

TEST_CASE("only people in the call can do anything about the AI, and only where there is one") {
  Call call;
  call.enter("visitor");
  CHECK(errorIn(call.send(3, EnableAi{})) == "not_joined");
  CHECK(errorIn(call.send(3, DisableAi{})) == "not_joined");
  call.come(call.invite());
  CHECK(errorIn(call.send(3, RequestAiControl{"sa", "talk"})) == "not_joined");

  Call without{false};
  CHECK(errorIn(without.send(1, EnableAi{})) == "ai_unavailable");
  CHECK(errorIn(without.send(1, RequestAiControl{"sa", "talk"})) == "ai_unavailable");
}

TEST_CASE("why the AI does not come is told in a sentence and a code, and it can be invited again") {
  Call call;
  const Effects failed = call.room.aiStarted(call.invite(), AiFailure::limitReached, call.now);
  CHECK(aiIn(failed) == json{{"enabled", false},
                             {"connectionPending", false},
                             {"error", "The AI's time is used up."},
                             {"errorCode", "limit_reached"}});
  const Effects again = call.send(1, EnableAi{});
  CHECK(actions<StartAi>(again).size() == 1);
  CHECK_FALSE(aiIn(again).contains("error"));
}

TEST_CASE("an AI that nobody waits for any more is ended as soon as it comes") {
  Call call;
  const auto number = call.invite();
  CHECK(call.send(2, DisableAi{}).aiActions.empty());
  const auto ended = actions<EndAi>(call.come(number, 9));
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].call == 9);

  const auto second = call.invite();
  const auto stale = actions<EndAi>(call.come(number, 10));
  REQUIRE(stale.size() == 1);
  CHECK(stale[0].call == 10);
  CHECK(aiIn(call.come(second, 11)).at("enabled") == true);
}

TEST_CASE(
    "the AI leaves by a member's wish, when its time is over, when its session is gone, and with the last member") {
  const auto endedBy = [](const auto& event) {
    Call call;
    call.come(call.invite());
    const Effects effects = event(call);
    const auto ended = actions<EndAi>(effects);
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].call == 7);
    const json ai = aiIn(effects);
    CHECK(ai.at("enabled") == false);
    return ai.value("errorCode", "");
  };
  CHECK(endedBy([](Call& call) { return call.send(2, DisableAi{}); }).empty());
  CHECK(endedBy([](Call& call) { return call.pass(std::chrono::minutes{10}, {1, 2}); }) == "limit_reached");
  CHECK(endedBy([](Call& call) {
          call.sessions.erase("ai-session");
          return call.pass(16s, {1, 2});
        }) == "media");
  CHECK(endedBy([](Call& call) {
          Effects all = call.send(1, Scene::update(false));
          CHECK(all.aiActions.empty());
          Scene::append(all, call.send(2, Scene::update(false)));
          return all;
        }).empty());
  CHECK(endedBy([](Call& call) {
          Effects all = call.send(1, protocol::UserLeft{});
          Scene::append(all, call.room.disconnected(call.socketOf(2), call.now));
          call.enter("visitor");
          Scene::append(all, call.pass(9s, {3}));
          return all;
        }).empty());
}

TEST_CASE("without the AI two are on the direct path again") {
  Call call;
  call.come(call.invite());
  call.send(1, DisableAi{});
  const Effects later = call.pass(6s, {1, 2});
  CHECK(state(later)->at("media").at("path") == "p2p");
}

TEST_CASE("the first who asks has the AI's ear until they let go, leave, or lose it") {
  Call call;
  call.come(call.invite());
  const Effects asked = call.send(1, RequestAiControl{"sa", "talk"});
  const auto listens = actions<ListenAi>(asked);
  REQUIRE(listens.size() == 1);
  CHECK(listens[0].session == "sa");
  CHECK(listens[0].track == "talk");
  CHECK(listens[0].call.session == "ai-session");

  // On its way already.
  CHECK(errorIn(call.send(2, RequestAiControl{"sb", "talk"})) == "ai_taken");
  CHECK(aiIn(call.room.aiListens(listens[0].number, true, call.now)).at("controllingUser") == "a");
  CHECK(errorIn(call.send(2, RequestAiControl{"sb", "talk"})) == "ai_taken");
  // Every old page sends this when it is opened.
  call.send(2, RelinquishAiControl{});
  CHECK(errorIn(call.send(2, RequestAiControl{"sb", "talk"})) == "ai_taken");

  SECTION("by letting go") { CHECK_FALSE(aiIn(call.send(1, RelinquishAiControl{})).contains("controllingUser")); }
  SECTION("by leaving the call") { CHECK_FALSE(aiIn(call.send(1, Scene::update(false))).contains("controllingUser")); }
  SECTION("by leaving the room") { CHECK_FALSE(aiIn(call.send(1, protocol::UserLeft{})).contains("controllingUser")); }
  CHECK(aiIn(call.room.aiListens(call.ask(2, "sb"), true, call.now)).at("controllingUser") == "b");
}

TEST_CASE("whoever lets go before the AI listens does not get its ear afterwards") {
  Call call;
  call.come(call.invite());
  const auto number = call.ask(1, "sa");
  call.send(1, RelinquishAiControl{});
  call.room.aiListens(number, true, call.now);
  CHECK(aiIn(call.room.aiListens(call.ask(2, "sb"), true, call.now)).at("controllingUser") == "b");
}

TEST_CASE("whoever loses the connection loses the AI's ear, and has to ask anew") {
  Call call;
  call.come(call.invite());
  call.room.aiListens(call.ask(1, "sa"), true, call.now);
  SECTION("when it is noticed") {
    CHECK_FALSE(aiIn(call.room.disconnected(call.socketOf(1), call.now)).contains("controllingUser"));
  }
  SECTION("or when they are back already") { CHECK_FALSE(aiIn(call.enter("a")).contains("controllingUser")); }
}

TEST_CASE("invitations one after another are limited") {
  Call call;
  std::size_t begun = 0;
  for (int i = 0; i < 20; ++i) {
    begun += actions<StartAi>(call.send(1, EnableAi{})).size();
    call.send(1, DisableAi{});
  }
  CHECK(begun == 5);
  CHECK(errorIn(call.send(1, EnableAi{})) == "rate_limited");
  call.pass(15s, {1, 2});
  CHECK(actions<StartAi>(call.send(1, EnableAi{})).size() == 1);
}

TEST_CASE("an ear that could not be given is free again, and whoever asked is told") {
  Call call;
  call.come(call.invite());
  const Effects failed = call.room.aiListens(call.ask(1, "sa"), false, call.now);
  CHECK(errorIn(failed) == "ai_unavailable");
  CHECK(only(failed, "error").socket == SocketId{1});
  CHECK(aiIn(call.room.aiListens(call.ask(2, "sb"), true, call.now)).at("controllingUser") == "b");
}

TEST_CASE("nobody lends the AI another one's voice") {
  Call call;
  call.come(call.invite());
  CHECK(errorIn(call.send(1, RequestAiControl{"sb", "talk"})) == "unknown_user");
}

TEST_CASE("whatever happens in whatever order, each call that came is ended exactly once") {
  // A small generator of its own, so that a failure can be repeated.
  std::uint32_t random = 1;
  const auto next = [&random](std::uint32_t bound) {
    random = random * 1664525U + 1013904223U;
    return (random >> 16) % bound;
  };
  for (int round = 0; round < 200; ++round) {
    Call call;
    std::vector<std::uint64_t> waiting;
    std::multiset<std::int64_t> came;
    std::multiset<std::int64_t> ended;
    std::int64_t lastCall = 0;
    // Past the limit on invitations.
    const auto wait = [&call] { call.now += 1min; };
    const auto note = [&](const Effects& effects) {
      for (const auto& start : actions<StartAi>(effects)) waiting.push_back(start.number);
      for (const auto& end : actions<EndAi>(effects)) ended.insert(end.call);
    };
    for (int step = 0; step < 60; ++step) {
      switch (next(6)) {
        case 0:
          wait();
          note(call.send(1 + next(2), EnableAi{}));
          break;
        case 1: note(call.send(1 + next(2), DisableAi{})); break;
        case 2:
          if (waiting.empty()) break;
          came.insert(++lastCall);
          note(call.come(waiting[0], lastCall));
          waiting.erase(waiting.begin());
          break;
        case 3:
          if (waiting.empty()) break;
          note(call.room.aiStarted(waiting.back(), AiFailure::provider, call.now));
          waiting.pop_back();
          break;
        case 4: note(call.send(1 + next(2), Scene::update(next(2) == 0))); break;
        default: note(call.send(1 + next(2), RequestAiControl{next(2) == 0 ? "sa" : "sb", "talk"})); break;
      }
    }
    note(call.send(1, Scene::update(true)));
    note(call.send(1, DisableAi{}));
    for (const auto number : waiting) {
      came.insert(++lastCall);
      note(call.come(number, lastCall));
    }
    CHECK(came == ended);
  }
}
