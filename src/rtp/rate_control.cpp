#include "rtp/rate_control.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace akbuzat::rtp {

namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

/// draft-ietf-rmcat-gcc-02 section 5.5: the share of what arrives that is left after overuse, and growth per second.
constexpr double kDecrease = 0.85;
constexpr double kGrowth = 1.08;
/// The same section: no further up than 1.5 times what arrives. The constant lets a sender of audio alone begin.
constexpr double kProofFactor = 1.5;
constexpr double kProofExtra = 50'000;
/// Within this distance of the rate at which the path was full, the estimate rises by steps.
constexpr double kNearCapacity = 0.15;
/// A step of the additive increase: one packet for each time that it takes to see what came of it.
constexpr double kStepBits = 9'600;
constexpr milliseconds kFeedbackDelay{100};
/// A queue that is shorter than this is what jitter and the bursts of video frames make.
constexpr double kQueueMillis = 60;
/// Above this nothing may be added, even if the queue does not grow.
constexpr double kFullQueueMillis = 150;
/// Below it the estimate is a guess anyway and lowers nothing but the picture's quality: audio and a small picture.
/// Only a queue that stays leads below.
constexpr double kCautious = 300'000;
constexpr milliseconds kSustained{1'000};

}  // namespace

bool RateControl::update(const Input& input, util::TimePoint now) noexcept {
  if (input.signal != DelayTrend::Signal::overuse) overusedSince_.reset();
  bool lowered = false;
  if (input.signal == DelayTrend::Signal::overuse) {
    if (!overusedSince_) overusedSince_ = now;
    lowered = !input.probing && decrease(input, now);
  } else if (input.signal == DelayTrend::Signal::normal && input.queueMillis < kFullQueueMillis) {
    increase(input, now);
  }
  lastUpdate_ = now;
  return lowered;
}

void RateControl::increase(const Input& input, util::TimePoint now) noexcept {
  if (!input.acknowledged || !lastUpdate_) return;
  const double limit = std::min(most_, *input.acknowledged * kProofFactor + kProofExtra);
  if (rate_ >= limit) return;
  const double seconds = std::min(duration<double>(now - *lastUpdate_).count(), 1.0);
  if (*input.acknowledged > capacity_ * (1 + kNearCapacity)) capacity_ = 0;
  double raised = rate_ * std::pow(kGrowth, seconds);
  if (capacity_ > 0 && rate_ > capacity_ * (1 - kNearCapacity)) {
    raised = rate_ + kStepBits * seconds / duration<double>(input.roundTrip + kFeedbackDelay).count();
  }
  rate_ = std::min(raised, limit);
}

bool RateControl::decrease(const Input& input, util::TimePoint now) noexcept {
  // What the last decrease did is seen only after a round trip (and never sooner than in two feedbacks).
  const auto interval = std::max<util::TimePoint::duration>(input.roundTrip, milliseconds(200));
  if (lastDecrease_ && now - *lastDecrease_ < interval) return false;

  double lowered = input.acknowledged ? *input.acknowledged * kDecrease : rate_ * kDecrease;
  if (input.queueMillis < kQueueMillis) {
    // All that is sent arrives in time, so that it is no measure of what would.
    lowered = std::max({lowered, rate_ * kDecrease, kCautious});
  } else {
    if (input.acknowledged) capacity_ = *input.acknowledged;
    if (now - *overusedSince_ < kSustained) lowered = std::max(lowered, kCautious);
  }
  lowered = std::max(lowered, least_);
  if (lowered >= rate_) return false;
  rate_ = lowered;
  lastDecrease_ = now;
  return true;
}

void RateControl::onProbed(double proved, double atMost) noexcept {
  if (atMost > 0) {
    rate_ = std::clamp(atMost, least_, rate_);
    capacity_ = rate_;
  }
  if (proved <= rate_) return;
  rate_ = std::min(proved, most_);
  if (rate_ > capacity_ * (1 + kNearCapacity)) capacity_ = 0;
}

void RateControl::backOff(double factor, double floor) noexcept {
  rate_ = std::min(rate_, std::max({rate_ * factor, floor, least_}));
}

}  // namespace akbuzat::rtp
