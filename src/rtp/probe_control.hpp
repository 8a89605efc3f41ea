#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "akbuzat/rtp/bandwidth_estimator.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// When to probe, and what a probe has shown: packets sent fast for a moment, and how fast they arrived. One probe at a
/// time.
class ProbeControl {
 public:
  explicit ProbeControl(util::TimePoint now) noexcept : next_(now) {}

  /// What to probe now. `informed`: feedback comes at all.
  [[nodiscard]] std::optional<BandwidthEstimator::Probe> take(double estimate, double wanted, bool informed,
                                                              util::TimePoint now) noexcept;
  /// Every packet sent; returns the number of the probe that it counts for, or 0.
  std::uint8_t onSent(bool probe, util::TimePoint now) noexcept;
  /// Every packet told about for the first time, of the probe with this number.
  void onReceived(std::uint8_t number, std::size_t bytes, std::int64_t sentMicros, std::int64_t arrivalMicros) noexcept;
  void onLost(std::uint8_t number) noexcept;
  /// Bits per second; 0: not known.
  struct Finding {
    double proved = 0;
    double atMost = 0;
  };
  /// After each feedback: what the probe has shown, once it is complete.
  [[nodiscard]] std::optional<Finding> result(double estimate, std::chrono::microseconds roundTrip,
                                              util::TimePoint now) noexcept;
  /// The estimate was lowered.
  void onDecrease(util::TimePoint now) noexcept;

  /// A probe is on its way, or its queue may still be there.
  [[nodiscard]] bool disturbs(util::TimePoint now) const noexcept { return flying_ || now < calmAt_; }

 private:
  struct Measure {
    std::uint32_t sent = 0;
    std::uint32_t received = 0;
    std::uint32_t lost = 0;
    std::uint64_t receivedBytes = 0;
    std::uint64_t firstArrivedBytes = 0;
    std::uint64_t lastSentBytes = 0;
    std::int64_t firstSent = 0;
    std::int64_t lastSent = 0;
    std::int64_t firstArrival = 0;
    std::int64_t lastArrival = 0;
  };

  enum class Outcome : std::uint8_t { success, failure, unknown };

  void finish(Outcome outcome, util::TimePoint now) noexcept;
  [[nodiscard]] std::optional<double> measured() const noexcept;

  bool flying_ = false;
  std::uint8_t number_ = 0;
  BandwidthEstimator::Probe probe_;
  util::TimePoint takenAt_{};
  std::optional<util::TimePoint> begunAt_;
  Measure measure_;

  /// The last probe went through, so that the next follows at once and asks for more.
  bool exponential_ = true;
  util::TimePoint next_;
  util::TimePoint calmAt_{};
  std::chrono::milliseconds interval_{kShortInterval};
  unsigned unanswered_ = 0;
  /// What the last probe showed, if that was less than the estimate; else 0.
  double lastSlow_ = 0;

  static constexpr std::chrono::milliseconds kShortInterval{3'000};
};

}  // namespace akbuzat::rtp
