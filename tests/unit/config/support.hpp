#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "akbuzat/config/load.hpp"

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

/// A folder of its own that goes with the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "akbuzat-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace akbuzat::config::test
