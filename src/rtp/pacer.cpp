#include "akbuzat/rtp/pacer.hpp"

#include <algorithm>

namespace akbuzat::rtp {

void Pacer::setRate(std::uint64_t bitsPerSecond, util::TimePoint now) noexcept {
  drain(now);
  bytesPerSecond_ = static_cast<double>(bitsPerSecond) / 8 * kFactor;
}

bool Pacer::mayPass(util::TimePoint now) noexcept {
  drain(now);
  return debt_ <= bytesPerSecond_ * std::chrono::duration<double>(kBurst).count();
}

void Pacer::onSent(std::size_t bytes, util::TimePoint now) noexcept {
  drain(now);
  if (bytesPerSecond_ <= 0) return;
  const double most = bytesPerSecond_ * std::chrono::duration<double>(kMostDebt).count();
  debt_ = std::min(debt_ + static_cast<double>(bytes), std::max(debt_, most));
}

void Pacer::drain(util::TimePoint now) noexcept {
  if (now <= last_) return;
  debt_ = std::max(0.0, debt_ - bytesPerSecond_ * std::chrono::duration<double>(now - last_).count());
  last_ = now;
}

}  // namespace akbuzat::rtp
