#include "bench/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <vector>

namespace akbuzat::bench {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kStartLimit{20};
constexpr std::chrono::seconds kStopLimit{6};

fs::path serverBeside() { return fs::read_symlink("/proc/self/exe").parent_path() / "akbuzat"; }

std::vector<std::string> commandLine(const fs::path& server, const fs::path& folder, const Options& options) {
  std::vector<std::string> line{
      server.string(), "serve", "--listen", "127.0.0.1:0", "--data-dir", (folder / "data").string(), "--web-root",
      (folder / "web").string(), "--log-level", "warn",
      // The load comes from one address and is meant to be too much.
      "--http-max-connections", "1000000", "--http-max-connections-per-address", "1000000",
      "--http-requests-per-second-per-address", "0", "--websocket-connects-per-second-per-address", "0",
      "--websocket-messages-per-second", "0", "--websocket-max-queued-bytes", "256M", "--room-max-members", "5000",
      // Signs of life would be noise in what is measured.
      "--websocket-ping-interval", "3000", "--room-heartbeat-timeout", "3600"};
  if (!options.shards.empty()) line.insert(line.end(), {"--shards", options.shards});
  return line;
}

}  // namespace

ServerProcess::ServerProcess(const Options& options, const std::vector<std::string>& settings) {
  const auto server = options.server.empty() ? serverBeside() : fs::path(options.server);
  if (::access(server.c_str(), X_OK) != 0) throw std::runtime_error("There is no server at " + server.string() + ".");
  std::string name = (fs::temp_directory_path() / "akbuzat-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("No temporary folder can be made.");
  folder_ = name;
  fs::create_directory(folder_ / "web");

  auto words = commandLine(server, folder_, options);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // Settings in this program's environment are not meant for the server under test.
  auto ownSettings = settings;
  std::vector<char*> environment;
  for (auto& setting : ownSettings) environment.push_back(setting.data());
  environment.push_back(nullptr);
  const std::string log = (folder_ / "log").string();

  int output[2];
  if (::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("No pipe can be made.");
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::execve(arguments[0], arguments.data(), environment.data());
    ::_exit(127);
  }
  ::close(output[1]);
  port_ = pid_ > 0 ? awaitPort(output[0]) : 0;
  ::close(output[0]);
  if (port_ != 0) return;
  std::ifstream stream(log);
  const std::string serverWords{std::istreambuf_iterator<char>(stream), {}};
  end();
  throw std::runtime_error("The server has not started: " + serverWords.substr(0, 2000));
}

ServerProcess::~ServerProcess() { end(); }

/// The line "… is ready: http://127.0.0.1:PORT" tells the port. 0 if it does not come.
std::uint16_t ServerProcess::awaitPort(int output) const {
  const auto deadline = Clock::now() + kStartLimit;
  std::string text;
  while (text.size() < 65'536) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd descriptor{output, POLLIN, 0};
    if (left <= 0 || ::poll(&descriptor, 1, static_cast<int>(left)) <= 0) return 0;
    char buffer[1024];
    const auto got = ::read(output, buffer, sizeof buffer);
    if (got <= 0) return 0;
    text.append(buffer, static_cast<std::size_t>(got));
    const auto ready = text.find("is ready: ");
    const auto end = text.find('\n', ready);
    if (ready == std::string::npos || end == std::string::npos) continue;
    const auto colon = text.rfind(':', end);
    std::uint16_t port = 0;
    std::from_chars(text.data() + colon + 1, text.data() + end, port);
    return port;
  }
  return 0;
}

void ServerProcess::end() {
  if (pid_ > 0) {
    ::kill(pid_, SIGTERM);
    const auto deadline = Clock::now() + kStopLimit;
    while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (Clock::now() > deadline) ::kill(pid_, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    pid_ = -1;
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::chrono::nanoseconds cpuTime(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (pid <= 0 || ::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::uint64_t residentBytes(pid_t pid) {
  std::ifstream stream("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string word; stream >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "Rss:" && stream >> kibibytes) return kibibytes * 1024;
  }
  throw std::runtime_error("The memory of process " + std::to_string(pid) + " cannot be read.");
}

}  // namespace akbuzat::bench
