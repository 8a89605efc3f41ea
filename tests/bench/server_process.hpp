#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/options.hpp"

namespace akbuzat::bench {

/// A server on a free port of 127.0.0.1 with a data folder of its own and its limits switched off. It ends with this
/// object, and with this program however that ends.
class ServerProcess {
 public:
  /// `settings` are its environment, "NAME=value" each. Returns once the server says that it is ready. Throws
  /// std::runtime_error with the server's own words if it does not do so within 20 s.
  explicit ServerProcess(const Options& options, const std::vector<std::string>& settings = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  [[nodiscard]] std::uint16_t awaitPort(int output) const;
  void end();

  std::filesystem::path folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

/// What a process has used of the processors so far; 0 if it is not known. A measure that other work of the machine
/// does not change much.
std::chrono::nanoseconds cpuTime(pid_t pid);

/// Resident memory of a process in bytes (Rss of /proc/PID/smaps_rollup). Throws std::runtime_error.
std::uint64_t residentBytes(pid_t pid);

}  // namespace akbuzat::bench
