#include <algorithm>
#include <array>
#include <string_view>

#include "akbuzat/config/settings.hpp"
#include "config/assignment.hpp"
#include "config/values.hpp"

namespace akbuzat::config {
namespace {

struct NamedCommand {
  std::string_view name;
  Command command;
};

constexpr std::array kCommands{NamedCommand{"serve", Command::serve},
                               NamedCommand{"check-config", Command::checkConfig},
                               NamedCommand{"reports", Command::reports}};

}  // namespace

std::variant<CommandLine, ConfigError> parseCommandLine(const std::vector<std::string>& arguments) {
  CommandLine line;
  bool commandGiven = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--help" || argument == "-h")
      return CommandLine{.command = Command::help, .configFile = {}, .assignments = {}};
    if (argument == "--version") return CommandLine{.command = Command::version, .configFile = {}, .assignments = {}};
    if (!argument.starts_with("--")) {
      if (commandGiven && line.command == Command::reports && line.reportId.empty()) {
        line.reportId = argument;
        continue;
      }
      const auto command = std::ranges::find(kCommands, argument, &NamedCommand::name);
      if (commandGiven || command == kCommands.end())
        return ConfigError{quote(argument) + " is not a command; those are serve, check-config and reports, once."};
      commandGiven = true;
      line.command = command->command;
      continue;
    }
    const auto equals = argument.find('=');
    const auto flag = argument.substr(0, equals);
    const auto setting =
        std::ranges::find_if(settings(), [flag](const Setting& each) { return flagOf(each.name) == flag; });
    const bool isConfig = flag == "--config";
    if (!isConfig && setting == settings().end()) return unknownName("", flag, true);
    std::string value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
      value = arguments[++i];
    } else {
      return ConfigError{std::string(flag) + " must be followed by its value, which is " +
                         (isConfig ? "a file" : setting->allowed) + "."};
    }
    if (isConfig) {
      if (value.empty()) return ConfigError{"--config must be followed by the name of a file, not by an empty text."};
      line.configFile = value;
    } else {
      line.assignments.push_back({std::string(setting->name), value, "the command line"});
    }
  }
  return line;
}

}  // namespace akbuzat::config
