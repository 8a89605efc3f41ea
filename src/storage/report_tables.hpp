#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "akbuzat/storage/report.hpp"
#include "storage/database.hpp"

namespace akbuzat::storage {

/// The columns that `readReport` reads, from `first` on.
inline constexpr std::string_view kReportColumns =
    "Reports.id, kind, created, userName, host, version, userAgent, room, meetingId, description, details";
[[nodiscard]] Report readReport(const Statement& row, int first);

/// What pages report, and what of it is to be delivered, as rows. Used by the writer's thread, within a transaction
/// where something changes.
class ReportTables {
 public:
  explicit ReportTables(Database& database);

  void addRefresh(std::string_view version);
  /// False if there is no such meeting.
  [[nodiscard]] bool addFeedback(std::string_view version, bool experiencedIssues, std::string_view meetingId);
  /// Removes the oldest where there are more, or larger ones, than are kept.
  void add(const Report& report, bool deliver);
  [[nodiscard]] std::optional<Report> find(std::string_view id);
  /// Removes everything here that is older.
  void removeBefore(std::chrono::sys_seconds time);

  [[nodiscard]] std::optional<QueuedDelivery> nextDelivery();
  void postponeDelivery(std::int64_t id, std::chrono::system_clock::time_point nextAttempt);
  void removeDelivery(std::int64_t id);

 private:
  Statement insertRefresh_;
  Statement removeSurplusRefreshes_;
  Statement selectMeeting_;
  Statement insertFeedback_;
  Statement insert_;
  Statement removeSurplus_;
  Statement insertDelivery_;
  Statement select_;
  Statement removeOldReports_;
  Statement removeOldRefreshes_;
  Statement removeOldFeedback_;
  Statement selectDelivery_;
  Statement updateDelivery_;
  Statement removeDelivery_;
};

}  // namespace akbuzat::storage
