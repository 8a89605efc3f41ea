#include "config/rows.hpp"
#include "config/table.hpp"

namespace akbuzat::config {

namespace {

constexpr std::string_view kUnused = "Known, without effect in this version";

// The settings of the originals that nothing in this version reads. Numbers and truth values are checked all the
// same, so that a mistake is found now and not by the version that uses them.

Setting unusedText(std::string_view name, std::string_view meaning) {
  auto setting = row({name, "TEXT", kUnused, meaning}, "text");
  setting.hasEffect = false;
  setting.apply = [](Config&, std::string_view) { return true; };
  setting.print = [](const Config&) { return std::string{}; };
  return setting;
}

Setting unusedBoolean(std::string_view name, std::string_view meaning) {
  auto setting = unusedText(name, meaning);
  setting.placeholder = "BOOLEAN";
  setting.allowed = "true or false";
  setting.apply = [](Config&, std::string_view value) { return parseBoolean(value).has_value(); };
  return setting;
}

}  // namespace

std::vector<Setting> unusedSettings() {
  return {
      unusedBoolean("EXPERIMENTAL_SIMULCAST_ENABLED", "Whether cameras send two sizes"),
      unusedBoolean("E2EE_ENABLED", "Whether calls are encrypted end to end"),
      unusedBoolean("DISABLE_LOBBY_ENFORCEMENT", "Whether a room can be entered without its lobby"),
      unusedText("DASHBOARD_WORKER_URL", "Link to the logs of a call"),
      unusedText("FEEDBACK_QUEUE", "Queue of bug reports"),
      unusedText("FEEDBACK_STORAGE", "Store of bug reports"),
      unusedText("DB", "Analytics database; this server has its own"),
      unusedText("PUBLIC", "Of no meaning in the originals either"),
  };
}

}  // namespace akbuzat::config
