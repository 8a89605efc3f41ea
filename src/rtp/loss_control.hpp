#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// The loss-based limit on the estimate (draft-ietf-rmcat-gcc-02 section 6): more than 10 % lost lowers it by half of
/// the share lost, less than 2 % raises it until it limits nothing.
class LossControl {
 public:
  /// What feedback tells about single packets. A late packet counts as received and takes a loss back.
  void onReceived(bool wasLost) noexcept;
  void onLost() noexcept { ++lost_; }
  /// Decides if enough packets have been told about. `estimate` is what is limited, and `proved` what is known to
  /// arrive: a limit never falls below that.
  void update(double estimate, double proved, util::TimePoint now) noexcept;
  /// The share lost as somebody else has counted it (report blocks).
  void onShare(double lost, double estimate, double proved, util::TimePoint now) noexcept;

  /// Bits per second; infinite while there is no limit.
  [[nodiscard]] double limit() const noexcept { return limit_; }
  /// As much has been seen to arrive.
  void onProved(double bitsPerSecond) noexcept { limit_ = std::max(limit_, bitsPerSecond); }
  /// 0 … 1, smoothed.
  [[nodiscard]] double share() const noexcept { return share_; }

 private:
  static constexpr double kNone = std::numeric_limits<double>::infinity();

  std::uint32_t received_ = 0;
  std::uint32_t lost_ = 0;
  double limit_ = kNone;
  double share_ = 0;
  util::TimePoint since_{};
  bool begun_ = false;
};

}  // namespace akbuzat::rtp
