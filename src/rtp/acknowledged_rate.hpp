#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace akbuzat::rtp {

/// How fast packets arrived during the last half second, on the receiver's clock. Half a second evens out the bursts of
/// video frames and still follows a drop in time.
class AcknowledgedRate {
 public:
  void onReceived(std::int64_t arrivalMicros, std::size_t bytes) noexcept;
  /// Bits per second; nullopt until packets have come for long enough without a long break.
  [[nodiscard]] std::optional<double> bitsPerSecond() const noexcept;
  void reset() noexcept { started_ = false; }

 private:
  static constexpr std::size_t kSlots = 10;
  static constexpr std::int64_t kSlotMicros = 50'000;

  std::array<std::uint64_t, kSlots> bytes_{};
  /// The slot of the newest arrival.
  std::int64_t slot_ = 0;
  std::int64_t first_ = 0;
  std::int64_t newest_ = 0;
  bool started_ = false;
};

}  // namespace akbuzat::rtp
