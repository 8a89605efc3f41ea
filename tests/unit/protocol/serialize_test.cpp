#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/protocol/serialize.hpp"

using namespace akbuzat::protocol;
using nlohmann::json;

TEST_CASE("a room state has the members and the order of the originals") {
  User lobby{.id = ConnectionId{"a"}, .name = "Лиза \"L\" \\ \n\x01", .transceiverSessionId = {}, .tracks = {}};
  lobby.tracks.audioEnabled = false;
  User inside{.id = ConnectionId{"b"},
              .name = "Bob",
              .transceiverSessionId = "s",
              .raisedHand = true,
              .joined = true,
              .tracks = {}};
  inside.tracks.audio = "s/t";
  inside.tracks.audioEnabled = true;

  const json message = json::parse(roomState("meeting-1", {}, {MediaState::Path::sfu, 250}, {&lobby, &inside}));
  CHECK(message == json{{"type", "roomState"},
                        {"state",
                         {{"ai", {{"enabled", false}}},
                          {"meetingId", "meeting-1"},
                          {"media", {{"path", "sfu"}, {"capacity", 250}}},
                          {"users",
                           {{{"id", "a"},
                             {"name", "Лиза \"L\" \\ \n\x01"},
                             {"raisedHand", false},
                             {"speaking", false},
                             {"joined", false},
                             {"tracks", {{"audioEnabled", false}}}},
                            {{"id", "b"},
                             {"name", "Bob"},
                             {"transceiverSessionId", "s"},
                             {"raisedHand", true},
                             {"speaking", false},
                             {"joined", true},
                             {"tracks", {{"audio", "s/t"}, {"audioEnabled", true}}}}}}}}});
  const json empty = json::parse(roomState("m", {}, {MediaState::Path::p2p, 4}, {})).at("state");
  CHECK(empty.at("users") == json::array());
  CHECK(empty.at("media") == json{{"path", "p2p"}, {"capacity", 4}});
}

TEST_CASE("a room state names the SFU, if it has a number") {
  const auto mediaOf = [](std::uint64_t generation) {
    return json::parse(roomState("m", {}, {MediaState::Path::sfu, 4, generation}, {})).at("state").at("media");
  };
  CHECK(mediaOf(0) == json{{"path", "sfu"}, {"capacity", 4}});
  CHECK(mediaOf(7) == json{{"path", "sfu"}, {"capacity", 4}, {"generation", 7}});
  CHECK(mediaOf((std::uint64_t{1} << 53) - 1).at("generation") == 9'007'199'254'740'991);
}

TEST_CASE("the small messages have the originals' form") {
  CHECK(json::parse(userLeftNotification(ConnectionId{"x"})) == json{{"type", "userLeftNotification"}, {"id", "x"}});
  CHECK(json::parse(muteMic()) == json{{"type", "muteMic"}});
  CHECK(json::parse(e2eeMlsMessage("{\"a\":[1]}")) == json{{"type", "e2eeMlsMessage"}, {"payload", "{\"a\":[1]}"}});
  CHECK(json::parse(directMessage("Bob", "hi")) == json{{"type", "directMessage"}, {"from", "Bob"}, {"message", "hi"}});
  CHECK(json::parse(p2pSignal(ConnectionId{"x"}, "s\r\n")) ==
        json{{"type", "p2pSignal"}, {"from", "x"}, {"signal", "s\r\n"}});
  CHECK(json::parse(pong()) == json{{"type", "partyserver-pong"}});
}

TEST_CASE("an error carries a code for programs and a sentence for people") {
  const json message = json::parse(error(ErrorCode::badMessage, "id must be a string."));
  CHECK(message.at("type") == "error");
  CHECK(message.at("code") == "bad_message");
  CHECK_THAT(message.at("error").get<std::string>(), Catch::EndsWith("id must be a string."));
  for (const ErrorCode code :
       {ErrorCode::unknownType, ErrorCode::tooLarge, ErrorCode::rateLimited, ErrorCode::notJoined,
        ErrorCode::unknownUser, ErrorCode::notSaved, ErrorCode::aiUnavailable}) {
    CHECK_FALSE(sentence(code).empty());
    CHECK(json::parse(error(code)).at("code") == wireCode(code));
  }
}
