#include "feedback/card.hpp"

#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "feedback/time_text.hpp"

namespace akbuzat::feedback {
namespace {

using nlohmann::json;

/// In bytes, before escaping, which makes at most six times as much of it; the whole stays on the server.
constexpr std::size_t kMaxDescription = 3000;
constexpr std::size_t kMaxValue = 200;

/// The first `maxBytes` of UTF-8, without a part of a character at the end.
std::string_view beginningOf(std::string_view text, std::size_t maxBytes) {
  if (text.size() <= maxBytes) return text;
  std::size_t end = maxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

/// As plain text in a card's text, which knows some of HTML's tags.
std::string escaped(std::string_view text, std::size_t maxBytes) {
  const std::string_view shown = beginningOf(text, maxBytes);
  std::string out;
  for (const char c : shown) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\n': out += "<br>"; break;
      default: out += c;
    }
  }
  if (shown.size() < text.size()) out += " …";
  return out;
}

std::string member(const json& details, const char* name) {
  if (!details.is_object()) return {};
  const auto found = details.find(name);
  return found != details.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Text and links, in the order in which they were added.
class Sections {
 public:
  void addText(std::string text) { add(std::move(text)); }
  void addFact(std::string_view label, std::string_view value) {
    if (value.empty()) return;
    if (!facts_.empty()) facts_ += "<br>";
    facts_ += "<b>";
    facts_ += label;
    facts_ += ":</b> ";
    facts_ += escaped(value, kMaxValue);
  }
  void addLink(std::string_view label, std::string_view url) {
    links_.push_back({{"text", label}, {"onClick", {{"openLink", {{"url", url}}}}}});
  }
  json take() {
    if (!facts_.empty()) add(std::move(facts_));
    if (!links_.empty()) sections_.push_back({{"widgets", json::array({{{"buttonList", {{"buttons", links_}}}}})}});
    return std::move(sections_);
  }

 private:
  void add(std::string text) {
    sections_.push_back({{"widgets", json::array({{{"textParagraph", {{"text", std::move(text)}}}}})}});
  }

  json sections_ = json::array();
  json links_ = json::array();
  std::string facts_;
};

bool isBelow(std::string_view url, std::string_view base) {
  if (base.empty() || !url.starts_with(base)) return false;
  // "https://own.example" is not the beginning of "https://own.example.evil".
  return base.back() == '/' || url.size() == base.size() || url[base.size()] == '/';
}

void addBug(Sections& sections, const storage::Report& report, const json& details, const CardLinks& links) {
  sections.addText(escaped(report.description, kMaxDescription));
  sections.addFact("Room", report.room);
  sections.addFact("Browser", report.userAgent);
  if (!links.publicUrl.empty()) sections.addLink("SFU calls", links.publicUrl + "/api/debugInfo?id=" + report.id);
  const std::string page = member(details, "url");
  if (isBelow(page, links.publicUrl)) sections.addLink("Room", page);
}

void addDeadTrack(Sections& sections, const json& details, const CardLinks& links) {
  sections.addFact("Track", member(details, "trackId"));
  for (const auto& [name, label] :
       {std::pair{"pullSessionTrace", "Receiving session"}, std::pair{"pushedSessionTrace", "Sending session"}}) {
    const std::string trace = member(details, name);
    if (isBelow(trace, links.traceLink))
      sections.addLink(label, trace);
    else
      sections.addFact(label, trace);
  }
}

std::string titleOf(const storage::Report& report, const json& details) {
  if (report.kind == storage::Report::Kind::bug) return report.userName + " reports a problem";
  const std::string other = member(details, "pushingUser");
  return report.userName + " receives nothing from " +
         (other.empty() ? "somebody" : std::string{beginningOf(other, kMaxValue)});
}

}  // namespace

std::string writeCard(const storage::Report& report, const CardLinks& links) {
  const json details = json::parse(report.details, nullptr, false);
  Sections sections;
  if (report.kind == storage::Report::Kind::bug)
    addBug(sections, report, details, links);
  else
    addDeadTrack(sections, details, links);
  sections.addFact("Meeting", report.meetingId);
  sections.addFact("All of it", "akbuzat reports " + report.id);
  const json card{{"header",
                   {{"title", titleOf(report, details)},
                    {"subtitle", timeText(report.created) + " · " + report.host + " · Akbuzat " + report.version}}},
                  {"sections", sections.take()}};
  return json{{"cardsV2", json::array({{{"cardId", report.id}, {"card", card}}})}}.dump(-1, ' ', false,
                                                                                        json::error_handler_t::replace);
}

}  // namespace akbuzat::feedback
