#include "akbuzat/rtp/receive_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace akbuzat::rtp {
namespace {

// RFC 3550 appendix A.1. Its probation is left out: SRTP has told that the packet is from the source.
constexpr std::uint16_t kMaxDropout = 3000;
constexpr std::uint16_t kMaxMisorder = 100;

/// A step of the transit time by more is a clock that was set anew, not jitter, and would take minutes to fade: no
/// packet is under way for so long.
constexpr std::int32_t kMaxTransitStepSeconds = 5;

std::uint32_t toTicks(util::TimePoint now, std::uint32_t clockRate) noexcept {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  const auto whole = std::chrono::floor<seconds>(now.time_since_epoch());
  const nanoseconds rest = now.time_since_epoch() - whole;
  const auto ticks = whole.count() * clockRate + rest.count() * clockRate / 1'000'000'000;
  return static_cast<std::uint32_t>(ticks);
}

}  // namespace

void ReceiveStatistics::restart(std::uint16_t sequence) noexcept {
  started_ = true;
  base_ = highest_ = sequence;
  received_ = receivedBefore_ = 0;
  expectedBefore_ = 0;
  jitter_ = 0;
  lastTransit_.reset();
  afterJump_.reset();
  window_.restart();
}

bool ReceiveStatistics::place(std::uint16_t sequence, bool retransmitted) noexcept {
  if (!started_) {
    if (retransmitted) return false;
    restart(sequence);
    return true;
  }
  const auto ahead = static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(highest_));
  if (ahead < kMaxDropout) {
    highest_ += ahead;
    return true;
  }
  const auto behind = static_cast<std::uint16_t>(-ahead);
  // What is sent again may be older than what the network reorders, but neither starts the numbers anew nor counts if
  // it was not expected.
  if (retransmitted) return behind < ReceivedWindow::kSize && highest_ - behind >= base_;
  if (behind < kMaxMisorder) return true;
  if (afterJump_ == sequence) {
    restart(sequence);
    return true;
  }
  afterJump_ = static_cast<std::uint16_t>(sequence + 1);
  return false;
}

void ReceiveStatistics::onPacket(std::uint16_t sequence, std::uint32_t timestamp, std::size_t bytes, bool retransmitted,
                                 util::TimePoint now) noexcept {
  ++packets_;
  bytes_ += bytes;
  if (!place(sequence, retransmitted)) return;
  const bool fresh = window_.insert(sequence);
  if (retransmitted) {
    if (fresh) ++received_;
    return;
  }
  ++received_;
  updateJitter(timestamp, now);
}

void ReceiveStatistics::updateJitter(std::uint32_t timestamp, util::TimePoint now) noexcept {
  const std::uint32_t transit = toTicks(now, clockRate_) - timestamp;
  if (lastTransit_) {
    const auto step = std::abs(static_cast<std::int64_t>(static_cast<std::int32_t>(transit - *lastTransit_)));
    if (step <= std::int64_t{clockRate_} * kMaxTransitStepSeconds) {
      jitter_ += (static_cast<double>(step) - jitter_) / 16;
    }
  }
  lastTransit_ = transit;
}

void ReceiveStatistics::onSenderReport(const SenderReport& report, util::TimePoint now) noexcept {
  lastSenderReport_ = compactNtp(report.ntp);
  lastSenderReportAt_ = now;
}

ReportBlock ReceiveStatistics::report(std::uint32_t ssrc, util::TimePoint now) noexcept {
  ReportBlock block;
  block.ssrc = ssrc;
  if (started_) {
    const std::int64_t expected = highest_ - base_ + 1;
    const auto received = static_cast<std::int64_t>(received_);
    block.cumulativeLost =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(expected - received, -0x800000, 0x7FFFFF));
    const std::int64_t expectedNow = expected - expectedBefore_;
    const std::int64_t lostNow = expectedNow - (received - static_cast<std::int64_t>(receivedBefore_));
    if (expectedNow > 0 && lostNow > 0) {
      block.fractionLost = static_cast<std::uint8_t>(std::min<std::int64_t>(lostNow * 256 / expectedNow, 255));
    }
    expectedBefore_ = expected;
    receivedBefore_ = received_;
    block.highestSequence = static_cast<std::uint32_t>(highest_);
    block.jitter = static_cast<std::uint32_t>(jitter_);
  }
  if (lastSenderReportAt_) {
    // In 1/65536 s (RFC 3550 section 6.4.1); stays at the greatest value after 18 hours.
    const auto delay = std::chrono::duration_cast<std::chrono::microseconds>(now - *lastSenderReportAt_).count();
    const std::int64_t units = std::max<std::int64_t>(delay, 0) / 1'000'000 * 65536 +
                               std::max<std::int64_t>(delay, 0) % 1'000'000 * 65536 / 1'000'000;
    block.lastSenderReport = lastSenderReport_;
    block.delaySinceLastSenderReport = static_cast<std::uint32_t>(std::min<std::int64_t>(units, 0xFFFFFFFF));
  }
  return block;
}

}  // namespace akbuzat::rtp
