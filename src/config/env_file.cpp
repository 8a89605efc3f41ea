#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "akbuzat/config/settings.hpp"
#include "akbuzat/util/text.hpp"
#include "config/assignment.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

namespace {

bool isComment(std::string_view text) { return text.empty() || text.front() == '#'; }

/// The value behind the '='; nullopt if a quote is not closed or something other than a comment follows it.
std::optional<std::string_view> readValue(std::string_view text) {
  text = util::trim(text);
  if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
    const auto end = text.find(text.front(), 1);
    if (end == std::string_view::npos || !isComment(util::trim(text.substr(end + 1)))) return std::nullopt;
    return text.substr(1, end - 1);
  }
  if (isComment(text)) return std::string_view{};
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '#' && (text[i - 1] == ' ' || text[i - 1] == '\t')) return util::trim(text.substr(0, i));
  }
  return text;
}

}  // namespace

ConfigError unknownName(const std::string& where, std::string_view name, bool asFlag) {
  const auto spell = [asFlag](std::string_view setting) { return asFlag ? flagOf(setting) : std::string(setting); };
  std::string sentence = where + quote(name) + " is not a setting";
  // "--data-dir" is to be compared as "DATA_DIR".
  if (asFlag) name.remove_prefix(std::min(name.size(), name.find_first_not_of('-')));
  const auto nearest = nearestSetting(name);
  sentence += nearest.empty() ? "; `akbuzat --help` lists all settings." : "; did you mean " + spell(nearest) + "?";
  return ConfigError{std::move(sentence)};
}

Assignments parseEnvFile(const std::string& text, const std::string& file) {
  std::vector<Assignment> assignments;
  std::map<std::string, std::size_t, std::less<>> lineOf;
  std::string_view rest = text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);  // what some Windows editors put in front
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = util::trim(line);
    if (isComment(line)) continue;

    const std::string source = file + " line " + std::to_string(number);
    const auto equals = line.find('=');
    // The line itself is not repeated: it may be a secret that lost its name.
    if (equals == std::string_view::npos)
      return ConfigError{source + " must be KEY=VALUE, a comment that begins with #, or empty."};
    const auto name = util::trim(line.substr(0, equals));
    if (name.starts_with("export ") || name.starts_with("export\t"))
      return ConfigError{source + " begins with export, but must be KEY=VALUE alone."};
    if (findSetting(name) == nullptr) return unknownName(source + ": ", name, false);
    const auto value = readValue(line.substr(equals + 1));
    if (!value) {
      return ConfigError{source + ": the value of " + std::string(name) +
                         " must end with the quote that it begins with, and only a # comment may follow."};
    }
    if (const auto [first, inserted] = lineOf.emplace(name, number); !inserted) {
      return ConfigError{source + " sets " + std::string(name) + ", which line " + std::to_string(first->second) +
                         " has set already; remove one of them."};
    }
    assignments.push_back({std::string(name), std::string(*value), source});
  }
  return assignments;
}

}  // namespace akbuzat::config
