#include "akbuzat/rtp/layer_rewriter.hpp"

#include <algorithm>
#include <limits>

#include "akbuzat/rtp/sequence.hpp"

namespace akbuzat::rtp {
namespace {

// RFC 7741 section 4.2.
constexpr std::uint32_t kLongPictureMask = 0x7FFF;
constexpr std::uint32_t kShortPictureMask = 0x7F;
constexpr std::uint32_t kTl0Mask = 0xFF;

/// The value nearest to `reference` whose low 16 bits are `number`.
std::int64_t unwrapNear(std::int64_t reference, std::uint16_t number) noexcept {
  return reference +
         static_cast<std::int16_t>(static_cast<std::uint16_t>(number - static_cast<std::uint16_t>(reference)));
}

/// What `passed` is on the clock, at least one tick. Not more than half the circle, so that it still counts as later
/// after a pause of hours.
std::uint32_t elapsedTicks(util::TimePoint::duration passed, std::uint32_t clockRate) noexcept {
  constexpr std::uint32_t kMost = std::numeric_limits<std::int32_t>::max();
  const double ticks = std::chrono::duration<double>(passed).count() * clockRate;
  if (ticks >= kMost) return kMost;
  return std::max(static_cast<std::uint32_t>(std::max(ticks, 0.0)), std::uint32_t{1});
}

}  // namespace

std::optional<LayerRewriter::Numbers> LayerRewriter::translate(std::uint16_t sequence, std::uint32_t timestamp,
                                                               const Vp8Descriptor* vp8, util::TimePoint now) noexcept {
  if (switching_) beginSource(sequence, timestamp, now);
  const std::int64_t source = unwrapSource(sequence);
  const std::optional<std::int64_t> number = outgoingOf(source);
  if (!number) return std::nullopt;
  highestSource_ = std::max(highestSource_, source);
  highestOutgoing_ = std::max(highestOutgoing_, *number);

  Numbers result;
  result.sequence = static_cast<std::uint16_t>(*number);
  result.timestamp = timestamp + timestampOffset_;
  if (newer32(result.timestamp, highestTimestamp_)) {
    highestTimestamp_ = result.timestamp;
    highestTimestampAt_ = now;
  }
  if (vp8 != nullptr) {
    if (vp8->pictureId) {
      const std::uint32_t mask = vp8->longPictureId ? kLongPictureMask : kShortPictureMask;
      result.pictureId = static_cast<std::uint16_t>(continueCounter(picture_, *vp8->pictureId, mask));
    }
    if (vp8->tl0PicIdx) result.tl0PicIdx = static_cast<std::uint8_t>(continueCounter(tl0_, *vp8->tl0PicIdx, kTl0Mask));
  }
  return result;
}

void LayerRewriter::beginSource(std::uint16_t sequence, std::uint32_t timestamp, util::TimePoint now) noexcept {
  switching_ = false;
  highestSource_ = sequence;
  ++highestOutgoing_;
  shiftCount_ = 0;
  addShift({.first = sequence, .skippedFrom = sequence, .offset = highestOutgoing_ - sequence});
  if (started_) {
    highestTimestamp_ += elapsedTicks(now - highestTimestampAt_, clockRate_);
  } else {
    started_ = true;
    highestTimestamp_ = timestamp;
  }
  timestampOffset_ = highestTimestamp_ - timestamp;
  highestTimestampAt_ = now;
  picture_.placed = tl0_.placed = false;
}

std::uint32_t LayerRewriter::continueCounter(Counter& counter, std::uint32_t value, std::uint32_t mask) noexcept {
  if (!counter.placed) {
    counter.placed = true;
    counter.offset = counter.started ? counter.highest + 1 - value : 0;
    counter.highest = (value + counter.offset) & mask;
    counter.started = true;
  }
  const std::uint32_t result = (value + counter.offset) & mask;
  const std::uint32_t ahead = (result - counter.highest) & mask;
  if (ahead <= mask / 2) counter.highest = result;
  return result;
}

void LayerRewriter::skip(std::uint16_t sequence) noexcept {
  if (switching_) return;
  const std::int64_t source = unwrapSource(sequence);
  if (source <= highestSource_) return;
  highestSource_ = source;
  Shift& last = shifts_[shiftCount_ - 1];
  // What is missing right before has numbers, for it may come.
  highestOutgoing_ = std::max(highestOutgoing_, source - 1 + last.offset);
  // Nothing has been sent with the newest shift: it begins a number later.
  if (last.first == source) {
    ++last.first;
    --last.offset;
  } else {
    addShift({.first = source + 1, .skippedFrom = source, .offset = last.offset - 1});
  }
}

std::uint16_t LayerRewriter::takeSequence() noexcept {
  ++highestOutgoing_;
  // Without a present source the next one begins behind the number anyway.
  if (!switching_) {
    Shift& last = shifts_[shiftCount_ - 1];
    const std::int64_t next = highestSource_ + 1;
    if (last.first == next) {
      ++last.offset;
    } else {
      addShift({.first = next, .skippedFrom = next, .offset = last.offset + 1});
    }
  }
  return static_cast<std::uint16_t>(highestOutgoing_);
}

std::optional<std::uint32_t> LayerRewriter::translateTimestamp(std::uint32_t timestamp) const noexcept {
  if (switching_) return std::nullopt;
  return timestamp + timestampOffset_;
}

std::optional<std::uint16_t> LayerRewriter::original(std::uint16_t outgoing) const noexcept {
  if (switching_) return std::nullopt;
  const std::int64_t number = unwrapNear(highestOutgoing_, outgoing);
  for (std::size_t i = shiftCount_; i-- > 0;) {
    const std::int64_t source = number - shifts_[i].offset;
    if (source < shifts_[i].first) continue;
    const std::int64_t end = i + 1 < shiftCount_ ? shifts_[i + 1].skippedFrom : highestSource_ + 1;
    if (source >= end) return std::nullopt;
    return static_cast<std::uint16_t>(source);
  }
  return std::nullopt;
}

std::int64_t LayerRewriter::unwrapSource(std::uint16_t sequence) const noexcept {
  return unwrapNear(highestSource_, sequence);
}

std::optional<std::int64_t> LayerRewriter::outgoingOf(std::int64_t source) const noexcept {
  for (std::size_t i = shiftCount_; i-- > 0;) {
    const Shift& shift = shifts_[i];
    if (source >= shift.first) return source + shift.offset;
    if (source >= shift.skippedFrom) return std::nullopt;
  }
  return std::nullopt;
}

void LayerRewriter::addShift(const Shift& shift) noexcept {
  if (shiftCount_ == kMaxShifts) {
    std::copy(shifts_.begin() + 1, shifts_.end(), shifts_.begin());
    --shiftCount_;
  }
  shifts_[shiftCount_++] = shift;
}

}  // namespace akbuzat::rtp
