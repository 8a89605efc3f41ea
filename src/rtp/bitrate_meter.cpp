#include "akbuzat/rtp/bitrate_meter.hpp"

#include <algorithm>
#include <limits>

namespace akbuzat::rtp {

namespace {

constexpr std::chrono::milliseconds kSlot{100};
constexpr std::chrono::seconds kWindow{1};

std::int64_t slotOf(util::TimePoint time) noexcept { return time.time_since_epoch() / kSlot; }

}  // namespace

void BitrateMeter::onBytes(std::size_t bytes, util::TimePoint now) noexcept {
  if (!started_ || now - last_ >= kWindow) {
    slots_.fill({});
    first_ = now;
    started_ = true;
  }
  last_ = std::max(last_, now);
  const std::int64_t index = slotOf(now);
  Slot& slot = slots_[static_cast<std::size_t>(index) % kSlots];
  if (slot.index != index) slot = {.index = index, .bytes = 0};
  slot.bytes += bytes;
}

std::uint32_t BitrateMeter::bitsPerSecond(util::TimePoint now) const noexcept {
  if (!started_ || now - last_ >= kWindow) return 0;
  const std::int64_t oldest = slotOf(now) - static_cast<std::int64_t>(kSlots) + 1;
  std::uint64_t bytes = 0;
  for (const Slot& slot : slots_) {
    if (slot.index >= oldest) bytes += slot.bytes;
  }
  // The oldest slot is whole, the youngest is not: together they cover between 0.9 and 1 s.
  const util::TimePoint begin = std::max(first_, util::TimePoint(oldest * kSlot));
  const std::chrono::duration<double> time = std::max<util::TimePoint::duration>(now - begin, kShortest);
  const double rate = static_cast<double>(bytes) * 8 / time.count();
  return static_cast<std::uint32_t>(std::min(rate, static_cast<double>(std::numeric_limits<std::uint32_t>::max())));
}

}  // namespace akbuzat::rtp
