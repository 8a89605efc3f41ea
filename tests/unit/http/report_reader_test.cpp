#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/percent.hpp"
#include "http/report_reader.hpp"

using namespace akbuzat;
using http::readBugReport;
using http::readDeadTrack;
using nlohmann::json;

namespace {

const json kInfo{{"roomName", "tea"},
                 {"meetingId", "m1"},
                 {"url", "https://meet.example.org/tea/room"},
                 {"identity", {{"name", "x"}}},
                 {"roomHistory", json::array({{{"sdp", "v=0\r\n"}}})},
                 {"further", "not kept"}};

std::string form(const std::string& info, const std::string& description) {
  return "info=" + util::percentEncode(info) + "&description=" + util::percentEncode(description);
}

}  // namespace

TEST_CASE("a bug report is read from the originals' form") {
  const auto report = readBugReport(form(kInfo.dump(), " No sound\r\nin Café\x1b[1m "));
  REQUIRE(report);
  CHECK(report->kind == storage::Report::Kind::bug);
  CHECK(report->room == "tea");
  CHECK(report->meetingId == "m1");
  CHECK(report->description == " No sound\nin Café[1m ");
  CHECK(json::parse(report->details) ==
        json{{"roomHistory", kInfo.at("roomHistory")}, {"identity", kInfo.at("identity")}, {"url", kInfo.at("url")}});
  CHECK(json::parse(http::roomHistoryOf(*report)) == kInfo.at("roomHistory"));
}

TEST_CASE("what an old client leaves out is left out") {
  const auto report = readBugReport(form("{}", "x"));
  REQUIRE(report);
  CHECK(report->room.empty());
  CHECK(http::roomHistoryOf(*report) == "null");
}

TEST_CASE("a bug report without its form, or too large, is none") {
  CHECK(readBugReport(form("{}", std::string(4000, 'x'))));
  for (const std::string& text :
       {std::string{}, std::string{"info={}"}, std::string{"description=x"}, form("{}", ""), form("{}", " \r\n\t"),
        form("{}", std::string(4001, 'x')), form("{}", "\xFF"), form("[]", "x"), form("{", "x"), form("", "x"),
        form(R"({"roomName":7})", "x"), form(R"({"url":)" + json(std::string(3000, 'x')).dump() + "}", "x"),
        form(R"({"roomHistory":)" + std::string(100, '[') + std::string(100, ']') + "}", "x"),
        form(R"({"roomHistory":")" + std::string(600'000, 'x') + "\"}", "x"), std::string{"info=%%&description=x"}}) {
    INFO(text.substr(0, 100));
    CHECK_FALSE(readBugReport(text));
  }
}

TEST_CASE("a dead track is read with what is known of it") {
  const json all{{"trackId", "t1"},
                 {"pullSessionTrace", "https://t.example/1"},
                 {"pushedSessionTrace", "https://t.example/2"},
                 {"pullingUser", "anybody"},
                 {"pushingUser", "Bulat"},
                 {"meetingId", "m1"}};
  const auto report = readDeadTrack(all.dump());
  REQUIRE(report);
  CHECK(report->kind == storage::Report::Kind::deadTrack);
  CHECK(report->meetingId == "m1");
  // Who receives it is whom the server knows, not whom the page names.
  CHECK(json::parse(report->details) == json{{"trackId", "t1"},
                                             {"pullSessionTrace", "https://t.example/1"},
                                             {"pushedSessionTrace", "https://t.example/2"},
                                             {"pushingUser", "Bulat"}});
  CHECK(readDeadTrack(R"({"trackId":"t1","pushingUser":null})"));
}

TEST_CASE("a dead track needs a track, and texts of a size") {
  for (const std::string& text : {std::string{}, std::string{"[]"}, std::string{"{}"}, std::string{R"({"trackId":""})"},
                                  std::string{R"({"trackId":5})"}, std::string{R"({"trackId":"t","meetingId":5})"},
                                  json{{"trackId", std::string(3000, 'x')}}.dump(),
                                  R"({"trackId":"t","more":")" + std::string(20'000, 'x') + "\"}"}) {
    INFO(text.substr(0, 100));
    CHECK_FALSE(readDeadTrack(text));
  }
}
