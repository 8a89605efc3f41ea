#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace akbuzat::rtp {

/// What is served first when bandwidth is short (issue: audio, the active speaker, screen share, the rest).
enum class StreamClass : std::uint8_t { audio, activeSpeaker, screen, camera };

/// One stream that a subscriber wants, and what it may get of it.
struct StreamDemand {
  static constexpr std::size_t kMaxLayers = 4;

  StreamClass streamClass = StreamClass::camera;
  /// Bits per second of each layer as measured, best first; 0: not sent now. A stream without simulcast has one. A
  /// layer that takes no less than a better one is passed over.
  std::uint32_t bitrates[kMaxLayers]{};
  std::size_t layerCount = 1;
  /// The best layer that the subscriber wishes (index into bitrates). If neither it nor a worse one is sent, the one
  /// that takes least of the better ones is served.
  std::size_t bestWished = 0;
  /// The subscriber would rather have nothing than another layer (priorityOrdering none with a preferredRid).
  bool onlyWished = false;
  /// What it gets now; nullopt: nothing.
  std::optional<std::size_t> current;

  /// The outcome: which layer; nullopt: nothing for now, because it does not fit.
  std::optional<std::size_t> chosen;
};

/// Distributes `budget` bits per second: every class before the next, within a class first one layer for everybody,
/// worst first, then better ones in turn; within a class the order of `streams` decides. A layer that is in use, or a
/// worse one in its place, is kept up to 10 % over the budget; anything better is taken only with 15 % to spare, so
/// that nothing flaps: fed with its own outcome as `current`, it decides the same. Audio is always chosen, and so is at
/// least the lowest layer of the first video. A stream of which nothing is sent now takes nothing and keeps `current`,
/// or else waits for its worst layer, so that its first keyframe gets through; one that wants nothing but its wished
/// layer waits for that. Sorts nothing in place but `chosen`; no allocation.
void allocateLayers(std::span<StreamDemand> streams, std::uint64_t budget) noexcept;

/// What all would take at their best, bits per second.
[[nodiscard]] std::uint64_t wantedBitrate(std::span<const StreamDemand> streams) noexcept;

}  // namespace akbuzat::rtp
