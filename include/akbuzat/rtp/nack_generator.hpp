#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "akbuzat/rtp/received_window.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// Finds the holes in one source's sequence and says when to ask for what is missing (RFC 4585). Owned by the source.
/// Bounded: at most kMaxMissing holes; more, or a jump of more than that, makes it ask for a keyframe instead. So do
/// numbers that begin anew further back.
class NackGenerator {
 public:
  static constexpr std::size_t kMaxMissing = 512;

  NackGenerator();

  /// Of every packet, also one that came as RTX or has padding only. Returns false if it is a duplicate. One that is
  /// more than ReceivedWindow::kSize numbers late is not known as one.
  bool onPacket(std::uint16_t sequence, util::TimePoint now) noexcept;

  /// What to ask for now, in ascending order, at most 64; each a first time after a short wait for reordering, then
  /// again after each round trip, ten times in all. Valid until the next call. No allocation.
  [[nodiscard]] std::span<const std::uint16_t> due(std::chrono::milliseconds roundTrip, util::TimePoint now) noexcept;
  /// When `due` may have something; TimePoint::max() for never. Not after `now` if more than 64 are due.
  [[nodiscard]] util::TimePoint deadline() const noexcept;

  /// True once after something was given up that only a keyframe can heal, unless one has come since.
  [[nodiscard]] bool takeKeyframeNeed() noexcept;

  /// A keyframe has come, `sequence` is its first packet: what is missing before it is of no interest any more.
  void onKeyframe(std::uint16_t sequence) noexcept;

 private:
  struct Missing {
    std::uint16_t sequence;
    std::uint8_t tries;
    /// advances_ when the hole showed.
    std::uint32_t noticedAt;
    util::TimePoint next;
  };
  /// As many as fit into an RTCP packet of 300 bytes in the worst case.
  static constexpr std::size_t kMaxDue = 64;

  void restart(std::uint16_t sequence) noexcept;
  void advance(std::uint16_t sequence, util::TimePoint now) noexcept;
  void giveUp(std::uint16_t sequence) noexcept;
  [[nodiscard]] std::vector<Missing>::iterator firstNotBefore(std::uint16_t sequence) noexcept;

  /// In ascending order; its room for kMaxMissing is allocated once.
  std::vector<Missing> missing_;
  std::array<std::uint16_t, kMaxDue> due_{};
  ReceivedWindow window_;
  bool started_ = false;
  std::uint16_t highest_ = 0;
  /// How many packets came that were newer than all before.
  std::uint32_t advances_ = 0;
  /// No hole is due before.
  util::TimePoint earliest_ = util::TimePoint::max();
  std::optional<std::uint16_t> afterJump_;
  bool keyframeNeeded_ = false;
  std::uint16_t givenUp_ = 0;
};

}  // namespace akbuzat::rtp
