#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/config/config.hpp"

namespace akbuzat::config {

/// One thing that the host can set. The table of all of them drives parsing, the check for unknown names, --help,
/// check-config, and the test that config/akbuzat.env.example explains each.
struct Setting {
  /// As in the environment and the file; the flag is the same in kebab case ("LISTEN", "--listen").
  std::string_view name;
  /// What --help shows in place of the value.
  std::string_view placeholder;
  /// Heading under which --help lists it.
  std::string_view group;
  /// One sentence without its full stop.
  std::string_view meaning;
  /// What a value must be, to follow "must be".
  std::string allowed;
  /// Said in place of a value where the default is not a constant.
  std::string_view defaultText = {};
  /// Never shown.
  bool secret = false;
  /// False for what is known from the originals but not used in this version: accepted, checked and reported.
  bool hasEffect = true;
  /// Puts `value`, which is not empty, into the configuration. False, and no change, if it is not allowed.
  std::function<bool(Config& config, std::string_view value)> apply;
  /// The value in the configuration in its canonical form; empty where nothing is set.
  std::function<std::string(const Config& config)> print;
};

/// All settings in the order of --help.
const std::vector<Setting>& settings();

/// nullptr if there is none. Names are case-sensitive.
const Setting* findSetting(std::string_view name);

/// The name that whoever wrote `name` may have meant; empty if none is near.
std::string_view nearestSetting(std::string_view name);

/// "LISTEN" → "--listen".
std::string flagOf(std::string_view name);

}  // namespace akbuzat::config
