#include "akbuzat/storage/storage.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "akbuzat/util/log.hpp"
#include "storage/database.hpp"
#include "storage/migrations.hpp"
#include "storage/room_tables.hpp"

namespace akbuzat::storage {
namespace {

/// So many changes at most share one transaction; enough that the disk's flush is shared, few enough that the first of
/// them does not wait long for the last.
constexpr std::size_t kMaxGroup = 512;

/// How often a disk that refused is tried again.
constexpr std::chrono::seconds kProbeInterval{1};

/// Keeps other processes out of the data directory; the kernel lets go when the process ends, however it ends.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::filesystem::path& dataDir) {
    const std::filesystem::path file = dataDir / "lock";
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) throw StorageError("cannot write to " + dataDir.string() + ": " + std::strerror(errno));
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      ::close(descriptor_);
      throw StorageError("another akbuzat uses the data directory " + dataDir.string() +
                         "; stop it or give another DATA_DIR");
    }
  }
  ~DirectoryLock() { ::close(descriptor_); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace

/// The database and its thread.
class Storage::Writer {
 public:
  explicit Writer(const std::filesystem::path& dataDir)
      : lock_(dataDir), database_(dataDir / "akbuzat.db"), tables_(migrated(database_)) {
    thread_ = std::thread([this] { work(); });
  }

  ~Writer() {
    {
      const std::lock_guard guard{mutex_};
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// `change` runs inside the transaction of its group and throws if it cannot be made; `done` hears whether it is
  /// durable.
  void write(std::function<void(Writer&)> change, std::function<void(bool)> done) {
    enqueue({std::move(change), std::move(done)});
  }
  /// `read` runs outside of any transaction, after all writes that were asked for before.
  void read(std::function<void(Writer&)> read) { enqueue({std::move(read), nullptr}); }

  [[nodiscard]] Database& database() { return database_; }
  [[nodiscard]] RoomTables& tables() { return tables_; }
  [[nodiscard]] bool writable() const noexcept { return writable_.load(std::memory_order_relaxed); }

 private:
  struct Job {
    std::function<void(Writer&)> run;
    /// Empty for a read.
    std::function<void(bool)> done;
    bool failed = false;
  };

  static Database& migrated(Database& database) {
    migrate(database);
    return database;
  }

  void enqueue(Job job) {
    {
      const std::lock_guard guard{mutex_};
      queue_.push_back(std::move(job));
    }
    wake_.notify_one();
  }

  void work() {
    std::vector<Job> jobs;
    while (true) {
      {
        std::unique_lock guard{mutex_};
        const auto somethingToDo = [this] { return stopping_ || !queue_.empty(); };
        if (writable()) {
          wake_.wait(guard, somethingToDo);
        } else {
          wake_.wait_for(guard, kProbeInterval, somethingToDo);
        }
        if (queue_.empty() && stopping_) return;
        jobs.swap(queue_);
      }
      if (jobs.empty()) probe();
      for (std::size_t first = 0; first < jobs.size();) {
        if (!jobs[first].done) {
          jobs[first++].run(*this);
          continue;
        }
        std::size_t end = first;
        while (end < jobs.size() && jobs[end].done && end - first < kMaxGroup) ++end;
        writeGroup(std::span{jobs}.subspan(first, end - first));
        first = end;
      }
      jobs.clear();
    }
  }

  void writeGroup(std::span<Job> group) {
    const bool committed = transact([&] {
      for (Job& job : group) runInSavepoint(job);
    });
    for (Job& job : group) job.done(committed && !job.failed);
  }

  /// Whether the disk takes something again, for those who ask before they send anybody here.
  void probe() {
    transact([this] { database_.execute("DELETE FROM Probe; INSERT INTO Probe DEFAULT VALUES"); });
  }

  /// Whether `change` is durable.
  bool transact(const auto& change) {
    try {
      Transaction transaction{database_};
      change();
      transaction.commit();
    } catch (const std::exception& error) {
      if (writable_.exchange(false)) util::log().error("Changes cannot be saved, people are told so: {}", error.what());
      return false;
    }
    if (!writable_.exchange(true)) util::log().info("Changes are saved again");
    return true;
  }

  /// One change that breaks a rule of the schema must not take its neighbours with it.
  void runInSavepoint(Job& job) {
    database_.execute("SAVEPOINT change");
    try {
      job.run(*this);
    } catch (const StorageError& error) {
      // After a failure of the disk SQLite has ended the transaction itself.
      if (!database_.inTransaction()) throw;
      job.failed = true;
      util::log().error("A change could not be saved: {}", error.what());
      database_.execute("ROLLBACK TO change");
    }
    database_.execute("RELEASE change");
  }

  DirectoryLock lock_;
  Database database_;
  RoomTables tables_;
  std::atomic<bool> writable_{true};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

Storage::Storage(const std::filesystem::path& dataDir) : writer_(std::make_unique<Writer>(dataDir)) {}

Storage::~Storage() = default;

std::vector<room::StoredRoom> Storage::loadAll() { return writer_->tables().loadAll(); }

void Storage::commit(const std::string& room, std::vector<room::StoreChange> changes, CommitHandler handler) {
  writer_->write(
      [room, changes = std::move(changes)](Writer& writer) {
        for (const room::StoreChange& change : changes) writer.tables().apply(room, change);
      },
      std::move(handler));
}

void Storage::load(const std::string& room, LoadHandler handler) {
  writer_->read([room, handler = std::move(handler)](Writer& writer) {
    std::optional<room::StoredRoom> stored;
    bool readable = true;
    try {
      stored = writer.tables().load(room);
    } catch (const StorageError& error) {
      readable = false;
      util::log().error("A room could not be read: {}", error.what());
    }
    handler(std::move(stored), readable);
  });
}

void Storage::addRefresh(std::string version, Handler handler) {
  writer_->write(
      [version = std::move(version)](Writer& writer) {
        Statement{writer.database(), "INSERT INTO AnalyticsRefreshes (version) VALUES (?1)"}.run(version);
      },
      [handler = std::move(handler)](bool stored) { handler(stored ? ReportResult::stored : ReportResult::failed); });
}

void Storage::addFeedback(std::string version, bool experiencedIssues, std::string meetingId, Handler handler) {
  auto known = std::make_shared<bool>(false);
  writer_->write(
      [known, version = std::move(version), experiencedIssues, meetingId = std::move(meetingId)](Writer& writer) {
        Statement meeting{writer.database(), "SELECT 1 FROM Meetings WHERE id = ?1"};
        meeting.bindAll(meetingId);
        *known = meeting.step();
        if (!*known) return;
        Statement{writer.database(),
                  "INSERT INTO AnalyticsSimpleCallFeedback (version, experiencedIssues, meetingId) VALUES (?1, ?2, ?3)"}
            .run(version, experiencedIssues, meetingId);
      },
      [known, handler = std::move(handler)](bool stored) {
        if (!stored) return handler(ReportResult::failed);
        handler(*known ? ReportResult::stored : ReportResult::unknownMeeting);
      });
}

bool Storage::writable() const noexcept { return writer_->writable(); }

}  // namespace akbuzat::storage
