#include "storage/ai_call_table.hpp"

#include <algorithm>

namespace akbuzat::storage {
namespace {

using std::chrono::seconds;

/// Rows that count for no limit any more: a meeting that goes on for longer than this gets its minutes anew.
constexpr seconds kKept = std::chrono::days{7};

}  // namespace

AiCallTable::AiCallTable(Database& database)
    : database_(database),
      selectUsedByMeeting_(database,
                           "SELECT coalesce(sum(coalesce(used, granted)), 0) FROM AiCalls WHERE meetingId = ?1"),
      selectUsedSince_(database, "SELECT coalesce(sum(coalesce(used, granted)), 0) FROM AiCalls WHERE started >= ?1"),
      insert_(database, "INSERT INTO AiCalls (meetingId, started, granted) VALUES (?1, ?2, ?3)"),
      note_(database, "UPDATE AiCalls SET hangUpUrl = ?2 WHERE id = ?1"),
      end_(database, "UPDATE AiCalls SET used = ?2 WHERE id = ?1"),
      close_(database, "UPDATE AiCalls SET closed = 1 WHERE id = ?1"),
      removeOld_(database, "DELETE FROM AiCalls WHERE closed AND started < ?1"),
      endAll_(database,
              "UPDATE AiCalls SET used = max(0, min(granted, ?1 - started)) WHERE used IS NULL AND NOT closed"),
      selectOpen_(database, "SELECT id, hangUpUrl FROM AiCalls WHERE NOT closed ORDER BY id") {}

std::optional<AiCallLog::Begun> AiCallTable::begin(std::string_view meetingId, const AiLimits& limits,
                                                   std::chrono::sys_seconds now) {
  const auto usedBy = [](Statement& statement, const auto& value) {
    static_cast<void>(statement.first(value));
    const seconds used{statement.integer(0)};
    statement.finish();
    return used;
  };
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const std::int64_t dayStart = std::chrono::sys_seconds{today}.time_since_epoch().count();
  const seconds granted = std::min(limits.perMeeting - usedBy(selectUsedByMeeting_, meetingId),
                                   limits.perDay - usedBy(selectUsedSince_, dayStart));
  if (granted <= seconds{0}) return std::nullopt;
  const std::int64_t started = now.time_since_epoch().count();
  removeOld_.run(std::int64_t{started - kKept.count()});
  insert_.run(meetingId, started, std::int64_t{granted.count()});
  return AiCallLog::Begun{sqlite3_last_insert_rowid(database_.handle()), granted};
}

void AiCallTable::note(std::int64_t id, std::string_view hangUpUrl) { note_.run(id, hangUpUrl); }

void AiCallTable::end(std::int64_t id, seconds used) { end_.run(id, std::int64_t{used.count()}); }

void AiCallTable::close(std::int64_t id) { close_.run(id); }

std::vector<OpenAiCall> AiCallTable::takeOver(std::chrono::sys_seconds now) {
  endAll_.run(std::int64_t{now.time_since_epoch().count()});
  std::vector<OpenAiCall> open;
  selectOpen_.bindAll();
  while (selectOpen_.step()) open.push_back({selectOpen_.integer(0), selectOpen_.text(1)});
  return open;
}

}  // namespace akbuzat::storage
