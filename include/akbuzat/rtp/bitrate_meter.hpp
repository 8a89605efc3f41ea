#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// Bits per second over the last second, in slots of 100 ms. After a start, or a silence of a second, the time is
/// counted from the first byte, at least kShortest: a keyframe alone is no rate yet.
class BitrateMeter {
 public:
  static constexpr std::chrono::milliseconds kShortest{500};

  void onBytes(std::size_t bytes, util::TimePoint now) noexcept;
  /// 0 once nothing has come for a second.
  [[nodiscard]] std::uint32_t bitsPerSecond(util::TimePoint now) const noexcept;

 private:
  static constexpr std::size_t kSlots = 10;
  struct Slot {
    std::int64_t index = 0;
    std::uint64_t bytes = 0;
  };
  std::array<Slot, kSlots> slots_{};
  /// When the first byte after a silence came, and the last of all.
  util::TimePoint first_{};
  util::TimePoint last_{};
  bool started_ = false;
};

}  // namespace akbuzat::rtp
