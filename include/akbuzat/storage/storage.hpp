#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "akbuzat/room/room_store.hpp"
#include "akbuzat/storage/reports.hpp"

namespace akbuzat::storage {

/// The database cannot be used at all; the text says why and what to do.
class StorageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The server's one SQLite database, `akbuzat.db` in the data directory, and the one thread that writes it: all that
/// waits when it is free becomes durable in one transaction (group commit). Owned by the server, outlives all rooms.
/// Every function but the constructor may be called on any thread.
class Storage final : public room::RoomStore, public Reports {
 public:
  /// Opens or makes the database and brings its schema up to date. Throws StorageError: no access, another process
  /// uses it, not a database of ours, or one of a newer version.
  explicit Storage(const std::filesystem::path& dataDir);
  /// Commits what waits, then closes.
  ~Storage() override;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// The rooms that are kept. Call before the first commit. Throws StorageError.
  std::vector<room::StoredRoom> loadAll();

  void commit(const std::string& room, std::vector<room::StoreChange> changes, CommitHandler handler) override;
  void load(const std::string& room, LoadHandler handler) override;

  void addRefresh(std::string version, Handler handler) override;
  void addFeedback(std::string version, bool experiencedIssues, std::string meetingId, Handler handler) override;
  [[nodiscard]] bool writable() const noexcept override;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace akbuzat::storage
