#include "akbuzat/rtp/layer_allocation.hpp"

#include <algorithm>

namespace akbuzat::rtp {

namespace {

/// Percent of the budget that a layer in use may come to, and that a better one needs; see the header.
constexpr std::uint64_t kKeepPercent = 110;
constexpr std::uint64_t kTakePercent = 115;
/// Far above any network, and low enough for percentages in 64 bits.
constexpr std::uint64_t kMaxBudget = 1'000'000'000'000'000;

std::size_t layersOf(const StreamDemand& stream) noexcept {
  return std::clamp<std::size_t>(stream.layerCount, 1, StreamDemand::kMaxLayers);
}

std::size_t wishOf(const StreamDemand& stream) noexcept { return std::min(stream.bestWished, layersOf(stream) - 1); }

/// The layer from `begin` up to `end` that takes least, the best of equal ones; nullopt if none is sent.
std::optional<std::size_t> cheapest(const StreamDemand& stream, std::size_t begin, std::size_t end) noexcept {
  std::optional<std::size_t> found;
  for (std::size_t i = begin; i < end; ++i) {
    if (stream.bitrates[i] != 0 && (!found || stream.bitrates[i] < stream.bitrates[*found])) found = i;
  }
  return found;
}

/// Where the stream begins.
std::optional<std::size_t> lowest(const StreamDemand& stream) noexcept {
  const std::size_t wish = wishOf(stream);
  if (stream.onlyWished) return cheapest(stream, wish, wish + 1);
  const auto fitting = cheapest(stream, wish, layersOf(stream));
  return fitting ? fitting : cheapest(stream, 0, wish);
}

/// The next better layer; nullopt if there is none, or none wished.
std::optional<std::size_t> better(const StreamDemand& stream, std::size_t than) noexcept {
  return than > wishOf(stream) ? cheapest(stream, wishOf(stream), than) : std::nullopt;
}

/// Of a stream of which nothing is sent now.
std::size_t awaited(const StreamDemand& stream) noexcept {
  const std::size_t wish = wishOf(stream);
  if (stream.onlyWished) return wish;
  return stream.current && *stream.current >= wish && *stream.current < layersOf(stream) ? *stream.current
                                                                                         : layersOf(stream) - 1;
}

class Allocation {
 public:
  explicit Allocation(std::uint64_t budget) noexcept : budget_(std::min(budget, kMaxBudget)) {}

  void serve(std::span<StreamDemand> streams, StreamClass streamClass) noexcept {
    for (StreamDemand& stream : streams) {
      if (stream.streamClass == streamClass) begin(stream);
    }
    for (std::size_t turn = 1; turn < StreamDemand::kMaxLayers; ++turn) {
      for (StreamDemand& stream : streams) {
        if (stream.streamClass == streamClass && stream.chosen) improve(stream);
      }
    }
  }

 private:
  void begin(StreamDemand& stream) noexcept {
    const bool audio = stream.streamClass == StreamClass::audio;
    const auto layer = lowest(stream);
    if (!layer) {
      stream.chosen = awaited(stream);
      return;
    }
    const bool forced = audio || !videoServed_;
    if (!audio) videoServed_ = true;
    const std::uint64_t total = total_ + stream.bitrates[*layer];
    if (forced || fits(stream, *layer, total)) {
      stream.chosen = layer;
      total_ = total;
    } else {
      stream.chosen.reset();
    }
  }

  void improve(StreamDemand& stream) noexcept {
    const std::size_t now = *stream.chosen;
    if (stream.bitrates[now] == 0) return;
    const auto layer = better(stream, now);
    if (!layer) return;
    const std::uint64_t total = total_ - stream.bitrates[now] + stream.bitrates[*layer];
    if (!fits(stream, *layer, total)) return;
    stream.chosen = layer;
    total_ = total;
  }

  [[nodiscard]] bool fits(const StreamDemand& stream, std::size_t layer, std::uint64_t total) const noexcept {
    return stream.current && layer >= *stream.current ? total * 100 <= budget_ * kKeepPercent
                                                      : total * kTakePercent <= budget_ * 100;
  }

  std::uint64_t budget_;
  std::uint64_t total_ = 0;
  bool videoServed_ = false;
};

}  // namespace

void allocateLayers(std::span<StreamDemand> streams, std::uint64_t budget) noexcept {
  Allocation allocation(budget);
  for (const StreamClass streamClass :
       {StreamClass::audio, StreamClass::activeSpeaker, StreamClass::screen, StreamClass::camera}) {
    allocation.serve(streams, streamClass);
  }
}

std::uint64_t wantedBitrate(std::span<const StreamDemand> streams) noexcept {
  std::uint64_t total = 0;
  for (const StreamDemand& stream : streams) {
    auto layer = lowest(stream);
    while (layer) {
      const auto next = better(stream, *layer);
      if (!next) break;
      layer = next;
    }
    if (layer) total += stream.bitrates[*layer];
  }
  return total;
}

}  // namespace akbuzat::rtp
