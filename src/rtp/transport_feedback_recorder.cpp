#include <algorithm>
#include <array>
#include <span>

#include "akbuzat/rtp/transport_feedback.hpp"

// The packet is that of draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1.

namespace akbuzat::rtp {

namespace {

/// RTCP header, two SSRCs, base, count, reference time and feedback count.
constexpr std::size_t kHeaderSize = 20;
/// A delta counts 250 us; the reference time counts 64 ms.
constexpr std::int64_t kTickMicros = 250;
constexpr std::int64_t kTicksPerReference = 256;
/// A run-length chunk is worth it from here: a vector chunk of two bits holds 7.
constexpr std::size_t kShortestRun = 7;

enum Symbol : std::uint8_t { notReceived = 0, smallDelta = 1, largeDelta = 2 };

/// Floor, so that a time before the clock's epoch works as well.
std::int64_t floorDivide(std::int64_t value, std::int64_t by) noexcept { return value / by - (value % by < 0 ? 1 : 0); }

/// nullopt if it does not fit into 16 bits.
std::optional<Symbol> symbolOf(std::int64_t delta) noexcept {
  if (delta >= 0 && delta <= 255) return smallDelta;
  if (delta >= -32768 && delta <= 32767) return largeDelta;
  return std::nullopt;
}

/// Writes the status chunks. Every chunk ends at least one run of equal symbols, so there are never more chunks than
/// runs.
std::size_t writeChunks(util::MutableBytes out, std::size_t at, std::span<const std::uint8_t> symbols) noexcept {
  for (std::size_t i = 0; i < symbols.size(); at += 2) {
    const auto rest = symbols.subspan(i);
    std::size_t run = 1;
    while (run < rest.size() && rest[run] == rest[0]) ++run;
    if (run >= kShortestRun || run == rest.size()) {
      util::writeU16(out, at, static_cast<std::uint16_t>((std::uint32_t{rest[0]} << 13U) | run));
      i += run;
      continue;
    }
    const std::size_t inOneBit = std::min<std::size_t>(14, rest.size());
    const bool oneBit = std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(inOneBit),
                                    [](std::uint8_t symbol) { return symbol != largeDelta; });
    const std::size_t count = oneBit ? inOneBit : std::min<std::size_t>(7, rest.size());
    std::uint32_t bits = oneBit ? 0x8000U : 0xc000U;
    for (std::size_t k = 0; k < count; ++k) bits |= std::uint32_t{rest[k]} << (oneBit ? 13U - k : 12U - 2U * k);
    util::writeU16(out, at, static_cast<std::uint16_t>(bits));
    i += count;
  }
  return at;
}

}  // namespace

/// What the next feedback tells about: numbers from `begin` up to `end`, of which there are fewer than kWindow.
struct TransportFeedbackRecorder::Range {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t reference = 0;
  std::size_t deltaBytes = 0;
  std::array<std::uint8_t, kWindow> symbols{};
};

TransportFeedbackRecorder::TransportFeedbackRecorder() : arrivals_(kWindow) {}

TransportFeedbackRecorder::Arrival* TransportFeedbackRecorder::find(std::int64_t sequence) noexcept {
  Arrival& arrival = arrivals_[static_cast<std::size_t>(sequence) % kWindow];
  return arrival.received && arrival.sequence == static_cast<std::uint32_t>(sequence) ? &arrival : nullptr;
}

void TransportFeedbackRecorder::onPacket(std::uint16_t transportSequence, util::TimePoint now) noexcept {
  constexpr auto kWindow64 = static_cast<std::int64_t>(kWindow);
  std::int64_t sequence = transportSequence;
  if (!started_) {
    started_ = true;
    newest_ = next_ = late_ = sequence;
  } else {
    const auto ahead = static_cast<std::uint16_t>(transportSequence - static_cast<std::uint16_t>(newest_));
    const auto distance = static_cast<std::int16_t>(ahead);
    if (distance > -kWindow64 && distance < kWindow64) {
      sequence = newest_ + distance;
    } else {
      sequence = newest_ + ahead;
      next_ = late_ = sequence;
    }
    newest_ = std::max(newest_, sequence);
    // Slots below are taken by later numbers.
    const std::int64_t oldest = newest_ - kWindow64 + 1;
    if (next_ < oldest) next_ = late_ = oldest;
    if (late_ < oldest) {
      late_ = oldest;
      skipToLate();
    }
  }
  if (find(sequence) != nullptr) return;

  const std::int64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  arrivals_[static_cast<std::size_t>(sequence) % kWindow] = {.ticks = floorDivide(micros, kTickMicros),
                                                             .sequence = static_cast<std::uint32_t>(sequence),
                                                             .received = true,
                                                             .reported = false};
  if (sequence < next_) late_ = std::min(late_, sequence);
}

