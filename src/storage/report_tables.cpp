#include "storage/report_tables.hpp"

#include <string>

namespace akbuzat::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

/// Of reports of faults: more are not read by anybody, and what visitors can fill of the disk must have an end.
constexpr std::int64_t kMaxReports = 1000;
/// Of reloads, which anybody can report.
constexpr std::int64_t kMaxRefreshes = 100'000;
constexpr std::int64_t kMaxBytes = 64LL * 1024 * 1024;

constexpr std::string_view kBug = "bug";
constexpr std::string_view kDeadTrack = "deadTrack";

std::int64_t toMilliseconds(system_clock::time_point time) {
  return std::chrono::floor<milliseconds>(time).time_since_epoch().count();
}

}  // namespace

Report readReport(const Statement& row, int first) {
  return {.id = row.text(first),
          .kind = row.text(first + 1) == kDeadTrack ? Report::Kind::deadTrack : Report::Kind::bug,
          .created = sys_seconds{seconds{row.integer(first + 2)}},
          .userName = row.text(first + 3),
          .host = row.text(first + 4),
          .version = row.text(first + 5),
          .userAgent = row.text(first + 6),
          .room = row.text(first + 7),
          .meetingId = row.text(first + 8),
          .description = row.text(first + 9),
          .details = row.text(first + 10)};
}

ReportTables::ReportTables(Database& database)
    : insertRefresh_(database, "INSERT INTO AnalyticsRefreshes (version) VALUES (?1)"),
      removeSurplusRefreshes_(database,
                              "DELETE FROM AnalyticsRefreshes WHERE id <= "
                              "(SELECT max(id) FROM AnalyticsRefreshes) - ?1"),
      selectMeeting_(database, "SELECT 1 FROM Meetings WHERE id = ?1"),
      insertFeedback_(database,
                      "INSERT INTO AnalyticsSimpleCallFeedback (version, experiencedIssues, meetingId) "
                      "VALUES (?1, ?2, ?3)"),
      insert_(database,
              "INSERT INTO Reports (id, kind, created, userName, host, version, userAgent, room, meetingId, "
              "description, details, size) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"),
      removeSurplus_(database,
                     "DELETE FROM Reports WHERE number IN (SELECT number FROM (SELECT number, "
                     "row_number() OVER newest AS place, "
                     "sum(size) OVER newest AS bytes "
                     "FROM Reports WINDOW newest AS (ORDER BY number DESC)) WHERE place > ?1 OR bytes > ?2)"),
      insertDelivery_(database, "INSERT INTO ReportDeliveries (report, nextAttempt, attempts) VALUES (?1, ?2, 0)"),
      select_(database, "SELECT " + std::string{kReportColumns} + " FROM Reports WHERE id = ?1"),
      removeOldReports_(database, "DELETE FROM Reports WHERE created < ?1"),
      removeOldRefreshes_(database, "DELETE FROM AnalyticsRefreshes WHERE created < datetime(?1, 'unixepoch')"),
      removeOldFeedback_(database, "DELETE FROM AnalyticsSimpleCallFeedback WHERE created < datetime(?1, 'unixepoch')"),
      selectDelivery_(database, "SELECT ReportDeliveries.id, nextAttempt, attempts, " + std::string{kReportColumns} +
                                    " FROM ReportDeliveries JOIN Reports ON Reports.id = report "
                                    "ORDER BY nextAttempt, ReportDeliveries.id LIMIT 1"),
      updateDelivery_(database, "UPDATE ReportDeliveries SET nextAttempt = ?2, attempts = attempts + 1 WHERE id = ?1"),
      removeDelivery_(database, "DELETE FROM ReportDeliveries WHERE id = ?1") {}

void ReportTables::addRefresh(std::string_view version) {
  insertRefresh_.run(version);
  removeSurplusRefreshes_.run(kMaxRefreshes);
}

bool ReportTables::addFeedback(std::string_view version, bool experiencedIssues, std::string_view meetingId) {
  if (!selectMeeting_.first(meetingId)) return false;
  selectMeeting_.finish();
  insertFeedback_.run(version, experiencedIssues, meetingId);
  return true;
}

void ReportTables::add(const Report& report, bool deliver) {
  insert_.run(report.id, report.kind == Report::Kind::bug ? kBug : kDeadTrack,
              std::int64_t{report.created.time_since_epoch().count()}, report.userName, report.host, report.version,
              report.userAgent, report.room, report.meetingId, report.description, report.details,
              static_cast<std::int64_t>(report.description.size() + report.details.size()));
  removeSurplus_.run(kMaxReports, kMaxBytes);
  if (deliver) insertDelivery_.run(report.id, toMilliseconds(report.created));
}

std::optional<Report> ReportTables::find(std::string_view id) {
  if (!select_.first(id)) return std::nullopt;
  Report report = readReport(select_, 0);
  select_.finish();
  return report;
}

void ReportTables::removeBefore(sys_seconds time) {
  const std::int64_t before = time.time_since_epoch().count();
  for (Statement* statement : {&removeOldReports_, &removeOldRefreshes_, &removeOldFeedback_}) statement->run(before);
}

std::optional<QueuedDelivery> ReportTables::nextDelivery() {
  if (!selectDelivery_.first()) return std::nullopt;
  QueuedDelivery delivery{.id = selectDelivery_.integer(0),
                          .report = readReport(selectDelivery_, 3),
                          .nextAttempt = system_clock::time_point{milliseconds{selectDelivery_.integer(1)}},
                          .attempts = static_cast<int>(selectDelivery_.integer(2))};
  selectDelivery_.finish();
  return delivery;
}

void ReportTables::postponeDelivery(std::int64_t id, system_clock::time_point nextAttempt) {
  updateDelivery_.run(id, toMilliseconds(nextAttempt));
}

void ReportTables::removeDelivery(std::int64_t id) { removeDelivery_.run(id); }

}  // namespace akbuzat::storage
