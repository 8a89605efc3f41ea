#pragma once

#include <chrono>
#include <cstdint>

#include "akbuzat/util/time.hpp"

namespace akbuzat::https {

/// Decides whether an upstream is asked at all. Closed: yes. After so many failures in a row it opens: no, for a while.
/// Then one request may try (half-open): its success closes the breaker, its failure means a rest twice as long. Pure.
class CircuitBreaker {
 public:
  enum class Permit {
    granted,
    /// Granted to this one alone: `failed`, `succeeded` or `dropProbe` must follow.
    probe,
    refused,
  };

  /// The rests are positive.
  CircuitBreaker(unsigned failuresBeforeRest, std::chrono::milliseconds firstRest,
                 std::chrono::milliseconds longestRest)
      : failuresBeforeRest_(failuresBeforeRest), firstRest_(firstRest), longestRest_(longestRest) {}

  Permit ask(util::TimePoint now);
  /// True if that opened the breaker. `random` (all bits) lengthens the rest by up to a quarter, so that several
  /// servers do not come back at the same moment.
  bool failed(bool probe, util::TimePoint now, std::uint32_t random);
  /// True if that closed the breaker.
  bool succeeded();
  /// The probe has ended without a result.
  void dropProbe() { probing_ = false; }

  [[nodiscard]] bool isOpen() const noexcept { return open_; }

 private:
  void rest(util::TimePoint now, std::uint32_t random);

  unsigned failuresBeforeRest_;
  std::chrono::milliseconds firstRest_;
  std::chrono::milliseconds longestRest_;
  unsigned failures_ = 0;
  bool open_ = false;
  bool probing_ = false;
  std::chrono::milliseconds rest_{};
  util::TimePoint restsUntil_{};
};

}  // namespace akbuzat::https
