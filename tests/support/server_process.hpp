#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

namespace akbuzat::test {

/// The real program as a child process. Ended, if need be killed, with the object.
class ServerProcess {
 public:
  /// Starts it on a free port of 127.0.0.1 and waits until it says that it is ready. Throws with what it printed if it
  /// ends instead.
  explicit ServerProcess(const std::filesystem::path& dataDir, const std::map<std::string, std::string>& settings = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  void signal(int number) const;
  /// kill -9, and waits until it is gone.
  void kill();
  /// Waits for its end; the exit status.
  int wait();

 private:
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

struct ProgramResult {
  int exitStatus = -1;
  std::string output;
  std::string errors;
};

/// Runs the program to its end with an environment of `settings` only.
ProgramResult runProgram(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& settings = {});

}  // namespace akbuzat::test
