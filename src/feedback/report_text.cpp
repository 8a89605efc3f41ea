#include "akbuzat/feedback/report_text.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

#include "feedback/time_text.hpp"

namespace akbuzat::feedback {
namespace {

using nlohmann::json;

/// Of the description, in bytes, in the list.
constexpr std::size_t kBeginning = 60;

/// C0 and C1 controls, line separators and signs that turn the direction of text, of well-formed UTF-8.
bool isObeyed(std::string_view codePoint) {
  if (codePoint.size() == 1) return static_cast<unsigned char>(codePoint[0]) < 0x20 || codePoint[0] == 0x7F;
  if (codePoint.size() == 2) return codePoint >= "\xC2\x80" && codePoint <= "\xC2\x9F";
  return (codePoint >= "\u2028" && codePoint <= "\u202E") || (codePoint >= "\u2066" && codePoint <= "\u2069");
}

/// `text`, or its first `maxBytes` at most, with "·" for what a terminal would obey. Lines stay lines where `lines`.
std::string printable(std::string_view text, bool lines, std::size_t maxBytes = std::string_view::npos) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view codePoint = text.substr(i, size);
    i += codePoint.size();
    if (i > maxBytes) return out + "…";
    if (lines && codePoint == "\n")
      out += '\n';
    else if (isObeyed(codePoint))
      out += "·";
    else
      out += codePoint;
  }
  return out;
}

std::string_view kindText(const storage::Report& report) {
  return report.kind == storage::Report::Kind::bug ? "problem" : "dead track";
}

void addFact(std::string& out, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  out += label;
  out += ": ";
  out += printable(value, false);
  out += '\n';
}

}  // namespace

std::string reportList(const std::vector<storage::Report>& reports) {
  if (reports.empty()) return "There are no reports.\n";
  std::string out;
  for (const storage::Report& report : reports) {
    out += report.id + "  " + timeText(report.created) + "  ";
    out += kindText(report);
    out += "  " + printable(report.userName, false);
    if (!report.description.empty()) out += ": " + printable(report.description, false, kBeginning);
    out += '\n';
  }
  return out;
}

std::string reportText(const storage::Report& report) {
  std::string out;
  addFact(out, "Id", report.id);
  addFact(out, "Kind", kindText(report));
  addFact(out, "Time", timeText(report.created));
  addFact(out, "From", report.userName);
  addFact(out, "Room", report.room);
  addFact(out, "Meeting", report.meetingId);
  addFact(out, "Site", report.host);
  addFact(out, "Version", report.version);
  addFact(out, "Browser", report.userAgent);
  if (!report.description.empty()) out += "\n" + printable(report.description, true) + "\n";
  const json details = json::parse(report.details, nullptr, false);
  if (!details.is_discarded())
    out += "\n" + printable(details.dump(2, ' ', false, json::error_handler_t::replace), true) + "\n";
  return out;
}

}  // namespace akbuzat::feedback