TransportFeedbackRecorder::Range TransportFeedbackRecorder::choose(std::size_t room) noexcept {
  Range range;
  range.begin = range.end = std::min(late_, next_);
  std::size_t runs = 0;
  std::size_t received = 0;
  std::int64_t last = 0;
  std::uint8_t lastSymbol = 0xff;
  for (std::int64_t sequence = range.begin; sequence <= newest_ && received < kMaxReceived; ++sequence) {
    const Arrival* const arrival = find(sequence);
    std::uint8_t symbol = notReceived;
    if (arrival != nullptr) {
      if (arrival->reported) break;
      if (received == 0) {
        range.reference = floorDivide(arrival->ticks, kTicksPerReference);
        last = range.reference * kTicksPerReference;
      }
      const auto fitting = symbolOf(arrival->ticks - last);
      if (!fitting) break;
      symbol = *fitting;
      last = arrival->ticks;
    }
    if (symbol != lastSymbol) ++runs;
    lastSymbol = symbol;
    // 3 bytes of padding at most.
    if (kHeaderSize + 2 * runs + range.deltaBytes + symbol + 3 > room) break;
    range.symbols[static_cast<std::size_t>(sequence - range.begin)] = symbol;
    range.deltaBytes += symbol;
    if (arrival != nullptr) {
      ++received;
      // What has not come between here and the end may still come: it is left to the next feedback.
      range.end = sequence + 1;
    }
  }
  return range;
}

void TransportFeedbackRecorder::markReported(const Range& range) noexcept {
  for (std::int64_t sequence = range.begin; sequence < range.end; ++sequence) {
    if (Arrival* const arrival = find(sequence); arrival != nullptr) arrival->reported = true;
  }
  next_ = std::max(next_, range.end);
  late_ = std::max(late_, range.end);
  skipToLate();
}

void TransportFeedbackRecorder::skipToLate() noexcept {
  for (; late_ < next_; ++late_) {
    if (const Arrival* const arrival = find(late_); arrival != nullptr && !arrival->reported) return;
  }
  late_ = next_;
}

std::size_t TransportFeedbackRecorder::write(util::MutableBytes out, std::size_t at, std::uint32_t senderSsrc,
                                             std::uint32_t mediaSsrc) noexcept {
  if (!pending() || at > out.size()) return at;
  const Range range = choose(std::min(out.size() - at, kMaxBytes));
  const auto count = static_cast<std::size_t>(range.end - range.begin);
  if (count == 0) return at;

  util::writeU16(out, at, 0x8fcd);  // version 2, FMT 15, PT 205
  util::writeU32(out, at + 4, senderSsrc);
  util::writeU32(out, at + 8, mediaSsrc);
  util::writeU16(out, at + 12, static_cast<std::uint16_t>(range.begin));
  util::writeU16(out, at + 14, static_cast<std::uint16_t>(count));
  util::writeU24(out, at + 16, static_cast<std::uint32_t>(range.reference) & 0xffffffU);
  out[at + 19] = feedbackCount_++;
  std::size_t end = writeChunks(out, at + kHeaderSize, std::span(range.symbols).first(count));

  std::int64_t last = range.reference * kTicksPerReference;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t symbol = range.symbols[i];
    if (symbol == notReceived) continue;
    const std::int64_t ticks = find(range.begin + static_cast<std::int64_t>(i))->ticks;
    if (symbol == smallDelta) {
      out[end] = static_cast<std::uint8_t>(ticks - last);
      end += 1;
    } else {
      util::writeU16(out, end, static_cast<std::uint16_t>(ticks - last));
      end += 2;
    }
    last = ticks;
  }
  while ((end - at) % 4 != 0) out[end++] = 0;
  util::writeU16(out, at + 2, static_cast<std::uint16_t>((end - at) / 4 - 1));
  markReported(range);
  return end;
}

}  // namespace akbuzat::rtp
