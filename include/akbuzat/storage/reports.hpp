#pragma once

#include <functional>
#include <optional>
#include <string>

#include "akbuzat/storage/report.hpp"

namespace akbuzat::storage {

enum class ReportResult {
  stored,
  /// The report names a meeting that does not exist.
  unknownMeeting,
  /// The disk failed.
  failed,
};

/// What pages report about calls: counted reloads, the one-question feedback, and faults. Implemented by the database's
/// writer; outlives whoever reports. Functions may be called on any thread; handlers run on the store's own thread.
class Reports {
 public:
  using Handler = std::function<void(ReportResult)>;
  /// nullopt where there is no such report. `readable`: false if the disk failed.
  using FindHandler = std::function<void(std::optional<Report> report, bool readable)>;

  virtual ~Reports() = default;

  virtual void addRefresh(std::string version, Handler handler) = 0;
  virtual void addFeedback(std::string version, bool experiencedIssues, std::string meetingId, Handler handler) = 0;
  /// Keeps it until its time is over or newer ones need the room. `deliver`: queues it for the host's chat in the same
  /// transaction.
  virtual void addReport(Report report, bool deliver, Handler handler) = 0;
  virtual void findReport(std::string id, FindHandler handler) = 0;
  /// False from a failed write until the next one that succeeds. Any thread.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
};

}  // namespace akbuzat::storage
