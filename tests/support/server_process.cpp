#include "support/server_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace akbuzat::test {
namespace {

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  ~Pipe() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void closeWriter() { ::close(std::exchange(ends[1], -1)); }

  std::array<int, 2> ends{-1, -1};
};

pid_t spawn(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& settings, int output,
            int errors) {
  std::vector<std::string> words{AKBUZAT_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : settings) environment.push_back(name + "=" + value);
  const auto pointers = [](std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (std::string& string : strings) list.push_back(string.data());
    list.push_back(nullptr);
    return list;
  };
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (errors >= 0) posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  pid_t pid = -1;
  const int failure =
      posix_spawn(&pid, AKBUZAT_PROGRAM, &actions, nullptr, pointers(words).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot start " AKBUZAT_PROGRAM);
  return pid;
}

/// Until the end of the stream, or until `enough` says so.
std::string readAll(int descriptor, auto enough) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (!enough(text)) {
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ServerProcess::ServerProcess(const std::filesystem::path& dataDir, const std::map<std::string, std::string>& settings) {
  std::map<std::string, std::string> environment{{"LISTEN", "127.0.0.1:0"},
                                                 {"DATA_DIR", dataDir.string()},
                                                 {"HTTP_REQUESTS_PER_SECOND_PER_ADDRESS", "0"},
                                                 {"WEBSOCKET_CONNECTS_PER_SECOND_PER_ADDRESS", "0"},
                                                 {"LOG_LEVEL", "warn"}};
  for (const auto& [name, value] : settings) environment[name] = value;
  Pipe output;
  pid_ = spawn({"serve"}, environment, output.ends[1], -1);
  output.closeWriter();
  const std::string line =
      readAll(output.ends[0], [](const std::string& text) { return text.find('\n') != text.npos; });
  const std::size_t colon = line.rfind(':');
  if (line.find("is ready") == std::string::npos || colon == std::string::npos) {
    reap(std::exchange(pid_, -1));
    throw std::runtime_error("the server did not start: " + line);
  }
  port_ = static_cast<std::uint16_t>(std::stoi(line.substr(colon + 1)));
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) kill();
}

void ServerProcess::signal(int number) const { ::kill(pid_, number); }

void ServerProcess::kill() {
  signal(SIGKILL);
  wait();
}

int ServerProcess::wait() { return reap(std::exchange(pid_, -1)); }

ProgramResult runProgram(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& settings) {
  Pipe output;
  Pipe errors;
  const pid_t pid = spawn(arguments, settings, output.ends[1], errors.ends[1]);
  output.closeWriter();
  errors.closeWriter();
  const auto never = [](const std::string&) { return false; };
  ProgramResult result;
  result.output = readAll(output.ends[0], never);
  result.errors = readAll(errors.ends[0], never);
  result.exitStatus = reap(pid);
  return result;
}

}  // namespace akbuzat::test
