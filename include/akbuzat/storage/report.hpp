#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace akbuzat::storage {

/// What a person told of a fault, or a page found out by itself. All texts are the sender's, valid UTF-8 of a bounded
/// size, unless said otherwise; empty where there is none.
struct Report {
  enum class Kind { bug, deadTrack };

  /// Random, at least 128 bits: whoever knows it may see the report.
  std::string id;
  Kind kind = Kind::bug;
  /// When it came.
  std::chrono::sys_seconds created{};
  /// Who the server knows the sender to be.
  std::string userName;
  /// The site's origin, as the server or the request's Host says.
  std::string host;
  /// Of this server.
  std::string version;
  std::string userAgent;
  /// As the page names it.
  std::string room;
  std::string meetingId;
  std::string description;
  /// A JSON object: of a bug `roomHistory`, `identity` and `url`; of a dead track `trackId` and what else is known.
  std::string details;
};

/// A report on its way to the host's chat.
struct QueuedDelivery {
  std::int64_t id = 0;
  Report report;
  std::chrono::system_clock::time_point nextAttempt;
  /// So many have failed.
  int attempts = 0;
};

}  // namespace akbuzat::storage
