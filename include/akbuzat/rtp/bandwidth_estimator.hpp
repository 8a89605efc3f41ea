#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "akbuzat/rtp/transport_feedback.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// How much one subscriber's downlink takes, from what the subscriber reports: delay-based (draft-ietf-rmcat-gcc-02
/// section 5, with a trend line instead of the Kalman filter) and loss-based (section 6) together, or REMB where there
/// is no transport-wide feedback. Owned by the session; no allocation after construction.
///
/// A subscriber is sent far less than it could take most of the time. The estimate then stays: it rises above 1.5 times
/// what arrives (and 50 kbit/s) only by what probes prove, and it falls to what arrives only when a queue builds up.
class BandwidthEstimator {
 public:
  static constexpr std::uint64_t kStart = 600'000;
  static constexpr std::uint64_t kMin = 50'000;
  static constexpr std::uint64_t kMax = 50'000'000;

  explicit BandwidthEstimator(util::TimePoint now);
  ~BandwidthEstimator();

  /// Every packet that leaves with a transport-wide number, one after the other; `bytes` as they are to count.
  /// `probe`: sent for the sake of the probe under way.
  void onSent(std::uint16_t transportSequence, std::size_t bytes, bool probe, util::TimePoint now) noexcept;
  /// What it tells about packets that were never sent, or were told about before, is ignored.
  void onFeedback(const TransportFeedback& feedback, util::TimePoint now) noexcept;
  /// Bits per second.
  void onRemb(std::uint64_t bitsPerSecond, util::TimePoint now) noexcept;
  /// From report blocks, where there is no transport-wide feedback. `fractionLost` of 256; the worst of the streams,
  /// once a report: only the first of 500 ms counts.
  void onReport(std::uint8_t fractionLost, util::TimePoint now) noexcept;
  void onRoundTrip(std::chrono::microseconds roundTrip) noexcept;

  /// Bits per second that the downlink takes; between kMin and kMax.
  [[nodiscard]] std::uint64_t target() const noexcept;
  /// Smoothed; 100 ms until it is known.
  [[nodiscard]] std::chrono::milliseconds roundTrip() const noexcept;
  /// 0 … 1, smoothed.
  [[nodiscard]] double loss() const noexcept;
  /// The subscriber has sent feedback that the estimate is based on; before, `target` is a guess.
  [[nodiscard]] bool informed() const noexcept;

  /// A short burst that finds out whether more goes through: `bitsPerSecond` for `duration`.
  struct Probe {
    std::uint64_t bitsPerSecond = 0;
    std::chrono::milliseconds duration{0};
  };
  /// What to probe now, if anything; to be asked often (say, every 100 ms, and after feedback). The caller then sends
  /// so much padding or RTX with `probe` set that it comes, together with the media, to that rate for that time; what
  /// the media takes is measured with it. `wanted` is what all that is subscribed would take at its best: nobody probes
  /// more than 30 % above it, which a layer needs that is taken only with 15 % to spare. Doubling at the start and
  /// after each success, then 1.5 times every few seconds while the estimate is below `wanted`, and soon after a drop.
  [[nodiscard]] std::optional<Probe> takeProbe(std::uint64_t wanted, util::TimePoint now) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::rtp
