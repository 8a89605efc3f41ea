#include "rtp/loss_control.hpp"

#include <algorithm>
#include <cmath>

namespace akbuzat::rtp {

namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

/// draft-ietf-rmcat-gcc-02 section 6.
constexpr double kMuch = 0.10;
constexpr double kLittle = 0.02;
/// Per second; the draft's 5 % for each report would be more with reports this frequent.
constexpr double kGrowth = 1.08;
/// A share of fewer packets is chance: of 50 with 5 % lost, six are lost in one case of 25. A sender of audio alone has
/// waited two seconds then, and does with less.
constexpr std::uint32_t kPackets = 50;
constexpr std::uint32_t kFewPackets = 20;
constexpr milliseconds kShortest{200};
constexpr milliseconds kLongest{2'000};
constexpr double kSmoothing = 0.7;

}  // namespace

void LossControl::onReceived(bool wasLost) noexcept {
  ++received_;
  if (wasLost && lost_ > 0) --lost_;
}

void LossControl::update(double estimate, double proved, util::TimePoint now) noexcept {
  if (!begun_) since_ = now;
  begun_ = true;
  const std::uint32_t total = received_ + lost_;
  const auto elapsed = now - since_;
  const bool enough = total >= kPackets && elapsed >= kShortest;
  if (!enough && !(total >= kFewPackets && elapsed >= kLongest)) return;
  const double lost = static_cast<double>(lost_) / total;
  received_ = lost_ = 0;
  onShare(lost, estimate, proved, now);
}

void LossControl::onShare(double lost, double estimate, double proved, util::TimePoint now) noexcept {
  const double seconds = begun_ ? std::min(duration<double>(now - since_).count(), 2.0) : 0;
  begun_ = true;
  since_ = now;
  share_ = kSmoothing * share_ + (1 - kSmoothing) * lost;
  const double limited = std::min(estimate, limit_);
  if (lost > kMuch) {
    limit_ = std::min(limited, std::max(limited * (1 - lost / 2), proved));
  } else if (lost < kLittle && limit_ != kNone) {
    limit_ *= std::pow(kGrowth, seconds);
    if (limit_ >= estimate) limit_ = kNone;
  }
}

}  // namespace akbuzat::rtp
