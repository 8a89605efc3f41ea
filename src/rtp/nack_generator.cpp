#include "akbuzat/rtp/nack_generator.hpp"

#include <algorithm>

#include "akbuzat/rtp/sequence.hpp"

namespace akbuzat::rtp {
namespace {

using std::chrono::milliseconds;

/// Packets that took different ways mostly come within a few milliseconds of each other, and a request for one that is
/// only late costs its bitrate twice. 10 ms is less than a frame lasts at 60/s, so that waiting delays no picture.
constexpr milliseconds kReorderWait{10};

/// What three newer packets have overtaken is lost rather than late: the threshold of TCP (RFC 5681 section 3.2). At
/// high rates that is much sooner than kReorderWait.
constexpr std::uint32_t kReorderPackets = 3;

/// The answer cannot come before a round trip; below 20 ms the estimate says more about jitter than about the path.
constexpr milliseconds kMinRetryWait{20};

/// As many as browsers ask. All ten lost at 50 % loss happens to one packet in a thousand.
constexpr std::uint8_t kMaxTries = 10;

}  // namespace

NackGenerator::NackGenerator() { missing_.reserve(kMaxMissing); }

void NackGenerator::restart(std::uint16_t sequence) noexcept {
  missing_.clear();
  earliest_ = util::TimePoint::max();
  window_.restart();
  window_.insert(sequence);
  highest_ = sequence;
  afterJump_.reset();
}

void NackGenerator::giveUp(std::uint16_t sequence) noexcept {
  keyframeNeeded_ = true;
  givenUp_ = sequence;
}

bool NackGenerator::onPacket(std::uint16_t sequence, util::TimePoint now) noexcept {
  if (!started_) {
    started_ = true;
    restart(sequence);
    return true;
  }
  if (newer(sequence, highest_)) {
    advance(sequence, now);
    return true;
  }
  if (static_cast<std::uint16_t>(highest_ - sequence) >= ReceivedWindow::kSize) {
    // Either very late or the first packet of numbers that begin anew; the second in a row tells (as in RFC 3550
    // appendix A.1).
    if (afterJump_ == sequence) {
      restart(sequence);
      giveUp(static_cast<std::uint16_t>(sequence - 1));
    } else {
      afterJump_ = static_cast<std::uint16_t>(sequence + 1);
    }
    return true;
  }
  if (!window_.insert(sequence)) return false;
  const auto found = firstNotBefore(sequence);
  if (found != missing_.end() && found->sequence == sequence) missing_.erase(found);
  return true;
}

void NackGenerator::advance(std::uint16_t sequence, util::TimePoint now) noexcept {
  const auto before = static_cast<std::uint16_t>(sequence - 1);
  const auto holes = static_cast<std::uint16_t>(before - highest_);
  if (holes > kMaxMissing) {
    restart(sequence);
    giveUp(before);
    return;
  }
  window_.insert(sequence);
  ++advances_;
  if (missing_.size() + holes > kMaxMissing) {
    missing_.clear();
    giveUp(before);
  } else if (holes > 0) {
    const util::TimePoint ask = now + kReorderWait;
    for (auto hole = static_cast<std::uint16_t>(highest_ + 1); hole != sequence; ++hole) {
      missing_.push_back({.sequence = hole, .tries = 0, .noticedAt = advances_, .next = ask});
    }
    earliest_ = std::min(earliest_, ask);
  }
  highest_ = sequence;
  // The packet that showed the hole was the first to overtake it. Holes are in the order in which they were noticed.
  for (auto hole = missing_.rbegin(); hole != missing_.rend(); ++hole) {
    const std::uint32_t overtaken = advances_ - hole->noticedAt + 1;
    if (overtaken > kReorderPackets) break;
    if (overtaken < kReorderPackets || hole->tries > 0) continue;
    hole->next = std::min(hole->next, now);
    earliest_ = std::min(earliest_, hole->next);
  }
  // Beyond the window the numbers' order would become ambiguous.
  while (!missing_.empty() &&
         static_cast<std::uint16_t>(highest_ - missing_.front().sequence) >= ReceivedWindow::kSize) {
    giveUp(missing_.front().sequence);
    missing_.erase(missing_.begin());
  }
}

std::span<const std::uint16_t> NackGenerator::due(milliseconds roundTrip, util::TimePoint now) noexcept {
  std::size_t count = 0;
  if (now < earliest_) return {};
  earliest_ = util::TimePoint::max();
  const util::TimePoint again = now + std::max(roundTrip, kMinRetryWait);
  const auto rest = std::remove_if(missing_.begin(), missing_.end(), [&](Missing& hole) {
    if (hole.next <= now && hole.tries == kMaxTries) {
      giveUp(hole.sequence);
      return true;
    }
    if (hole.next <= now && count < due_.size()) {
      due_[count++] = hole.sequence;
      ++hole.tries;
      hole.next = again;
    }
    earliest_ = std::min(earliest_, hole.next);
    return false;
  });
  missing_.erase(rest, missing_.end());
  return {due_.data(), count};
}

util::TimePoint NackGenerator::deadline() const noexcept {
  return missing_.empty() ? util::TimePoint::max() : earliest_;
}

bool NackGenerator::takeKeyframeNeed() noexcept {
  const bool needed = keyframeNeeded_;
  keyframeNeeded_ = false;
  return needed;
}

void NackGenerator::onKeyframe(std::uint16_t sequence) noexcept {
  missing_.erase(missing_.begin(), firstNotBefore(sequence));
  if (newer(sequence, givenUp_)) keyframeNeeded_ = false;
}

std::vector<NackGenerator::Missing>::iterator NackGenerator::firstNotBefore(std::uint16_t sequence) noexcept {
  return std::lower_bound(missing_.begin(), missing_.end(), sequence,
                          [](const Missing& hole, std::uint16_t value) { return newer(value, hole.sequence); });
}

}  // namespace akbuzat::rtp
