#pragma once

#include <chrono>

namespace akbuzat::util {

/// The one clock of everything that is not shown to people. Passed in wherever it decides something.
using TimePoint = std::chrono::steady_clock::time_point;

}  // namespace akbuzat::util
