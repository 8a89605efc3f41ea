#pragma once

#include <algorithm>
#include <chrono>

namespace akbuzat::util {

/// A rate limit: `rate` units a second on average, `burst` at once. A rate of 0 limits nothing.
class TokenBucket {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  TokenBucket(double rate, double burst, TimePoint now) : rate_(rate), burst_(burst), tokens_(burst), last_(now) {}

  /// Takes `units` if they are there. `now` must not go backwards.
  [[nodiscard]] bool take(double units, TimePoint now) {
    if (rate_ <= 0) return true;
    tokens_ = std::min(burst_, tokens_ + rate_ * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    if (tokens_ < units) return false;
    tokens_ -= units;
    return true;
  }

  /// True once the bucket has filled up again, so that a new one would be the same.
  [[nodiscard]] bool full(TimePoint now) const {
    return tokens_ + rate_ * std::chrono::duration<double>(now - last_).count() >= burst_;
  }

 private:
  double rate_;
  double burst_;
  double tokens_;
  TimePoint last_;
};

}  // namespace akbuzat::util
