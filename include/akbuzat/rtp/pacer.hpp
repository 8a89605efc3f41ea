#pragma once

#include <cstddef>
#include <cstdint>

#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// A leaky bucket that spreads the bursts of one downlink: keyframes of several publishers would else fill a router's
/// queue at once. It decides only when; what waits, waits in its owner's queue. Owned by the session.
class Pacer {
 public:
  /// Sends at this multiple of the estimate, so that a queue never builds up for long.
  static constexpr double kFactor = 2.5;
  /// What may leave at once.
  static constexpr std::chrono::milliseconds kBurst{10};
  /// What never waits (voices) may go over the rate for long on a bad line; once the line is better nobody pays for it
  /// longer than this.
  static constexpr std::chrono::milliseconds kMostDebt{250};

  /// The estimate; kFactor is applied here. Before the first call nothing waits.
  void setRate(std::uint64_t bitsPerSecond, util::TimePoint now) noexcept;
  /// True if a packet may leave now.
  [[nodiscard]] bool mayPass(util::TimePoint now) noexcept;
  /// What has left, audio and probes included, which never wait. It may pass what the burst allows: the debt is paid
  /// off before anything else passes.
  void onSent(std::size_t bytes, util::TimePoint now) noexcept;

 private:
  void drain(util::TimePoint now) noexcept;

  double bytesPerSecond_ = 0;
  double debt_ = 0;
  util::TimePoint last_{};
};

}  // namespace akbuzat::rtp
