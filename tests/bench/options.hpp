#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace akbuzat::bench {

enum class Mode { limit, relay, update, join, idle, report, all, sfu, proxy };

/// What a run does; every member has an upper bound, so that a mistyped number does no harm.
struct Options {
  Mode mode = Mode::report;
  /// ws://127.0.0.1:PORT of a running server; empty: one is started.
  std::string url;
  /// That server's process, for its memory.
  std::optional<pid_t> pid;
  /// The server to start; empty: `akbuzat` beside this program.
  std::string server;
  /// Its SHARDS; empty: its default.
  std::string shards;
  /// How long is measured, after the warm-up.
  std::chrono::duration<double> time{5};
  std::size_t rooms = 1;
  /// In each room, the sender included; 0: the mode's own default.
  std::size_t members = 0;
  /// In all, for idle.
  std::size_t connections = 2000;
  /// Bytes of a relayed message.
  std::size_t size = 200;
  /// Messages of a room that are under way at once in a closed loop; 0: the mode's own default.
  std::size_t window = 0;
  /// Messages sent a second by all rooms together; 0: as many as the window allows.
  double rate = 0;
  /// How often report repeats limit and relay.
  std::size_t rounds = 3;
};

std::string helpText();

/// Throws std::invalid_argument with one sentence.
Options parseOptions(const std::vector<std::string>& arguments);

}  // namespace akbuzat::bench
