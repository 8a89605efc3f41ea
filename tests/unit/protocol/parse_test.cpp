#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/protocol/parse.hpp"

using namespace akbuzat::protocol;

namespace {

template <class Message>
Message parsed(const std::string& text) {
  auto result = parse(text);
  const auto* message = std::get_if<ClientMessage>(&result);
  INFO(text);
  REQUIRE(message != nullptr);
  REQUIRE(std::holds_alternative<Message>(*message));
  return std::get<Message>(*message);
}

ErrorCode refused(const std::string& text) {
  auto result = parse(text);
  INFO(text.substr(0, 200));
  REQUIRE(std::holds_alternative<ParseError>(result));
  return std::get<ParseError>(result).code;
}

}  // namespace

TEST_CASE("userUpdate is read with every member") {
  const User user = parsed<UserUpdate>(R"({"type":"userUpdate","user":{"id":"me","name":"Айгуль",
      "transceiverSessionId":"s1","raisedHand":true,"speaking":true,"joined":true,"tracks":{"audio":"s1/a",
      "video":"s1/v","screenshare":"s1/s","audioEnabled":true,"audioUnavailable":false,"videoEnabled":true,
      "screenShareEnabled":false}}})")
                        .user;
  CHECK(user == User{.id = ConnectionId{"me"},
                     .name = "Айгуль",
                     .transceiverSessionId = "s1",
                     .raisedHand = true,
                     .speaking = true,
                     .joined = true,
                     .tracks = {.audio = "s1/a",
                                .video = "s1/v",
                                .screenshare = "s1/s",
                                .audioEnabled = true,
                                .audioUnavailable = false,
                                .videoEnabled = true,
                                .screenShareEnabled = false}});
}

TEST_CASE("userUpdate of somebody who leaves the call page has hardly any member") {
  const User user =
      parsed<UserUpdate>(R"({"type":"userUpdate","user":{"joined":false,"tracks":{"audioUnavailable":true}}})").user;
  CHECK_FALSE(user.joined);
  CHECK(user.tracks == Tracks{.audio = {},
                              .video = {},
                              .screenshare = {},
                              .audioEnabled = {},
                              .audioUnavailable = true,
                              .videoEnabled = {},
                              .screenShareEnabled = {}});
}

