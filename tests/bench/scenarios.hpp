#pragma once

#include <nlohmann/json.hpp>

#include "bench/histogram.hpp"
#include "bench/options.hpp"
#include "bench/server_process.hpp"
#include "bench/socket.hpp"

namespace akbuzat::bench {

using Json = nlohmann::ordered_json;

/// What a scenario runs against.
struct Bed {
  Target target;
  /// The server's process; 0 if it is not known.
  pid_t pid = 0;
};

// Each runs one mode and answers what is printed. All throw std::runtime_error if the load cannot be set up.

Json runRelay(const Options& options, const Bed& bed);
Json runUpdate(const Options& options, const Bed& bed);
Json runJoin(const Options& options, const Bed& bed);
Json runIdle(const Options& options, const Bed& bed);
/// Needs no server.
Json runLimit(const Options& options);
/// Needs no server either: has the SFU in this process.
Json runSfu(const Options& options);
/// Starts two servers of its own.
Json runProxy(const Options& options);
Json runReport(const Options& options, const Bed& bed);

// What their results have in common.

/// Texts that arrived in the measured time.
struct Delivered {
  std::uint64_t messages = 0;
  /// Frames with their headers.
  std::uint64_t bytes = 0;
};

Json deliveredJson(const char* mode, const Delivered& delivered, double seconds);
Json latencyJson(const Histogram& histogram);

}  // namespace akbuzat::bench
