#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "akbuzat/rtp/received_window.hpp"
#include "akbuzat/rtp/rtcp.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// What a receiver reports about one source (RFC 3550 appendix A.1, A.3, A.8). Owned by the source.
/// A duplicate counts as received (appendix A.3). Numbers that jump further than loss or reordering explain begin anew
/// with the second packet in a row; that alone resets the loss.
class ReceiveStatistics {
 public:
  explicit ReceiveStatistics(std::uint32_t clockRate) : clockRate_(clockRate) {}

  /// `retransmitted`: came as RTX, so that it counts as received but not for jitter. It counts once and only if its
  /// number was missing: senders also probe with copies of what has arrived, and those must not hide losses.
  void onPacket(std::uint16_t sequence, std::uint32_t timestamp, std::size_t bytes, bool retransmitted,
                util::TimePoint now) noexcept;
  void onSenderReport(const SenderReport& report, util::TimePoint now) noexcept;

  /// The block for the next report; the fraction lost counts since the block before.
  [[nodiscard]] ReportBlock report(std::uint32_t ssrc, util::TimePoint now) noexcept;

  /// All that was handed in, also what the report leaves out; never reset.
  [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  void restart(std::uint16_t sequence) noexcept;
  /// Moves highest_; false if the packet is out of every order and must not count.
  bool place(std::uint16_t sequence, bool retransmitted) noexcept;
  void updateJitter(std::uint32_t timestamp, util::TimePoint now) noexcept;

  std::uint32_t clockRate_;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
  bool started_ = false;
  /// First and highest number, with the cycles above 16 bits.
  std::int64_t base_ = 0;
  std::int64_t highest_ = 0;
  /// The number that, coming next, shows that the numbers begin anew.
  std::optional<std::uint16_t> afterJump_;
  ReceivedWindow window_;
  std::uint64_t received_ = 0;
  std::int64_t expectedBefore_ = 0;
  std::uint64_t receivedBefore_ = 0;
  /// In ticks of the clock.
  double jitter_ = 0;
  std::optional<std::uint32_t> lastTransit_;
  std::uint32_t lastSenderReport_ = 0;
  std::optional<util::TimePoint> lastSenderReportAt_;
};

}  // namespace akbuzat::rtp
