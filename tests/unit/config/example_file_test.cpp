#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/config/support.hpp"

namespace akbuzat::config {

namespace {

std::vector<std::string> exampleLines() {
  std::ifstream file(AKBUZAT_EXAMPLE_FILE);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// "#NAME=value" is a setting that waits to be uncommented; a comment has a space behind its '#'.
bool isSetting(const std::string& line) {
  return line.size() > 1 && line[0] == '#' && line[1] >= 'A' && line[1] <= 'Z';
}

std::string nameIn(const std::string& line) { return line.substr(1, line.find('=') - 1); }

}  // namespace

TEST_CASE("the example file explains every setting, in the order of --help") {
  const auto lines = exampleLines();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!isSetting(lines[i])) continue;
    INFO(lines[i]);
    REQUIRE(i > 0);
    CHECK((lines[i - 1].starts_with("# ") || isSetting(lines[i - 1])));
    names.push_back(nameIn(lines[i]));
  }
  std::vector<std::string> expected;
  for (const auto& setting : settings()) expected.emplace_back(setting.name);
  CHECK(names == expected);
}

TEST_CASE("the example file is valid as it is, and with everything uncommented") {
  std::string asIs;
  std::string uncommented;
  for (const auto& line : exampleLines()) {
    asIs += line + "\n";
    uncommented += (isSetting(line) ? line.substr(1) : line) + "\n";
  }
  CHECK(test::Given{{"--config", "f"}, {}, {{"f", asIs}}}.invocation().given.empty());
  const auto all = test::Given{{"--config", "f"}, {}, {{"f", uncommented}}}.invocation();
  CHECK(all.given.size() > 30);
}

TEST_CASE("the example file shows the defaults where there are any") {
  const Config defaults;
  for (const auto& line : exampleLines()) {
    if (!isSetting(line)) continue;
    const auto* setting = findSetting(nameIn(line));
    REQUIRE(setting != nullptr);
    // Whether a value is the default is only to be seen where the default is a constant of the program's.
    if (!setting->hasEffect || !setting->defaultText.empty() || setting->print(defaults).empty()) continue;
    INFO(line);
    Config config;
    CHECK(setting->apply(config, line.substr(line.find('=') + 1)));
    CHECK(setting->print(config) == setting->print(defaults));
  }
}

}  // namespace akbuzat::config
