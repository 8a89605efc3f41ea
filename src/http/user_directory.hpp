#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "akbuzat/https/client.hpp"

namespace akbuzat::http {

struct DirectoryEntry {
  std::string firstName;
  std::string lastName;
  /// A data: URL of a JPEG or PNG, or empty.
  std::string photo;
  /// As the tz database names it, or empty.
  std::string timeZone;
};

/// Reads the directory's answer {firstName, lastName, photob64?, timeZone?}. nullopt unless it has a name; a photo that
/// is none, or is larger than 64 kB, is left out.
std::optional<DirectoryEntry> readDirectoryEntry(std::string_view json);

/// The host's list of people (USER_DIRECTORY_URL). Keeps what it was told for a while, within bounds. Owned by the
/// site; any thread.
class UserDirectory {
 public:
  enum class Result { found, unknown, unavailable };
  /// `entry` is there if it was found.
  using Handler = std::function<void(Result result, std::shared_ptr<const DirectoryEntry> entry)>;

  /// Asks {url}?email={name}. `client` outlives the object.
  UserDirectory(https::Client& client, std::string url);
  ~UserDirectory();
  UserDirectory(const UserDirectory&) = delete;
  UserDirectory& operator=(const UserDirectory&) = delete;

  /// Calls `handler` once, at once or on the client's executor.
  void find(const std::string& name, Handler handler) const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace akbuzat::http
