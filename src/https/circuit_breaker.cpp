#include "https/circuit_breaker.hpp"

#include <algorithm>

namespace akbuzat::https {

CircuitBreaker::Permit CircuitBreaker::ask(util::TimePoint now) {
  if (!open_) return Permit::granted;
  if (probing_ || now < restsUntil_) return Permit::refused;
  probing_ = true;
  return Permit::probe;
}

bool CircuitBreaker::failed(bool probe, util::TimePoint now, std::uint32_t random) {
  if (open_) {
    // What was under way when it opened tells nothing new.
    if (!probe) return false;
    probing_ = false;
    rest_ = std::min(rest_ * 2, longestRest_);
    rest(now, random);
    return false;
  }
  if (++failures_ < failuresBeforeRest_) return false;
  open_ = true;
  rest_ = firstRest_;
  rest(now, random);
  return true;
}

bool CircuitBreaker::succeeded() {
  const bool was = open_;
  failures_ = 0;
  open_ = false;
  probing_ = false;
  return was;
}

void CircuitBreaker::rest(util::TimePoint now, std::uint32_t random) {
  restsUntil_ = now + rest_ + rest_ / 4 * (random >> 16U) / 0x10000;
}

}  // namespace akbuzat::https
