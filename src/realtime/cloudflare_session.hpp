#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "akbuzat/realtime/realtime.hpp"

namespace akbuzat::realtime {

/// One session upstream, as we know it. Shared by the registry and the calls under way; on its scope's shard.
struct CloudflareSession {
  Scope scope;
  std::string id;
  std::string owner;
  std::chrono::steady_clock::time_point opened;
  /// A call has been made on it: there may be something to close.
  bool used = false;
  /// A mutation is under way; the others wait.
  bool busy = false;
  std::deque<std::function<void(const Error* refusal)>> waiting;
};

}  // namespace akbuzat::realtime
