#include "rtp/acknowledged_rate.hpp"

#include <algorithm>

namespace akbuzat::rtp {

namespace {

/// Less says too little about a rate.
constexpr std::int64_t kShortestMicros = 400'000;
/// After a break of this length counting begins anew: the rate before it says nothing about the path any more.
constexpr std::int64_t kBreakMicros = 2'000'000;

}  // namespace

void AcknowledgedRate::onReceived(std::int64_t arrivalMicros, std::size_t bytes) noexcept {
  constexpr auto kSlots64 = static_cast<std::int64_t>(kSlots);
  if (!started_ || arrivalMicros - newest_ > kBreakMicros || newest_ - arrivalMicros > kBreakMicros) {
    bytes_.fill(0);
    first_ = newest_ = arrivalMicros;
    slot_ = 0;
    started_ = true;
  }
  // Relative to the first arrival, which makes it positive but for packets that overtook each other.
  const std::int64_t slot = (std::max(arrivalMicros, first_) - first_) / kSlotMicros;
  // A break is shorter than kBreakMicros here, so this is short.
  while (slot_ < slot) bytes_[static_cast<std::size_t>(++slot_) % kSlots] = 0;
  newest_ = std::max(newest_, arrivalMicros);
  if (slot > slot_ - kSlots64) bytes_[static_cast<std::size_t>(slot) % kSlots] += bytes;
}

std::optional<double> AcknowledgedRate::bitsPerSecond() const noexcept {
  if (!started_ || newest_ - first_ < kShortestMicros) return std::nullopt;
  std::uint64_t total = 0;
  for (const std::uint64_t bytes : bytes_) total += bytes;
  const std::int64_t begin =
      first_ + std::max<std::int64_t>(0, slot_ - static_cast<std::int64_t>(kSlots) + 1) * kSlotMicros;
  return static_cast<double>(total) * 8e6 / static_cast<double>(std::max(newest_ - begin, kShortestMicros));
}

}  // namespace akbuzat::rtp
