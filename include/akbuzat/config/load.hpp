#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/config/settings.hpp"

namespace akbuzat::config {

enum class Command { serve, checkConfig, reports, version, help };

/// One sentence for the host: it names the setting, its value unless that is a secret, and what is allowed.
/// The program exits with kExitStatus.
struct ConfigError {
  static constexpr int kExitStatus = 2;

  std::string sentence;
};

/// A setting that has a value other than its default, and where the value comes from.
struct GivenSetting {
  const Setting* setting;
  std::string value;
  /// "the command line", "the environment", "akbuzat.env line 3".
  std::string source;
};

/// What the program was asked to do. For version and help nothing but `command` is filled in.
struct Invocation {
  Command command = Command::serve;
  Config config;
  /// For `reports`: the one to be shown whole, or empty for all.
  std::string reportId = {};
  /// In the order of the table.
  std::vector<GivenSetting> given;
};

/// The value of an environment variable; nullopt where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
/// Why a file cannot be used, without a full stop: "No such file or directory".
struct FileError {
  std::string reason;
};
using FileReader = std::function<std::variant<std::string, FileError>(const std::filesystem::path& path)>;

/// The environment of this process.
Environment processEnvironment();

/// Reads `arguments` (without the program's name), the environment and the file that --config names, and checks
/// every value by itself; touches nothing but that file. An empty value counts as not given. The command line goes
/// over the environment, the environment over the file.
std::variant<Invocation, ConfigError> parse(const std::vector<std::string>& arguments, const Environment& environment,
                                            const FileReader& readFile);

/// `parse`, then all that involves files. For `serve`, what is missing is made: the data directory (0700) and in it
/// the session secret (0600). `check-config` makes nothing. `programFolder` is where the running binary lies; the
/// default of WEB_ROOT depends on it.
std::variant<Invocation, ConfigError> load(const std::vector<std::string>& arguments, const Environment& environment,
                                           const std::filesystem::path& programFolder);

/// Names of the given settings that this version knows but does not use.
std::vector<std::string_view> settingsWithoutEffect(const Invocation& invocation);

/// The answer to --help.
std::string helpText();

/// The answer to check-config: each setting's effective value, secrets as "(set)", and where it comes from.
std::string describe(const Invocation& invocation);

}  // namespace akbuzat::config
