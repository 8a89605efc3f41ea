#include "config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "akbuzat/util/random.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

namespace fs = std::filesystem;

namespace {

/// A file descriptor that is closed with its scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const { return value_; }
  explicit operator bool() const { return value_ >= 0; }

 private:
  int value_;
};

std::string systemReason(int error) { return std::generic_category().message(error); }

ConfigError dataDirError(const fs::path& folder, const std::string& reason) {
  return ConfigError{"DATA_DIR is " + quote(folder.string()) + ", but must be a folder that can be written: " + reason +
                     "."};
}

bool writeAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// True if `path` lies in `folder` or is the same.
bool liesIn(const fs::path& path, const fs::path& folder) {
  std::error_code error;
  const auto inner = fs::weakly_canonical(path, error);
  if (error) return false;
  const auto outer = fs::weakly_canonical(folder, error);
  if (error) return false;
  const auto relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

/// Puts a new secret under `path` unless a file is there. 0, or errno.
int publishSecret(const fs::path& folder, const fs::path& path) {
  // Written in full under another name first: whoever finds the file finds a whole secret, even after a crash.
  std::string draft = (folder / ".session_secret-XXXXXX").string();
  const Descriptor file(::mkostemp(draft.data(), O_CLOEXEC));  // 0600
  if (!file) return errno;
  constexpr std::size_t kCharacters = 43;  // 258 random bits, as many as SHA-256 has use for
  int error = 0;
  if (!writeAll(file.get(), util::randomToken(kCharacters) + "\n") || ::fsync(file.get()) != 0) error = errno;
  if (error == 0 && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) error = errno;
  ::unlink(draft.c_str());
  if (error != 0) return error;
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) ::fsync(directory.get());
  return 0;
}

}  // namespace

std::variant<std::string, FileError> readSmallFile(const fs::path& path, std::size_t largest) {
  // Without O_NONBLOCK the open of a named pipe would wait for its writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return FileError{systemReason(errno)};
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return FileError{systemReason(errno)};
  if (!S_ISREG(status.st_mode)) return FileError{"it is not a regular file"};
  std::string text(largest + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError{systemReason(errno)};
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > largest) return FileError{"it has more than " + printSize(largest) + " bytes"};
  text.resize(size);
  return text;
}

fs::path defaultWebRoot(const fs::path& programFolder) {
  std::error_code error;
  const auto source = (programFolder / ".." / ".." / "web").lexically_normal();
  // The manifest tells the source tree, whether or not the client has been built yet.
  if (fs::exists(source / "package.json", error)) return source / "dist";
  return (programFolder / ".." / "share" / "akbuzat" / "web").lexically_normal();
}

std::optional<ConfigError> prepareDataDir(const fs::path& folder, FileMode mode) {
  std::error_code error;
  // "data/" has an empty last part.
  auto target = fs::absolute(folder, error).lexically_normal();
  if (error) return dataDirError(folder, systemReason(error.value()));
  if (!target.has_filename()) target = target.parent_path();
  if (!fs::exists(target, error) && mode == FileMode::make) {
    fs::create_directories(target.parent_path(), error);
    if (error) return dataDirError(folder, systemReason(error.value()));
    if (::mkdir(target.c_str(), 0700) != 0 && errno != EEXIST) return dataDirError(folder, systemReason(errno));
  }
  // Where nothing is made, the nearest folder that exists tells whether the missing ones could be.
  while (mode == FileMode::check && !fs::exists(target, error) && target.has_parent_path() &&
         target != target.root_path()) {
    target = target.parent_path();
  }
  if (!fs::is_directory(target, error)) return dataDirError(folder, quote(target.string()) + " is not a folder");
  // Permission bits do not tell of read-only disks and mean nothing to root: only trying does.
  std::string probe = (target / ".write-test-XXXXXX").string();
  const Descriptor file(::mkostemp(probe.data(), O_CLOEXEC));
  if (!file) return dataDirError(folder, systemReason(errno));
  ::unlink(probe.c_str());
  return std::nullopt;
}

std::variant<std::string, ConfigError> keptSecret(const fs::path& folder, FileMode mode) {
  const auto path = folder / "session_secret";
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (mode == FileMode::check) return std::string{};
    if (const int failure = publishSecret(folder, path); failure != 0) {
      return ConfigError{"SESSION_SECRET is not set and cannot be kept in " + quote(path.string()) + ": " +
                         systemReason(failure) + "."};
    }
  }
  constexpr std::size_t kLargest = 4096;
  auto text = readSmallFile(path, kLargest);
  if (const auto* failure = std::get_if<FileError>(&text)) {
    return ConfigError{"SESSION_SECRET is not set and cannot be read from " + quote(path.string()) + ": " +
                       failure->reason + "."};
  }
  auto& secret = std::get<std::string>(text);
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.size() < kShortestSecret) {
    return ConfigError{"SESSION_SECRET in " + quote(path.string()) + " must be at least " +
                       std::to_string(kShortestSecret) +
                       " characters; without that file a new one is made, and all visitors choose their names again."};
  }
  return std::move(secret);
}

std::optional<ConfigError> prepareFiles(Config& config, const fs::path& programFolder, FileMode mode) {
  std::error_code error;
  if (config.webRoot.empty()) {
    config.webRoot = defaultWebRoot(programFolder);
  } else if (!fs::is_directory(config.webRoot, error)) {
    return ConfigError{"WEB_ROOT is " + quote(config.webRoot.string()) + ", but must be a folder that can be read" +
                       (error ? ": " + systemReason(error.value()) : std::string{}) + "."};
  }
  if (liesIn(config.dataDir, config.webRoot)) {
    return ConfigError{"DATA_DIR is " + quote(config.dataDir.string()) +
                       ", but must not lie in WEB_ROOT, whose files anybody can read."};
  }
  if (config.tls()) {
    if (auto failure = checkTlsFiles(config.tlsCertFile, config.tlsKeyFile)) return failure;
  }
  if (auto failure = prepareDataDir(config.dataDir, mode)) return failure;
  if (config.sessionSecret.empty()) {
    auto secret = keptSecret(config.dataDir, mode);
    if (auto* failure = std::get_if<ConfigError>(&secret)) return std::move(*failure);
    config.sessionSecret = std::get<std::string>(std::move(secret));
  }
  return std::nullopt;
}

}  // namespace akbuzat::config
