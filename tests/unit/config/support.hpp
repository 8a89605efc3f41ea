#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "akbuzat/config/load.hpp"
#include "support/temporary_folder.hpp"

namespace akbuzat::config::test {

/// What `parse` is given, and nothing of the machine that the test runs on.
struct Given {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;

  [[nodiscard]] Environment accessor() const {
    return [variables = environment](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
  }

  [[nodiscard]] std::variant<Invocation, ConfigError> parsed() const {
    return parse(arguments, accessor(),
                 [this](const std::filesystem::path& path) -> std::variant<std::string, FileError> {
                   const auto found = files.find(path.string());
                   if (found == files.end()) return FileError{"No such file or directory"};
                   return found->second;
                 });
  }

  /// For what must be right.
  [[nodiscard]] Invocation invocation() const {
    auto outcome = parsed();
    if (const auto* error = std::get_if<ConfigError>(&outcome)) throw std::runtime_error(error->sentence);
    return std::get<Invocation>(std::move(outcome));
  }

  /// For what must be wrong; empty if it is not.
  [[nodiscard]] std::string error() const {
    const auto outcome = parsed();
    const auto* error = std::get_if<ConfigError>(&outcome);
    return error == nullptr ? std::string{} : error->sentence;
  }
};

/// Puts `text` into a file of the folder; its path.
inline std::filesystem::path write(const akbuzat::test::TemporaryFolder& folder, const std::string& name,
                                   const std::string& text) {
  std::ofstream(folder.path() / name) << text;
  return folder.path() / name;
}

}  // namespace akbuzat::config::test
