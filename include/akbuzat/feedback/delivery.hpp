#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "akbuzat/https/client.hpp"
#include "akbuzat/storage/delivery_queue.hpp"

namespace akbuzat::feedback {

struct DeliveryOptions {
  /// The chat's webhook. It holds a key: never logged.
  std::string url;
  /// Origin of the site, or empty; what cards lead to.
  std::string publicUrl;
  /// Base of links to a session's trace, or empty.
  std::string traceLink;
  /// After the first failure; doubled by each further one, up to `longestPause`. The real pause is between half of it
  /// and all of it, so that servers that failed together do not come back together.
  std::chrono::milliseconds firstPause{10'000};
  std::chrono::milliseconds longestPause{3'600'000};
  /// From when the report came. A chat that is away for longer has been given up itself.
  std::chrono::milliseconds giveUpAfter{3LL * 24 * 3600 * 1000};
};

/// Sends the queued reports to the host's chat, one at a time, until each is taken, refused for good, or too old. What
/// is to be sent, and when, is on disk, so that it goes on after a restart; a crash between sending and forgetting
/// sends twice, never not at all. Owned by the server; works on one executor.
class Delivery {
 public:
  /// Begins with what is waiting already. `executor` must be serial; `client` and `queue` outlive the object.
  Delivery(boost::asio::any_io_executor executor, https::Client& client, storage::DeliveryQueue& queue,
           DeliveryOptions options);
  /// What is under way is forgotten here, and stays on disk.
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace akbuzat::feedback
