#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>

#include "akbuzat/storage/report.hpp"

namespace akbuzat::storage {

/// The reports that are still to be sent, on disk. Implemented by the database's writer; outlives who delivers.
/// Functions may be called on any thread; handlers run on the store's own thread, and hear false if the disk failed.
class DeliveryQueue {
 public:
  using NextHandler = std::function<void(std::optional<QueuedDelivery> next, bool readable)>;
  using Handler = std::function<void(bool done)>;

  virtual ~DeliveryQueue() = default;

  /// Calls `listener`, on the store's own thread, whenever something has been queued. Once, before there are reports.
  virtual void onQueued(std::function<void()> listener) = 0;
  /// The one whose next attempt is the earliest, due or not.
  virtual void nextDelivery(NextHandler handler) = 0;
  /// One more attempt has failed.
  virtual void postponeDelivery(std::int64_t id, std::chrono::system_clock::time_point nextAttempt,
                                Handler handler) = 0;
  /// Sent, or given up.
  virtual void removeDelivery(std::int64_t id, Handler handler) = 0;
};

}  // namespace akbuzat::storage
