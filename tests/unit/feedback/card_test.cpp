#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "feedback/card.hpp"

using akbuzat::feedback::CardLinks;
using akbuzat::feedback::writeCard;
using akbuzat::storage::Report;
using nlohmann::json;

namespace {

const CardLinks kLinks{.publicUrl = "https://meet.example.org", .traceLink = "https://traces.example.org/"};

Report bug() {
  return {.id = "abc",
          .kind = Report::Kind::bug,
          .created = std::chrono::sys_seconds{std::chrono::seconds{1'764'000'000}},
          .userName = "Айгуль",
          .host = "https://meet.example.org",
          .version = "1.2",
          .userAgent = "Browser/1",
          .room = "tea",
          .meetingId = "m1",
          .description = "No sound",
          .details = R"({"url":"https://meet.example.org/tea/room"})"};
}

Report deadTrack() {
  Report report = bug();
  report.kind = Report::Kind::deadTrack;
  report.description = "";
  report.details = R"({"trackId":"t1","pushingUser":"Bulat","pullSessionTrace":"https://traces.example.org/s1",)"
                   R"("pushedSessionTrace":"https://evil.example/s2"})";
  return report;
}

json cardOf(const Report& report, const CardLinks& links = kLinks) {
  const json message = json::parse(writeCard(report, links));
  REQUIRE(message.at("cardsV2").size() == 1);
  return message.at("cardsV2").at(0).at("card");
}

/// All text paragraphs and link buttons, as "text" and "text -> url".
std::vector<std::string> shown(const json& card) {
  std::vector<std::string> lines;
  for (const json& section : card.at("sections")) {
    for (const json& widget : section.at("widgets")) {
      if (widget.contains("textParagraph")) lines.push_back(widget["textParagraph"]["text"]);
      if (!widget.contains("buttonList")) continue;
      for (const json& button : widget["buttonList"]["buttons"])
        lines.push_back(button["text"].get<std::string>() + " -> " +
                        button["onClick"]["openLink"]["url"].get<std::string>());
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("a card says who, when, where and what, and leads to the calls") {
  const json card = cardOf(bug());
  CHECK(card.at("header").at("title") == "Айгуль reports a problem");
  CHECK(card.at("header").at("subtitle") == "2025-11-24 16:00 UTC · https://meet.example.org · Akbuzat 1.2");
  CHECK(shown(card) ==
        std::vector<std::string>{"No sound",
                                 "<b>Room:</b> tea<br><b>Browser:</b> Browser/1<br><b>Meeting:</b> m1<br>"
                                 "<b>All of it:</b> akbuzat reports abc",
                                 "SFU calls -> https://meet.example.org/api/debugInfo?id=abc",
                                 "Room -> https://meet.example.org/tea/room"});
}

TEST_CASE("a card of a dead track says between whom") {
  const json card = cardOf(deadTrack());
  CHECK(card.at("header").at("title") == "Айгуль receives nothing from Bulat");
  CHECK(shown(card) ==
        std::vector<std::string>{"<b>Track:</b> t1<br><b>Sending session:</b> https://evil.example/s2<br>"
                                 "<b>Meeting:</b> m1<br><b>All of it:</b> akbuzat reports abc",
                                 "Receiving session -> https://traces.example.org/s1"});
}

TEST_CASE("nobody writes tags or links into a card") {
  Report report = bug();
  report.description = "<a href='https://evil.example'>\n<users/all> & \"you\"";
  const std::string url = GENERATE("https://evil.example/", "https://meet.example.org.evil.example/",
                                   "https://meet.example.org@evil.example/", "javascript:alert(1)");
  report.details = json{{"url", url}}.dump();
  const auto lines = shown(cardOf(report));
  CHECK(lines.at(0) == "&lt;a href=&#39;https://evil.example&#39;&gt;<br>&lt;users/all&gt; &amp; &quot;you&quot;");
  REQUIRE(lines.size() == 3);
  CHECK(lines.at(2) == "SFU calls -> https://meet.example.org/api/debugInfo?id=abc");
}

TEST_CASE("without PUBLIC_URL nothing in a card is a link") {
  Report report = bug();
  // What Host says is the sender's choice.
  report.host = "https://evil.example";
  report.details = R"({"url":"https://evil.example/room"})";
  for (const std::string& line : shown(cardOf(report, {}))) CHECK(line.find(" -> ") == std::string::npos);
  for (const std::string& line : shown(cardOf(deadTrack(), {}))) CHECK(line.find(" -> ") == std::string::npos);
}

TEST_CASE("the longest report fits into a message") {
  Report report = bug();
  for (std::string* text : {&report.description, &report.room, &report.userAgent, &report.meetingId})
    text->assign(16'000, '\'');
  const std::string card = writeCard(report, kLinks);
  CHECK(card.size() < 32'000);
  CHECK(card.find(" …") != std::string::npos);
  // A character is not cut in two.
  report.description = std::string(2999, 'x') + "Й";
  CHECK(shown(cardOf(report)).at(0) == std::string(2999, 'x') + " …");
}

TEST_CASE("details of any form make a card") {
  Report report = GENERATE(bug(), deadTrack());
  report.details = GENERATE("", "[]", "null", R"({"url":7,"trackId":[],"pushingUser":{}})", "{");
  CHECK_FALSE(shown(cardOf(report)).empty());
}
