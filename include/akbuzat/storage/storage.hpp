#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "akbuzat/room/room_store.hpp"
#include "akbuzat/storage/ai_call_log.hpp"
#include "akbuzat/storage/delivery_queue.hpp"
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
class Storage final : public room::RoomStore, public Reports, public DeliveryQueue, public AiCallLog {
 public:
  /// Opens or makes the database and brings its schema up to date. What pages reported is removed when it is older than
  /// `reportTtl`: at once, and within an hour later. Throws StorageError: no access, another process uses it, not a
  /// database of ours, or one of a newer version.
  explicit Storage(const std::filesystem::path& dataDir,
                   std::chrono::milliseconds reportTtl = std::chrono::hours{30 * 24});
  /// Commits what waits, then closes.
  ~Storage() override;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// The rooms that are kept. Call before the first commit. Throws StorageError.
  std::vector<room::StoredRoom> loadAll();

  void commit(const std::string& room, std::vector<room::StoreChange> changes, CommitHandler handler) override;
  void load(const std::string& room, LoadHandler handler) override;

  void addRefresh(std::string version, Reports::Handler handler) override;
  void addFeedback(std::string version, bool experiencedIssues, std::string meetingId,
                   Reports::Handler handler) override;
  void addReport(Report report, bool deliver, Reports::Handler handler) override;
  void findReport(std::string id, FindHandler handler) override;
  [[nodiscard]] bool writable() const noexcept override;

  void onQueued(std::function<void()> listener) override;
  void nextDelivery(NextHandler handler) override;
  void postponeDelivery(std::int64_t id, std::chrono::system_clock::time_point nextAttempt,
                        DeliveryQueue::Handler handler) override;
  void removeDelivery(std::int64_t id, DeliveryQueue::Handler handler) override;

  void beginAiCall(std::string meetingId, AiLimits limits,
                   std::function<void(std::variant<Begun, Refusal>)> handler) override;
  void noteAiCall(std::int64_t id, std::string hangUpUrl, AiCallLog::Handler handler) override;
  void endAiCall(std::int64_t id, std::chrono::seconds used, AiCallLog::Handler handler) override;
  void closeAiCall(std::int64_t id, AiCallLog::Handler handler) override;
  /// As loadAll: to be called before the first write.
  std::vector<OpenAiCall> openAiCalls() override;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace akbuzat::storage
