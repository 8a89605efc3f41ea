#include "rtp/probe_control.hpp"

#include <algorithm>

namespace akbuzat::rtp {

namespace {

using std::chrono::milliseconds;

/// At the start and after a success the estimate is multiplied by this; later, by less: a probe that does not fit makes
/// a queue of its excess.
constexpr double kExponential = 2.0;
constexpr double kPeriodic = 1.5;
/// Probes go this far above what is wanted, since a layer is taken only with 15 % to spare, and the result is taken
/// with a margin; from kEnough on there is nothing left to find out.
constexpr double kCeiling = 1.3;
constexpr double kEnough = 1.2;
/// Bytes of a probe: a handful of full packets is the least that tells a rate. The time is bounded so that a slow probe
/// does not take long, and a fast one still outlasts the jitter of single packets.
constexpr double kProbeBytes = 6'000;
constexpr double kShortestMillis = 20;
constexpr double kLongestMillis = 100;
constexpr std::uint32_t kFewestPackets = 5;
/// The share of the packets that must have been told about.
constexpr double kComplete = 0.9;
/// After that, what feedback has not told about a probe is given up.
constexpr milliseconds kPatience{1'000};
/// How long the queue of a failed probe may last.
constexpr milliseconds kCalm{300};
/// What arrived slower than it was sent has met the path's own rate, which is then not to be used up (0.95), while a
/// probe that went through as fast as it was sent is proof of all of it.
constexpr double kSlower = 0.9;
constexpr double kMargin = 0.95;
/// Arrivals much closer together than they were sent come from a queue that something held up: no measure.
constexpr double kCompressed = 2.0;
/// A result of this share of what was asked for is worth another, greater probe.
constexpr double kSuccess = 0.8;
/// The wait grows up to this. Longer, and a path that has recovered would go unused for long.
constexpr milliseconds kLongInterval{8'000};
/// A probe whose feedback was lost has shown nothing: it is repeated soon.
constexpr milliseconds kRepeat{1'000};
/// A subscriber that never answers has no transport-wide feedback.
constexpr unsigned kTries = 3;

}  // namespace

std::optional<BandwidthEstimator::Probe> ProbeControl::take(double estimate, double wanted, bool informed,
                                                            util::TimePoint now) noexcept {
  if (flying_) {
    const util::TimePoint from = begunAt_.value_or(takenAt_);
    if (now - from < probe_.duration + kPatience) return std::nullopt;
    ++unanswered_;
    finish(Outcome::unknown, now);
  }
  if (informed) unanswered_ = 0;
  if (unanswered_ >= kTries || now < next_ || now < calmAt_ || estimate >= wanted * kEnough) return std::nullopt;

  const double rate = std::min({estimate * (exponential_ ? kExponential : kPeriodic), wanted * kCeiling,
                                static_cast<double>(BandwidthEstimator::kMax)});
  const double millis = std::clamp(kProbeBytes * 8 * 1000 / rate, kShortestMillis, kLongestMillis);
  probe_ = {.bitsPerSecond = static_cast<std::uint64_t>(rate),
            .duration = milliseconds(static_cast<std::int64_t>(millis))};
  flying_ = true;
  number_ = number_ == 255 ? 1 : static_cast<std::uint8_t>(number_ + 1);
  takenAt_ = now;
  begunAt_.reset();
  measure_ = {};
  return probe_;
}

std::uint8_t ProbeControl::onSent(bool probe, util::TimePoint now) noexcept {
  if (!flying_) return 0;
  if (!begunAt_) {
    if (!probe) return 0;
    begunAt_ = now;
  }
  // Media that leaves in between loads the path as well, and so counts.
  if (!probe && now - *begunAt_ > probe_.duration) return 0;
  ++measure_.sent;
  return number_;
}

void ProbeControl::onReceived(std::uint8_t number, std::size_t bytes, std::int64_t sentMicros,
                              std::int64_t arrivalMicros) noexcept {
  if (!flying_ || number != number_) return;
  Measure& measure = measure_;
  if (measure.received == 0 || sentMicros < measure.firstSent) measure.firstSent = sentMicros;
  if (measure.received == 0 || sentMicros >= measure.lastSent) {
    measure.lastSent = sentMicros;
    measure.lastSentBytes = bytes;
  }
  if (measure.received == 0 || arrivalMicros < measure.firstArrival) {
    measure.firstArrival = arrivalMicros;
    measure.firstArrivedBytes = bytes;
  }
  if (measure.received == 0 || arrivalMicros > measure.lastArrival) measure.lastArrival = arrivalMicros;
  measure.receivedBytes += bytes;
  ++measure.received;
}

void ProbeControl::onLost(std::uint8_t number) noexcept {
  if (flying_ && number == number_) ++measure_.lost;
}

std::optional<ProbeControl::Finding> ProbeControl::result(double estimate, std::chrono::microseconds roundTrip,
                                                          util::TimePoint now) noexcept {
  if (!flying_ || !begunAt_ || now - *begunAt_ <= probe_.duration) return std::nullopt;
  const bool complete = measure_.received + measure_.lost >= kComplete * measure_.sent;
  const bool late = now - *begunAt_ > probe_.duration + roundTrip + kPatience / 2;
  if (!complete && !late) return std::nullopt;

  const auto rate = measured();
  if (!rate) {
    finish(Outcome::unknown, now);
    return std::nullopt;
  }
  // One probe that arrived slowly may have met with a moment's jitter; two in succession tell the path's rate.
  const double slowest = lastSlow_;
  lastSlow_ = *rate < estimate ? *rate : 0;
  const bool success = *rate > estimate && *rate >= kSuccess * static_cast<double>(probe_.bitsPerSecond);
  finish(success ? Outcome::success : Outcome::failure, now);
  if (*rate >= estimate) return Finding{.proved = *rate};
  if (slowest > 0) return Finding{.atMost = std::max(slowest, *rate)};
  return std::nullopt;
}

std::optional<double> ProbeControl::measured() const noexcept {
  const Measure& measure = measure_;
  if (measure.received < kFewestPackets) return std::nullopt;
  const auto asked = static_cast<double>(probe_.bitsPerSecond);
  const auto sentMicros = static_cast<double>(measure.lastSent - measure.firstSent);
  const auto arrivedMicros = static_cast<double>(measure.lastArrival - measure.firstArrival);
  if (arrivedMicros <= 0 || arrivedMicros * kCompressed < sentMicros) return std::nullopt;
  // Bytes per interval between packets: the last sent and the first received lie outside.
  const double arrived = static_cast<double>(measure.receivedBytes - measure.firstArrivedBytes) * 8e6 / arrivedMicros;
  const double sent =
      sentMicros > 0
          ? std::min(asked, static_cast<double>(measure.receivedBytes - measure.lastSentBytes) * 8e6 / sentMicros)
          : asked;
  return arrived < kSlower * sent ? arrived * kMargin : std::min(sent, arrived);
}

void ProbeControl::finish(Outcome outcome, util::TimePoint now) noexcept {
  flying_ = false;
  if (outcome == Outcome::success) {
    exponential_ = true;
    interval_ = kShortInterval;
    next_ = now;
    return;
  }
  calmAt_ = now + kCalm;
  if (outcome == Outcome::unknown) {
    next_ = now + kRepeat;
    return;
  }
  exponential_ = false;
  next_ = now + interval_;
  interval_ = std::min(interval_ * 2, kLongInterval);
}

void ProbeControl::onDecrease(util::TimePoint now) noexcept {
  exponential_ = false;
  lastSlow_ = 0;
  interval_ = kShortInterval;
  next_ = std::max(next_, now + kShortInterval);
}

}  // namespace akbuzat::rtp
