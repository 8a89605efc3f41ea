#pragma once

#include <cstdint>
#include <optional>

#include "akbuzat/util/time.hpp"
#include "rtp/delay_trend.hpp"

namespace akbuzat::rtp {

/// The delay-based estimate: up by a share of itself, near the rate at which the path was last full by little steps,
/// and down to 0.85 of what arrives when a queue builds up (draft-ietf-rmcat-gcc-02 section 5.5). Made for a sender
/// that mostly sends far less than it could: it never rises far above what was proved, and jitter without a queue does
/// not make it fall to the little that happens to be sent.
class RateControl {
 public:
  RateControl(double start, double least, double most) noexcept : rate_(start), least_(least), most_(most) {}

  struct Input {
    DelayTrend::Signal signal = DelayTrend::Signal::normal;
    double queueMillis = 0;
    /// What arrives, bits per second, if that is known.
    std::optional<double> acknowledged;
    std::chrono::microseconds roundTrip{0};
    /// A probe may be the reason for what the signal says.
    bool probing = false;
  };
  /// True if the estimate was lowered.
  bool update(const Input& input, util::TimePoint now) noexcept;
  /// What probes have shown, bits per second: that so much arrives, and that no more than so much does; 0: not known.
  void onProbed(double proved, double atMost) noexcept;
  /// Nobody tells what arrives: fewer bits are the only safe answer.
  void backOff(double factor, double floor) noexcept;

  [[nodiscard]] double rate() const noexcept { return rate_; }

 private:
  void increase(const Input& input, util::TimePoint now) noexcept;
  bool decrease(const Input& input, util::TimePoint now) noexcept;

  double rate_;
  double least_;
  double most_;
  /// What arrived when a queue built up last; 0: not known.
  double capacity_ = 0;
  std::optional<util::TimePoint> lastUpdate_;
  std::optional<util::TimePoint> lastDecrease_;
  std::optional<util::TimePoint> overusedSince_;
};

}  // namespace akbuzat::rtp
