#pragma once

#include <string>
#include <variant>
#include <vector>

#include "akbuzat/config/load.hpp"

namespace akbuzat::config {

/// "NAME is to be VALUE", said by `source`, which follows "from": "the environment". NAME is a setting's.
struct Assignment {
  std::string name;
  std::string value;
  std::string source;
};

using Assignments = std::variant<std::vector<Assignment>, ConfigError>;

/// The error about an unknown `name`, with the nearest known one. `asFlag`: both are said as flags.
ConfigError unknownName(const std::string& where, std::string_view name, bool asFlag);

/// Reads the text of a configuration file: KEY=VALUE lines as in a compose env_file. Lines that are empty or begin
/// with '#' are skipped; single or double quotes around a value are dropped and nothing inside them is special;
/// without quotes a '#' behind a space begins a comment. `file` is its name for messages.
Assignments parseEnvFile(const std::string& text, const std::string& file);

struct CommandLine {
  Command command = Command::serve;
  /// The word after `reports`, if there is one.
  std::string reportId = {};
  /// What --config names; empty if it was not given.
  std::string configFile;
  /// In their order; the last of a name counts.
  std::vector<Assignment> assignments;
};

/// Reads the arguments without the program's name. --help and --version end the reading.
std::variant<CommandLine, ConfigError> parseCommandLine(const std::vector<std::string>& arguments);

}  // namespace akbuzat::config
