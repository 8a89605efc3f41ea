#include "akbuzat/config/settings.hpp"

#include <algorithm>
#include <numeric>

#include "config/table.hpp"

namespace akbuzat::config {

namespace {

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> table = makeTable();
  return table;
}

const Setting* findSetting(std::string_view name) {
  const auto found = std::ranges::find(settings(), name, &Setting::name);
  return found == settings().end() ? nullptr : &*found;
}

std::string_view nearestSetting(std::string_view name) {
  // No name is longer; what somebody else wrote must not cost more than a name.
  constexpr std::size_t kLongest = 64;
  if (name.empty() || name.size() > kLongest) return {};
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
  });
  std::string_view nearest;
  // A third of the letters wrong is another name.
  std::size_t best = name.size() / 3 + 1;
  for (const auto& setting : settings()) {
    if (const auto apart = distance(upper, setting.name); apart < best) {
      best = apart;
      nearest = setting.name;
    }
  }
  if (!nearest.empty()) return nearest;
  // Only the unit is missing: "HTTP_MAX_BODY".
  const auto longer = std::ranges::find_if(
      settings(), [&upper](const Setting& setting) { return setting.name.starts_with(upper + "_"); });
  return longer == settings().end() ? std::string_view{} : longer->name;
}

std::string flagOf(std::string_view name) {
  std::string flag = "--";
  for (const char c : name) flag += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return flag;
}

}  // namespace akbuzat::config
