#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace akbuzat::rtp {

/// Whether a queue builds up on the way: packets are gathered into groups, the one-way delay from group to group is
/// summed up and smoothed, and the slope of a line through the last of these sums is compared with a threshold that
/// adapts itself (draft-ietf-rmcat-gcc-02 sections 5.1 to 5.4, with a trend line in place of the Kalman filter).
class DelayTrend {
 public:
  enum class Signal : std::uint8_t { normal, overuse, underuse };

  /// A packet that arrived; in the order of sending. Both clocks may have any origin.
  void onPacket(std::int64_t sentMicros, std::int64_t arrivalMicros) noexcept;
  [[nodiscard]] Signal signal() const noexcept { return signal_; }
  /// By how much the delay exceeds the least of the last ten seconds.
  [[nodiscard]] double queueMillis() const noexcept { return queue_; }
  /// The delays up to now do not belong to those that follow. The threshold is kept.
  void reset() noexcept;

 private:
  struct Group {
    std::int64_t firstSent = 0;
    std::int64_t lastSent = 0;
    std::int64_t firstArrival = 0;
    std::int64_t lastArrival = 0;
  };
  struct Point {
    double arrival = 0;
    double delay = 0;
  };

  [[nodiscard]] bool belongs(std::int64_t sentMicros, std::int64_t arrivalMicros) const noexcept;
  void complete() noexcept;
  void measureQueue(const Group& group) noexcept;
  void addPoint(double arrivalMillis, double difference) noexcept;
  [[nodiscard]] double slope() const noexcept;
  void detect(double slope, double sentDifference, double arrivalMillis) noexcept;
  void adapt(double trend, double arrivalMillis) noexcept;

  static constexpr std::size_t kPoints = 20;
  static constexpr std::size_t kBins = 10;

  Group previous_;
  Group current_;
  bool hasPrevious_ = false;
  bool hasCurrent_ = false;

  std::array<Point, kPoints> points_{};
  std::size_t pointCount_ = 0;
  std::int64_t origin_ = 0;
  double sum_ = 0;
  double smoothed_ = 0;

  /// Milliseconds; begins at the draft's 12.5 (section 5.4).
  double threshold_ = 12.5;
  double lastAdapted_ = -1;
  double lastSlope_ = 0;
  double overuseMillis_ = 0;
  unsigned overuseCount_ = 0;
  Signal signal_ = Signal::normal;

  /// The least delay of each of the last seconds.
  std::array<double, kBins> least_{};
  std::int64_t bin_ = 0;
  bool measured_ = false;
  double queue_ = 0;
};

}  // namespace akbuzat::rtp
