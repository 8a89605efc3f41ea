#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include <boost/asio/ip/address.hpp>

#include "akbuzat/util/token_bucket.hpp"

namespace akbuzat::http {

/// How often one kind of report may come: from one visitor, and in all. A visitor is an IPv4 address or an IPv6 /64,
/// because a name costs nothing. Any thread. The table is bounded: visitors that do not fit share one entry.
class ReportLimiter {
 public:
  using TimePoint = util::TokenBucket::TimePoint;

  struct Rate {
    /// Reports a second on average, and at once.
    double perSecond;
    double burst;
  };
  static constexpr std::size_t kMaxVisitors = 4096;

  ReportLimiter(Rate visitor, Rate all, TimePoint now) : visitor_(visitor), all_(all.perSecond, all.burst, now) {}

  [[nodiscard]] bool take(const boost::asio::ip::address& client, TimePoint now);

 private:
  const Rate visitor_;
  std::mutex mutex_;
  util::TokenBucket all_;
  std::unordered_map<std::string, util::TokenBucket> visitors_;
};

}  // namespace akbuzat::http
