#include "rtp/delay_trend.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace akbuzat::rtp {

namespace {

/// draft-ietf-rmcat-gcc-02 section 5.1: packets sent within 5 ms are one group, and so are those that came in one burst
/// because something held them up.
constexpr std::int64_t kGroupMicros = 5'000;
constexpr std::int64_t kLongestBurstMicros = 100'000;
/// After such a break the delays before say nothing.
constexpr std::int64_t kBreakMicros = 2'000'000;
/// Weight of the past in the smoothed sum of delays: evens out the jitter of single groups.
constexpr double kSmoothing = 0.9;
/// Makes a slope comparable with the threshold, which has the unit of the draft's accumulated offset: the slope times
/// the number of groups (up to 60) times this.
constexpr double kGain = 4.0;
constexpr double kMostGroups = 60;
/// Section 5.4 of the draft: the extreme thresholds in ms, and how fast the threshold follows per ms. Down it goes
/// faster than in the draft's table: a slope over 20 groups is calm, and so a calm path soon has a low threshold.
constexpr double kLeastThreshold = 6;
constexpr double kMostThreshold = 600;
constexpr double kUp = 0.0087;
constexpr double kDown = 0.039;
/// Beyond the threshold by more than this is no measure of ordinary jitter (section 5.4).
constexpr double kOutlier = 15;
/// Overuse must last this long, in ms of sending (section 5.3).
constexpr double kOveruseMillis = 10;

constexpr double toMillis(std::int64_t micros) noexcept { return static_cast<double>(micros) / 1000; }

}  // namespace

void DelayTrend::reset() noexcept {
  hasPrevious_ = hasCurrent_ = false;
  pointCount_ = 0;
  sum_ = smoothed_ = 0;
  lastSlope_ = 0;
  lastAdapted_ = -1;
  overuseMillis_ = 0;
  overuseCount_ = 0;
  signal_ = Signal::normal;
  measured_ = false;
  queue_ = 0;
}

void DelayTrend::onPacket(std::int64_t sentMicros, std::int64_t arrivalMicros) noexcept {
  if (hasCurrent_) {
    if (sentMicros - current_.lastSent > kBreakMicros || arrivalMicros - current_.lastArrival > kBreakMicros ||
        current_.lastArrival - arrivalMicros > kBreakMicros) {
      reset();
    } else if (sentMicros < current_.firstSent) {
      return;  // belongs to a group that is done
    } else if (belongs(sentMicros, arrivalMicros)) {
      current_.lastSent = std::max(current_.lastSent, sentMicros);
      current_.lastArrival = std::max(current_.lastArrival, arrivalMicros);
      return;
    } else {
      complete();
    }
  }
  if (!hasCurrent_) origin_ = arrivalMicros;
  current_ = {sentMicros, sentMicros, arrivalMicros, arrivalMicros};
  hasCurrent_ = true;
}

bool DelayTrend::belongs(std::int64_t sentMicros, std::int64_t arrivalMicros) const noexcept {
  if (sentMicros - current_.firstSent <= kGroupMicros) return true;
  const std::int64_t arrival = arrivalMicros - current_.lastArrival;
  return arrival <= kGroupMicros && arrival < sentMicros - current_.lastSent &&
         arrivalMicros - current_.firstArrival < kLongestBurstMicros;
}

void DelayTrend::complete() noexcept {
  measureQueue(current_);
  if (hasPrevious_) {
    const std::int64_t sent = current_.lastSent - previous_.lastSent;
    const std::int64_t arrived = current_.lastArrival - previous_.lastArrival;
    // A group that overtook the one before says nothing about queues.
    if (arrived < 0) return;
    const double arrival = toMillis(current_.lastArrival - origin_);
    addPoint(arrival, toMillis(arrived - sent));
    detect(slope(), toMillis(sent), arrival);
  }
  previous_ = current_;
  hasPrevious_ = true;
}

void DelayTrend::measureQueue(const Group& group) noexcept {
  const double delay = toMillis(group.lastArrival - group.lastSent);
  const std::int64_t bin = group.lastArrival / 1'000'000;
  if (!measured_) {
    least_.fill(std::numeric_limits<double>::infinity());
    bin_ = bin;
    measured_ = true;
  }
  const auto at = [](std::int64_t index) {
    constexpr auto kBins64 = static_cast<std::int64_t>(kBins);
    return static_cast<std::size_t>((index % kBins64 + kBins64) % kBins64);
  };
  while (bin_ < bin) least_[at(++bin_)] = std::numeric_limits<double>::infinity();
  least_[at(bin_)] = std::min(least_[at(bin_)], delay);
  queue_ = delay - *std::min_element(least_.begin(), least_.end());
}

void DelayTrend::addPoint(double arrivalMillis, double difference) noexcept {
  sum_ += difference;
  smoothed_ = kSmoothing * smoothed_ + (1 - kSmoothing) * sum_;
  points_[pointCount_ % kPoints] = {arrivalMillis, smoothed_};
  ++pointCount_;
}

double DelayTrend::slope() const noexcept {
  if (pointCount_ < kPoints) return 0;
  double meanX = 0;
  double meanY = 0;
  for (const Point& point : points_) {
    meanX += point.arrival / static_cast<double>(kPoints);
    meanY += point.delay / static_cast<double>(kPoints);
  }
  double product = 0;
  double square = 0;
  for (const Point& point : points_) {
    product += (point.arrival - meanX) * (point.delay - meanY);
    square += (point.arrival - meanX) * (point.arrival - meanX);
  }
  return square > 0 ? product / square : lastSlope_;
}

void DelayTrend::detect(double slope, double sentDifference, double arrivalMillis) noexcept {
  const double trend = std::min(static_cast<double>(pointCount_), kMostGroups) * slope * kGain;
  if (trend > threshold_) {
    // Only a part of the first interval can have been in overuse; half of it is the best guess.
    overuseMillis_ += overuseCount_ == 0 ? sentDifference / 2 : sentDifference;
    ++overuseCount_;
    if (overuseMillis_ > kOveruseMillis && overuseCount_ > 1 && slope >= lastSlope_) {
      overuseMillis_ = 0;
      overuseCount_ = 0;
      signal_ = Signal::overuse;
    }
  } else {
    overuseMillis_ = 0;
    overuseCount_ = 0;
    signal_ = trend < -threshold_ ? Signal::underuse : Signal::normal;
  }
  lastSlope_ = slope;
  adapt(trend, arrivalMillis);
}

void DelayTrend::adapt(double trend, double arrivalMillis) noexcept {
  // A longer break counts as 100 ms, so that one step cannot move the threshold far.
  const double elapsed = lastAdapted_ < 0 ? 0 : std::clamp(arrivalMillis - lastAdapted_, 0.0, 100.0);
  lastAdapted_ = arrivalMillis;
  const double size = std::abs(trend);
  if (size > threshold_ + kOutlier) return;
  threshold_ += (size < threshold_ ? kDown : kUp) * (size - threshold_) * elapsed;
  threshold_ = std::clamp(threshold_, kLeastThreshold, kMostThreshold);
}

}  // namespace akbuzat::rtp
