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
#include "storage/ai_call_table.hpp"
#include "storage/database.hpp"
#include "storage/migrations.hpp"
#include "storage/report_tables.hpp"
#include "storage/room_tables.hpp"

namespace akbuzat::storage {
namespace {

/// So many changes at most share one transaction; enough that the disk's flush is shared, few enough that the first of
/// them does not wait long for the last.
constexpr std::size_t kMaxGroup = 512;

/// How often a disk that refused is tried again.
constexpr std::chrono::seconds kProbeInterval{1};

/// How often is looked for reports that are too old; they are kept for days.
constexpr std::chrono::hours kPurgeInterval{1};

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

/// Calls `handler` with what `read` returns and true, or with nothing and false if it could not be read.
template <class Value>
void readThen(const auto& read, const auto& handler) {
  std::optional<Value> value;
  bool readable = true;
  try {
    value = read();
  } catch (const StorageError& error) {
    readable = false;
    util::log().error("The database could not be read: {}", error.what());
  }
  handler(std::move(value), readable);
}

}  // namespace

/// The database and its thread.
class Storage::Writer {
 public:
  Writer(const std::filesystem::path& dataDir, std::chrono::milliseconds reportTtl)
      : reportTtl_(reportTtl),
        lock_(dataDir),
        database_(dataDir / "akbuzat.db"),
        tables_(migrated(database_)),
        reports_(database_),
        aiCalls_(database_) {
    purge();
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

  [[nodiscard]] RoomTables& tables() { return tables_; }
  [[nodiscard]] ReportTables& reports() { return reports_; }
  [[nodiscard]] AiCallTable& aiCalls() { return aiCalls_; }
  void onQueued(std::function<void()> listener) {
    const std::lock_guard guard{mutex_};
    queued_ = std::move(listener);
  }
  void tellQueued() {
    std::function<void()> listener;
    {
      const std::lock_guard guard{mutex_};
      listener = queued_;
    }
    if (listener) listener();
  }
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
          wake_.wait_until(guard, nextPurge_, somethingToDo);
        } else {
          wake_.wait_for(guard, kProbeInterval, somethingToDo);
        }
        if (queue_.empty() && stopping_) return;
        jobs.swap(queue_);
      }
      if (!writable() && jobs.empty()) probe();
      if (std::chrono::steady_clock::now() >= nextPurge_) purge();
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

  void purge() {
    nextPurge_ = std::chrono::steady_clock::now() + kPurgeInterval;
    transact([this] {
      reports_.removeBefore(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - reportTtl_));
    });
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

  const std::chrono::milliseconds reportTtl_;
  DirectoryLock lock_;
  Database database_;
  RoomTables tables_;
  ReportTables reports_;
  AiCallTable aiCalls_;
  std::chrono::steady_clock::time_point nextPurge_{};
  std::atomic<bool> writable_{true};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;
  std::function<void()> queued_;
  bool stopping_ = false;
  std::thread thread_;
};

Storage::Storage(const std::filesystem::path& dataDir, std::chrono::milliseconds reportTtl)
    : writer_(std::make_unique<Writer>(dataDir, reportTtl)) {}

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
    readThen<room::StoredRoom>([&] { return writer.tables().load(room); }, handler);
  });
}

void Storage::addRefresh(std::string version, Reports::Handler handler) {
  writer_->write(
      [version = std::move(version)](Writer& writer) { writer.reports().addRefresh(version); },
      [handler = std::move(handler)](bool stored) { handler(stored ? ReportResult::stored : ReportResult::failed); });
}

void Storage::addFeedback(std::string version, bool experiencedIssues, std::string meetingId,
                          Reports::Handler handler) {
  auto known = std::make_shared<bool>(false);
  writer_->write([known, version = std::move(version), experiencedIssues, meetingId = std::move(meetingId)](
                     Writer& writer) { *known = writer.reports().addFeedback(version, experiencedIssues, meetingId); },
                 [known, handler = std::move(handler)](bool stored) {
                   if (!stored) return handler(ReportResult::failed);
                   handler(*known ? ReportResult::stored : ReportResult::unknownMeeting);
                 });
}

void Storage::addReport(Report report, bool deliver, Reports::Handler handler) {
  writer_->write([report = std::move(report), deliver](Writer& writer) { writer.reports().add(report, deliver); },
                 [writer = writer_.get(), deliver, handler = std::move(handler)](bool stored) {
                   handler(stored ? ReportResult::stored : ReportResult::failed);
                   if (stored && deliver) writer->tellQueued();
                 });
}

void Storage::findReport(std::string id, FindHandler handler) {
  writer_->read([id = std::move(id), handler = std::move(handler)](Writer& writer) {
    readThen<Report>([&] { return writer.reports().find(id); }, handler);
  });
}

bool Storage::writable() const noexcept { return writer_->writable(); }

void Storage::onQueued(std::function<void()> listener) { writer_->onQueued(std::move(listener)); }

void Storage::nextDelivery(NextHandler handler) {
  writer_->read([handler = std::move(handler)](Writer& writer) {
    readThen<QueuedDelivery>([&] { return writer.reports().nextDelivery(); }, handler);
  });
}

void Storage::postponeDelivery(std::int64_t id, std::chrono::system_clock::time_point nextAttempt,
                               DeliveryQueue::Handler handler) {
  writer_->write([id, nextAttempt](Writer& writer) { writer.reports().postponeDelivery(id, nextAttempt); },
                 std::move(handler));
}

void Storage::removeDelivery(std::int64_t id, DeliveryQueue::Handler handler) {
  writer_->write([id](Writer& writer) { writer.reports().removeDelivery(id); }, std::move(handler));
}

void Storage::beginAiCall(std::string meetingId, AiLimits limits,
                          std::function<void(std::variant<Begun, Refusal>)> handler) {
  auto begun = std::make_shared<std::optional<Begun>>();
  writer_->write(
      [begun, meetingId = std::move(meetingId), limits](Writer& writer) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        *begun = writer.aiCalls().begin(meetingId, limits, now);
      },
      [begun, handler = std::move(handler)](bool saved) {
        if (!saved) return handler(Refusal::failed);
        if (!*begun) return handler(Refusal::limitReached);
        handler(**begun);
      });
}

void Storage::noteAiCall(std::int64_t id, std::string hangUpUrl, AiCallLog::Handler handler) {
  writer_->write([id, url = std::move(hangUpUrl)](Writer& writer) { writer.aiCalls().note(id, url); },
                 std::move(handler));
}

void Storage::endAiCall(std::int64_t id, std::chrono::seconds used, AiCallLog::Handler handler) {
  writer_->write([id, used](Writer& writer) { writer.aiCalls().end(id, used); }, std::move(handler));
}

void Storage::closeAiCall(std::int64_t id, AiCallLog::Handler handler) {
  writer_->write([id](Writer& writer) { writer.aiCalls().close(id); }, std::move(handler));
}

std::vector<OpenAiCall> Storage::openAiCalls() {
  return writer_->aiCalls().takeOver(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace akbuzat::storage
