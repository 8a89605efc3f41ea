#include <algorithm>
#include <sstream>

#include "akbuzat/config/load.hpp"

namespace akbuzat::config {

namespace {

/// What stands for a value that is never shown.
constexpr std::string_view kHidden = "(set)";

std::string defaultOf(const Setting& setting) {
  static const Config defaults;
  if (!setting.defaultText.empty()) return std::string(setting.defaultText);
  return setting.print(defaults);
}

std::string shownValue(const Setting& setting, const Config& config, const std::string* given) {
  const bool secretSet = setting.secret && (given != nullptr || !setting.print(config).empty());
  if (secretSet) return std::string(kHidden);
  if (!setting.hasEffect && given != nullptr) return *given;
  auto value = setting.print(config);
  if (!value.empty()) return value;
  return setting.defaultText.empty() ? "(not set)" : "(" + std::string(setting.defaultText) + ")";
}

}  // namespace

std::string helpText() {
  std::ostringstream out;
  out << "akbuzat: a video-meeting server\n"
         "\n"
         "  akbuzat [serve] [--config FILE] [--SETTING VALUE ...]   runs the server\n"
         "  akbuzat check-config [...]                              checks the settings, shows them, makes nothing\n"
         "  akbuzat reports [ID]                                    lists the bug reports, or shows one whole\n"
         "  akbuzat --version | --help\n"
         "\n"
         "Each setting is a flag, a variable of the environment (the name in capitals) or a NAME=VALUE line of the\n"
         "file; a flag goes over the environment, the environment over the file. An empty value counts as not given.\n"
         "Sizes may end with k, M or G; times are in seconds or end with s or ms.\n"
         "\n"
         "  --config FILE\n"
         "      NAME=VALUE lines; config/akbuzat.env.example explains each setting.\n";
  std::string_view group;
  for (const auto& setting : settings()) {
    if (setting.group != group) {
      group = setting.group;
      out << "\n" << group << "\n";
    }
    if (!setting.hasEffect) {
      out << "  " << setting.name << "  " << setting.meaning << ".\n";
      continue;
    }
    out << "  " << flagOf(setting.name) << " " << setting.placeholder << "   " << setting.name << "\n      "
        << setting.meaning << ".\n";
    if (const auto value = defaultOf(setting); !value.empty()) out << "      Default: " << value << ".\n";
  }
  return out.str();
}

std::string describe(const Invocation& invocation) {
  struct Line {
    std::string name, value, source;
  };
  std::vector<Line> lines;
  std::size_t nameWidth = 0;
  std::size_t valueWidth = 0;
  for (const auto& setting : settings()) {
    const auto given = std::ranges::find(invocation.given, &setting, &GivenSetting::setting);
    const bool isGiven = given != invocation.given.end();
    if (!isGiven && !setting.hasEffect) continue;
    auto value = shownValue(setting, invocation.config, isGiven ? &given->value : nullptr);
    std::string source = isGiven ? given->source : "default";
    if (!setting.hasEffect) source += "; no effect in this version";
    nameWidth = std::max(nameWidth, setting.name.size());
    // One long value must not push all sources out of sight.
    constexpr std::size_t kWidest = 40;
    valueWidth = std::max(valueWidth, std::min(value.size(), kWidest));
    lines.push_back({std::string(setting.name), std::move(value), std::move(source)});
  }
  std::string text;
  const auto pad = [&text](const std::string& part, std::size_t width) {
    text += part;
    text.append(part.size() < width ? width - part.size() : 0, ' ');
    text += "  ";
  };
  for (const auto& line : lines) {
    pad(line.name, nameWidth);
    pad(line.value, valueWidth);
    text += "[" + line.source + "]\n";
  }
  return text + "The settings are valid.\n";
}

}  // namespace akbuzat::config
