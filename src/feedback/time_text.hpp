#pragma once

#include <chrono>
#include <string>

namespace akbuzat::feedback {

/// "2026-01-31 23:59 UTC".
std::string timeText(std::chrono::sys_seconds time);

}  // namespace akbuzat::feedback
