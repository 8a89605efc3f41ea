// akbuzat-bench: one mode, one server, one line of JSON. Exits with 1 if anything went wrong during the load, and with
// 2 if it could not be set up.

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <optional>

#include "bench/scenarios.hpp"

namespace akbuzat::bench {

namespace {

Json run(const Options& options) {
  if (options.mode == Mode::limit) return runLimit(options);
  if (options.mode == Mode::sfu) return runSfu(options);
  if (options.mode == Mode::proxy) return runProxy(options);
  // Each mode gets a server that has done nothing else, or the one that was named.
  const auto with = [&options](const std::function<Json(const Options&, const Bed&)>& scenario) {
    if (!options.url.empty()) return scenario(options, {parseTarget(options.url), options.pid.value_or(0)});
    const ServerProcess server(options);
    return scenario(options, {loopbackTarget(server.port()), server.pid()});
  };
  switch (options.mode) {
    case Mode::limit:
    case Mode::sfu:
    case Mode::proxy: break;
    case Mode::relay: return with(runRelay);
    case Mode::update: return with(runUpdate);
    case Mode::join: return with(runJoin);
    case Mode::idle: return with(runIdle);
    case Mode::report: return with(runReport);
    case Mode::all: {
      Json result{{"mode", "all"}};
      result["report"] = with(runReport);
      result["update"] = with(runUpdate);
      result["join"] = with(runJoin);
      if (options.url.empty() || options.pid) result["idle"] = with(runIdle);
      std::uint64_t errors = 0;
      for (const auto& part : result) errors += part.is_object() ? part["errors"].get<std::uint64_t>() : 0;
      result["errors"] = errors;
      return result;
    }
  }
  return {};
}

}  // namespace

}  // namespace akbuzat::bench

int main(int argc, char** argv) {
  using namespace akbuzat::bench;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (const auto& argument : arguments) {
    if (argument != "--help" && argument != "-h") continue;
    std::fputs(helpText().c_str(), stdout);
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);
  raiseDescriptorLimit();
  try {
    const Json result = run(parseOptions(arguments));
    std::printf("%s\n", result.dump().c_str());
    return result["errors"] == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "akbuzat-bench: %s\n", error.what());
    return 2;
  }
}
