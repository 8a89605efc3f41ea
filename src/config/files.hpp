#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

#include "akbuzat/config/load.hpp"

namespace akbuzat::config {

/// The whole of a regular file of at most `largest` bytes.
std::variant<std::string, FileError> readSmallFile(const std::filesystem::path& path, std::size_t largest);

/// Whether what is missing is made, or only its place looked at.
enum class FileMode { make, check };

/// All checks of a configuration that touch files; fills in webRoot and sessionSecret where they are not given.
/// In FileMode::check the secret stays empty if none has been made yet.
std::optional<ConfigError> prepareFiles(Config& config, const std::filesystem::path& programFolder, FileMode mode);

// The parts of it.

/// web/dist of the source tree whose build tree the program lies in, else where an installation has the client.
std::filesystem::path defaultWebRoot(const std::filesystem::path& programFolder);
std::optional<ConfigError> prepareDataDir(const std::filesystem::path& folder, FileMode mode);
/// The secret in `folder`, made if there is none. Several processes that start at once agree on one.
std::variant<std::string, ConfigError> keptSecret(const std::filesystem::path& folder, FileMode mode);
/// Certificate and key can be read and belong together.
std::optional<ConfigError> checkTlsFiles(const std::filesystem::path& certificate, const std::filesystem::path& key);

}  // namespace akbuzat::config
