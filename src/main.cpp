// The program: command line in, one Server, signals, exit status out.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>

#include "akbuzat/config/load.hpp"
#include "akbuzat/feedback/report_text.hpp"
#include "akbuzat/server/server.hpp"
#include "akbuzat/storage/report_archive.hpp"
#include "akbuzat/util/log.hpp"

namespace {

using akbuzat::config::Config;
using akbuzat::config::Invocation;

/// Within the 5 s that hosts' tools wait between SIGTERM and SIGKILL, with room to close the database.
constexpr std::chrono::milliseconds kShutDownLimit{4'000};

spdlog::level::level_enum levelOf(akbuzat::config::LogLevel level) {
  switch (level) {
    case akbuzat::config::LogLevel::debug: return spdlog::level::debug;
    case akbuzat::config::LogLevel::info: return spdlog::level::info;
    case akbuzat::config::LogLevel::warn: return spdlog::level::warn;
    case akbuzat::config::LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Each connection is a file descriptor, and the usual soft limit of 1024 is there for select(), which we do not use.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// The signals that the main thread waits for; blocked in every thread that is started later.
sigset_t blockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A file size limit is a full disk, which people are told of, not a reason to end.
  std::signal(SIGXFSZ, SIG_IGN);
  return signals;
}

std::string address(const Config& config, std::uint16_t port) {
  if (!config.publicUrl.empty()) return config.publicUrl;
  const bool any = config.listenAddress == "0.0.0.0" || config.listenAddress == "::";
  std::string host = any ? "localhost" : config.listenAddress;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return (config.tls() ? "https://" : "http://") + host + ":" + std::to_string(port);
}

int serve(const Invocation& invocation) {
  // What it keeps is nobody else's on this machine, also in a data directory that others may enter.
  umask(077);
  const Config& config = invocation.config;
  akbuzat::util::setUpLog(config.logFormat == akbuzat::config::LogFormat::json, levelOf(config.logLevel));
  spdlog::logger& log = akbuzat::util::log();
  for (const std::string_view name : akbuzat::config::settingsWithoutEffect(invocation)) {
    log.warn("{} is set, but this version does not use it", name);
  }
  const sigset_t signals = blockSignals();
  raiseDescriptorLimit();

  akbuzat::server::Server server{config};
  server.start();
  std::printf("Akbuzat %s is ready: %s\n", std::string{akbuzat::server::version()}.c_str(),
              address(config, server.port()).c_str());
  std::fflush(stdout);

  for (int signal = 0; sigwait(&signals, &signal) == 0 && signal == SIGHUP;) {
    const auto problem = server.reloadCertificates();
    if (problem) {
      log.error("The certificate was not reloaded, the old one stays in use: {}", *problem);
    } else {
      log.info("Reloaded");
    }
  }
  log.info("Shutting down");
  server.shutDown(kShutDownLimit);
  return 0;
}

/// Prints what visitors have reported, whether the server runs or not.
int showReports(const Invocation& invocation) {
  const akbuzat::storage::ReportArchive archive{invocation.config.dataDir};
  if (invocation.reportId.empty()) {
    std::fputs(akbuzat::feedback::reportList(archive.list()).c_str(), stdout);
    return 0;
  }
  const auto report = archive.find(invocation.reportId);
  if (!report) {
    std::fprintf(stderr, "akbuzat: There is no report %s.\n", invocation.reportId.c_str());
    return 1;
  }
  std::fputs(akbuzat::feedback::reportText(*report).c_str(), stdout);
  return 0;
}

int run(const std::vector<std::string>& arguments) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto loaded = akbuzat::config::load(arguments, akbuzat::config::processEnvironment(), program.parent_path());
  if (const auto* problem = std::get_if<akbuzat::config::ConfigError>(&loaded)) {
    std::fprintf(stderr, "akbuzat: %s\n", problem->sentence.c_str());
    return akbuzat::config::ConfigError::kExitStatus;
  }
  const auto& invocation = std::get<Invocation>(loaded);
  switch (invocation.command) {
    case akbuzat::config::Command::help: std::fputs(akbuzat::config::helpText().c_str(), stdout); return 0;
    case akbuzat::config::Command::version:
      std::printf("akbuzat %s\n", std::string{akbuzat::server::version()}.c_str());
      return 0;
    case akbuzat::config::Command::checkConfig:
      std::fputs(akbuzat::config::describe(invocation).c_str(), stdout);
      return 0;
    case akbuzat::config::Command::reports: return showReports(invocation);
    case akbuzat::config::Command::serve: return serve(invocation);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "akbuzat: %s\n", error.what());
    return akbuzat::config::ConfigError::kExitStatus;
  }
}