TEST_CASE("every other message is read") {
  parsed<Heartbeat>(R"({"type":"heartbeat"})");
  parsed<UserLeft>(R"({"type":"userLeft"})");
  CHECK(parsed<MuteUser>(R"({"type":"muteUser","id":"x"})").id == ConnectionId{"x"});
  CHECK(parsed<DirectMessage>(R"({"type":"directMessage","to":"x","message":"hi"})").message == "hi");
  CHECK(parsed<E2eeMlsMessage>(R"({"type":"e2eeMlsMessage","payload":"{\"a\":1}"})").payload == "{\"a\":1}");
  CHECK(parsed<MediaSupport>(R"({"type":"mediaSupport","p2p":true,"more":1})").p2p);
  CHECK_FALSE(parsed<MediaSupport>(R"({"type":"mediaSupport","p2p":false})").p2p);
  CHECK(parsed<P2pFailed>(R"({"type":"p2pFailed","peer":"x"})").peer == ConnectionId{"x"});
  CHECK(parsed<P2pSignal>(R"({"type":"p2pSignal","to":"x","signal":"sdp"})").signal == "sdp");
  parsed<CallsApiHistoryEntry>(
      R"({"type":"callsApiHistoryEntry","entry":{"type":"request","method":"POST","endpoint":"/","body":{}}})");
  const auto invitation = parsed<EnableAi>(R"({"type":"enableAi","instructions":"be brief","voice":"ash"})");
  CHECK(invitation.instructions == "be brief");
  CHECK(invitation.voice == "ash");
  CHECK_FALSE(parsed<EnableAi>(R"({"type":"enableAi"})").instructions);
  parsed<DisableAi>(R"({"type":"disableAi"})");
  const auto request = parsed<RequestAiControl>(
      R"({"type":"requestAiControl","track":{"trackName":"t","sessionId":"s","location":"remote"}})");
  CHECK(request.session == "s");
  CHECK(request.track == "t");
  parsed<RelinquishAiControl>(R"({"type":"relenquishAiControl"})");
  parsed<Ping>(R"({"type":"partyserver-ping"})");
}

TEST_CASE("what cannot be understood is refused by its kind") {
  const std::string longId(65, 'x');
  for (const std::string& text :
       std::initializer_list<std::string>{"",
                                          "null",
                                          "[]",
                                          "7",
                                          "\"heartbeat\"",
                                          "{",
                                          R"({"type":7})",
                                          R"({"type":null})",
                                          "{}",
                                          R"({"type":"userUpdate"})",
                                          R"({"type":"userUpdate","user":{}})",
                                          R"({"type":"userUpdate","user":{"tracks":[]}})",
                                          R"({"type":"userUpdate","user":{"joined":"yes","tracks":{}}})",
                                          R"({"type":"userUpdate","user":{"tracks":{"audioEnabled":1}}})",
                                          R"({"type":"userUpdate","user":{"tracks":{"audio":"no-slash"}}})",
                                          R"({"type":"userUpdate","user":{"tracks":{"audio":"/track"}}})",
                                          R"({"type":"userUpdate","user":{"tracks":{"audio":"session/"}}})",
                                          R"({"type":"userUpdate","user":{"tracks":{"audio":"a/b/c"}}})",
                                          R"({"type":"muteUser"})",
                                          R"({"type":"muteUser","id":5})",
                                          R"({"type":"e2eeMlsMessage"})",
                                          R"({"type":"enableAi","voice":7})",
                                          R"({"type":"requestAiControl"})",
                                          R"({"type":"requestAiControl","track":{"trackName":"t"}})",
                                          R"({"type":"mediaSupport"})",
                                          R"({"type":"mediaSupport","p2p":null})",
                                          R"({"type":"mediaSupport","p2p":1})",
                                          R"({"type":"mediaSupport","p2p":"true"})",
                                          R"({"type":"p2pFailed"})",
                                          R"({"type":"p2pFailed","peer":["x"]})",
                                          "{\"type\":\"heartbeat\xFF\"}",
                                          R"({"type":"heartbeat"} trailing)",
                                          R"({"type":"directMessage","to":"x"})"}) {
    CHECK(refused(text) == ErrorCode::badMessage);
  }
  CHECK(refused(R"({"type":"dance"})") == ErrorCode::unknownType);
  CHECK(refused(R"({"type":"muteUser","id":")" + longId + "\"}") == ErrorCode::tooLarge);
  CHECK(refused(R"({"type":"p2pFailed","peer":")" + longId + "\"}") == ErrorCode::tooLarge);
  CHECK(refused(R"({"type":"p2pSignal","to":"x","signal":")" + std::string(64 * 1024 + 1, 's') + "\"}") ==
        ErrorCode::tooLarge);
  CHECK(refused(R"({"type":"heartbeat","deep":)" + std::string(500'000, '[')) == ErrorCode::badMessage);
  const std::string nested = std::string(100, '[') + std::string(100, ']');
  CHECK(refused(R"({"type":"heartbeat","deep":)" + nested + "}") == ErrorCode::badMessage);
}

TEST_CASE("a message of many small objects costs about what its length says") {
  // Once a quadratic time: minutes for this one, which fits into a few kilobytes on a compressed socket.
  std::string text = R"({"type":"heartbeat","x":[{})";
  while (text.size() < 1'000'000) text += ",{}";
  parsed<Heartbeat>(text + "]}");
}

TEST_CASE("an error names the member and never repeats a value") {
  auto result = parse(R"({"type":"muteUser","id":{"secret":"value"}})");
  CHECK(std::get<ParseError>(result).detail == "id must be a string.");
}
