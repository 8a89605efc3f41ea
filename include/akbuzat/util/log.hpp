#pragma once

#include <spdlog/logger.h>

namespace akbuzat::util {

/// The process's log, thread-safe; prints text to standard error until `setUpLog` says otherwise.
spdlog::logger& log();

/// Call once, before threads start. `json`: one JSON object a line. `level`: as spdlog names them.
void setUpLog(bool json, spdlog::level::level_enum level);

}  // namespace akbuzat::util
