#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace akbuzat::bench {

/// Counts durations in buckets that grow with the value: no bucket is wider than 1/64 of its values, any duration
/// fits, and counting one costs a few instructions.
class Histogram {
 public:
  void add(std::chrono::nanoseconds duration) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    ++buckets_[bucketOf(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

  /// In microseconds; `share` from 0 to 1.
  [[nodiscard]] double percentile(double share) const {
    auto left = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      if (left < buckets_[i]) return static_cast<double>(std::min(upperEdge(i), max_)) / 1000;
      left -= buckets_[i];
    }
    return max();
  }

  [[nodiscard]] double max() const { return static_cast<double>(max_) / 1000; }

 private:
  static constexpr unsigned kSubBits = 6;
  static constexpr std::size_t kSub = std::size_t{1} << kSubBits;

  /// The position of the highest bit, then the six bits behind it.
  static std::size_t bucketOf(std::uint64_t value) {
    if (value < kSub) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kSubBits;
    return (shift + 1) * kSub + static_cast<std::size_t>((value >> shift) - kSub);
  }

  static std::uint64_t upperEdge(std::size_t bucket) {
    if (bucket < kSub) return bucket;
    const auto shift = bucket / kSub - 1;
    return ((std::uint64_t{kSub} + bucket % kSub + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - kSubBits + 1) * kSub> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace akbuzat::bench
