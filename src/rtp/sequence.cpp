#include "akbuzat/rtp/sequence.hpp"

namespace akbuzat::rtp {

std::int64_t SequenceUnwrapper::unwrap(std::uint16_t number) noexcept {
  if (!last_) {
    last_ = number;
    return number;
  }
  const auto before = static_cast<std::uint16_t>(*last_);
  const auto ahead = static_cast<std::uint16_t>(number - before);
  const auto behind = static_cast<std::uint16_t>(before - number);
  last_ = newer(number, before) ? *last_ + ahead : *last_ - behind;
  return *last_;
}

}  // namespace akbuzat::rtp
