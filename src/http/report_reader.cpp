#include "http/report_reader.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include "akbuzat/util/json_depth.hpp"
#include "akbuzat/util/utf8.hpp"
#include "http/form.hpp"
#include "http/text.hpp"

namespace akbuzat::http {
namespace {

using nlohmann::json;

/// In bytes. A history of a hundred calls with descriptions of a meeting of ten has about half of it.
constexpr std::size_t kMaxInfo = 512 * 1024;
constexpr std::size_t kMaxDeadTrack = 16 * 1024;
/// The entries of the history hold lists of tracks, three levels down.
constexpr int kMaxDepth = 32;
/// In code points: some pages of text.
constexpr std::size_t kMaxDescription = 4000;
/// Of everything that is a name, an id or an address.
constexpr std::size_t kMaxText = 2048;

std::optional<json> parseObject(std::string_view text, std::size_t maxBytes) {
  if (text.size() > maxBytes || util::nestsDeeperThan(text, kMaxDepth)) return std::nullopt;
  json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  return parsed;
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// Empty if it is not there. nullopt if it is no text, or too long.
std::optional<std::string> textOf(const json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return std::string{};
  if (!member->is_string()) return std::nullopt;
  auto text = member->get<std::string>();
  std::erase_if(text, isControlCharacter);
  if (text.size() > kMaxText) return std::nullopt;
  return text;
}

json copyOf(const json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() ? json{} : *member;
}

}  // namespace

std::optional<storage::Report> readBugReport(std::string_view form) {
  auto description = formValue(form, "description");
  const auto infoText = formValue(form, "info");
  if (!description || !infoText || !util::isValidUtf8(*description)) return std::nullopt;
  // Lines stay apart; a browser ends them with CRLF.
  std::erase_if(*description, [](char c) { return isControlCharacter(c) && c != '\n' && c != '\t'; });
  const bool blank = description->find_first_not_of(" \n\t") == std::string::npos;
  if (blank || util::countCodePoints(*description) > kMaxDescription) return std::nullopt;
  const auto info = parseObject(*infoText, kMaxInfo);
  if (!info) return std::nullopt;
  auto room = textOf(*info, "roomName");
  auto meeting = textOf(*info, "meetingId");
  const auto url = textOf(*info, "url");
  if (!room || !meeting || !url) return std::nullopt;

  storage::Report report;
  report.kind = storage::Report::Kind::bug;
  report.room = std::move(*room);
  report.meetingId = std::move(*meeting);
  report.description = std::move(*description);
  report.details =
      dump({{"roomHistory", copyOf(*info, "roomHistory")}, {"identity", copyOf(*info, "identity")}, {"url", *url}});
  return report;
}

std::optional<storage::Report> readDeadTrack(std::string_view text) {
  const auto body = parseObject(text, kMaxDeadTrack);
  if (!body) return std::nullopt;
  auto meeting = textOf(*body, "meetingId");
  if (!meeting) return std::nullopt;
  json details = json::object();
  for (const char* name : {"trackId", "pullSessionTrace", "pushedSessionTrace", "pushingUser"}) {
    auto value = textOf(*body, name);
    if (!value) return std::nullopt;
    if (!value->empty()) details[name] = std::move(*value);
  }
  if (!details.contains("trackId")) return std::nullopt;

  storage::Report report;
  report.kind = storage::Report::Kind::deadTrack;
  report.meetingId = std::move(*meeting);
  report.details = dump(details);
  return report;
}

std::string roomHistoryOf(const storage::Report& report) {
  const json details = json::parse(report.details, nullptr, false);
  return details.is_object() ? dump(copyOf(details, "roomHistory")) : "null";
}

}  // namespace akbuzat::http
