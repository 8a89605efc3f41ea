#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace akbuzat::util {

/// Which of the process's shards; 0 … size-1.
using ShardIndex = std::size_t;

/// The process's serial executors: N threads, each running one io_context that only it runs, so that objects of one
/// shard need no locks among themselves. Owned by the server; everything that lives on a shard must be gone, or have
/// been told to stop, before `join` returns.
class Shards {
 public:
  explicit Shards(std::size_t count);
  ~Shards();
  Shards(const Shards&) = delete;
  Shards& operator=(const Shards&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return contexts_.size(); }
  [[nodiscard]] boost::asio::io_context& context(ShardIndex index) { return *contexts_[index]; }

  /// Starts the threads. An exception that escapes a handler is a bug; it ends the process.
  void start();
  /// Ends the threads after the handler that each is running.
  void stop();
  /// Waits for the threads to end. Not to be called from a shard.
  void join();

 private:
  using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<WorkGuard> guards_;
  std::vector<std::thread> threads_;
};

}  // namespace akbuzat::util
