#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "akbuzat/storage/ai_call_log.hpp"
#include "storage/database.hpp"

namespace akbuzat::storage {

/// The calls to the voice AI's provider as rows. Used within the writer's transaction; `now` is the time of the wall.
class AiCallTable {
 public:
  explicit AiCallTable(Database& database);

  /// Nothing if no time is left.
  [[nodiscard]] std::optional<AiCallLog::Begun> begin(std::string_view meetingId, const AiLimits& limits,
                                                      std::chrono::sys_seconds now);
  void note(std::int64_t id, std::string_view hangUpUrl);
  void end(std::int64_t id, std::chrono::seconds used);
  void close(std::int64_t id);
  /// Those of an earlier process; what they have used is taken to be the time since, as far as it was granted.
  [[nodiscard]] std::vector<OpenAiCall> takeOver(std::chrono::sys_seconds now);

 private:
  Database& database_;
  Statement selectUsedByMeeting_;
  Statement selectUsedSince_;
  Statement insert_;
  Statement note_;
  Statement end_;
  Statement close_;
  Statement removeOld_;
  Statement endAll_;
  Statement selectOpen_;
};

}  // namespace akbuzat::storage
