#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "akbuzat/rtp/payload.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// Makes one continuous stream of what one subscriber gets of a track, over gaps, layer switches and restarts of the
/// publisher: sequence numbers, timestamps, VP8 picture ids and TL0PICIDX (protocol E.5). Owned by the subscription.
/// Within one source holes are kept, so that the subscriber sees what was lost on the way to us and asks for it.
///
/// Outgoing sequence numbers begin at 1: SRTP's rollover counter is not on the wire, and a receiver that misses the
/// packets before a first wrap-around would guess it wrong (RFC 3711 section 3.3.1). Timestamps and VP8's numbers begin
/// with those of the first source.
///
/// A packet of the present source has the same numbers whenever it is asked for. For that the kMaxShifts newest places
/// where `skip` or `takeSequence` shifted the numbers are remembered; what is older than those has no numbers any more.
class LayerRewriter {
 public:
  explicit LayerRewriter(std::uint32_t clockRate) : clockRate_(clockRate) {}

  struct Numbers {
    std::uint16_t sequence = 0;
    std::uint32_t timestamp = 0;
    /// 0 where the packet has none.
    std::uint16_t pictureId = 0;
    std::uint8_t tl0PicIdx = 0;
  };

  /// The next packet forwarded comes from another source (layer, or publisher's new SSRC): it continues behind the
  /// highest number sent. The gap between the timestamps is what has passed on the clock since the newest timestamp was
  /// first sent, at least one tick.
  void switchSource() noexcept { switching_ = true; }

  /// The numbers under which the packet goes out, first or again (retransmission, or late); nullopt for one that must
  /// not be sent: it is older than the newest switch, was skipped, or is from before the shifts that are remembered.
  /// `vp8` is given for VP8 only. The first packet after a switch should be a keyframe's first.
  [[nodiscard]] std::optional<Numbers> translate(std::uint16_t sequence, std::uint32_t timestamp,
                                                 const Vp8Descriptor* vp8, util::TimePoint now) noexcept;

  /// A packet of the source is deliberately not forwarded (padding only): closes the hole that it would leave. Shifts
  /// only what is behind `sequence`; a late or retransmitted packet from before keeps its number. Nothing happens if a
  /// newer packet is already known, as that has left the hole: it stays, as if the packet were lost.
  void skip(std::uint16_t sequence) noexcept;

  /// A timestamp of the present source, as a sender report names it, in the outgoing stream's terms; nullopt while
  /// there is no present source.
  [[nodiscard]] std::optional<std::uint32_t> translateTimestamp(std::uint32_t timestamp) const noexcept;

  /// The next free outgoing number behind everything sent, for padding; takes it. Shifts what the source sends later;
  /// what was forwarded, or is missing before it, keeps its number.
  [[nodiscard]] std::uint16_t takeSequence() noexcept;

  /// The number that a packet had at the present source, for a NACK of the subscriber; nullopt if the outgoing number
  /// is of a source before, padding, too old, or not sent yet.
  [[nodiscard]] std::optional<std::uint16_t> original(std::uint16_t outgoing) const noexcept;

 private:
  /// From the source's number `first` on, until the next one's `skippedFrom`, `offset` makes the outgoing number. What
  /// is from `skippedFrom` to before `first` has none. Numbers do not wrap here.
  struct Shift {
    std::int64_t first;
    std::int64_t skippedFrom;
    std::int64_t offset;
  };
  /// Browsers pad behind single frames at worst, 30 times a second: twice the 1.5 s for which packets are kept.
  static constexpr std::size_t kMaxShifts = 64;

  /// Of the outgoing stream. Each offset is that of the present source.
  struct Counter {
    bool placed = false;
    std::uint32_t offset = 0;
    std::uint32_t highest = 0;
    bool started = false;
  };

  void beginSource(std::uint16_t sequence, std::uint32_t timestamp, util::TimePoint now) noexcept;
  [[nodiscard]] std::int64_t unwrapSource(std::uint16_t sequence) const noexcept;
  [[nodiscard]] std::optional<std::int64_t> outgoingOf(std::int64_t source) const noexcept;
  /// `mask` is that of the number's width, all ones.
  static std::uint32_t continueCounter(Counter& counter, std::uint32_t value, std::uint32_t mask) noexcept;
  void addShift(const Shift& shift) noexcept;

  std::uint32_t clockRate_;
  bool started_ = false;
  bool switching_ = true;
  std::array<Shift, kMaxShifts> shifts_{};
  std::size_t shiftCount_ = 0;
  /// Newest number of the source that was forwarded or skipped, and newest outgoing one.
  std::int64_t highestSource_ = 0;
  std::int64_t highestOutgoing_ = 0;
  std::uint32_t timestampOffset_ = 0;
  std::uint32_t highestTimestamp_ = 0;
  util::TimePoint highestTimestampAt_{};
  Counter picture_;
  Counter tl0_;
};

}  // namespace akbuzat::rtp
