#pragma once

#include <cstdint>
#include <vector>

#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/time.hpp"
#include "akbuzat/util/token_bucket.hpp"

namespace akbuzat::sfu {

/// A rate limit for each source of requests, so that one flooder does not starve the others. A source is an IPv4
/// address or an IPv6 /64, which is what one customer has at least (RFC 6177). Fixed memory: sources share a bucket by
/// chance, and which ones do nobody outside can tell.
class SourceLimiter {
 public:
  /// `rate` a second on average and `burst` at once for each source.
  SourceLimiter(double rate, double burst, util::TimePoint now);

  [[nodiscard]] bool take(const transport::Endpoint& source, util::TimePoint now);

 private:
  std::vector<util::TokenBucket> buckets_;
  std::uint64_t seed_;
};

}  // namespace akbuzat::sfu
