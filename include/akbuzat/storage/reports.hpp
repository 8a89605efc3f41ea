#pragma once

#include <functional>
#include <string>

namespace akbuzat::storage {

enum class ReportResult {
  stored,
  /// The report names a meeting that does not exist.
  unknownMeeting,
  /// The disk failed.
  failed,
};

/// What pages report about calls: counted reloads and the one-question feedback. Implemented by the database's writer;
/// outlives whoever reports. Functions may be called on any thread; handlers run on the store's own thread.
class Reports {
 public:
  using Handler = std::function<void(ReportResult)>;

  virtual ~Reports() = default;

  virtual void addRefresh(std::string version, Handler handler) = 0;
  virtual void addFeedback(std::string version, bool experiencedIssues, std::string meetingId, Handler handler) = 0;
  /// False from a failed write until the next one that succeeds. Any thread.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
};

}  // namespace akbuzat::storage
