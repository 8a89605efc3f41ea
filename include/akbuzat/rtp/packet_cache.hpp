#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "akbuzat/util/bytes.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::rtp {

/// Fixed-size buffers for packets that are kept for retransmission. Grows to what is in use at once and keeps that, so
/// that nothing is allocated in steady state. One a shard.
class PacketPool {
 public:
  static constexpr std::size_t kBufferSize = 1500;
  using Buffer = std::array<std::uint8_t, kBufferSize>;

  explicit PacketPool(std::size_t maxBuffers) : maxBuffers_(maxBuffers) {}

  /// Not initialized; nullptr once `maxBuffers` are out.
  [[nodiscard]] Buffer* take();
  void giveBack(Buffer* buffer) noexcept;

 private:
  std::size_t maxBuffers_;
  std::vector<std::unique_ptr<Buffer>> all_;
  std::vector<Buffer*> free_;
};

/// The newest packets of one source, by sequence number, each for at most kKeepTime. All subscribers send and resend
/// from it. Owned by the source.
class PacketCache {
 public:
  static constexpr std::size_t kSlots = 1024;
  static constexpr std::chrono::milliseconds kKeepTime{1500};

  explicit PacketCache(PacketPool& pool);
  ~PacketCache();
  PacketCache(const PacketCache&) = delete;
  PacketCache& operator=(const PacketCache&) = delete;

  /// Copies the packet, in the place of one with the same number; drops what is too old. False if it is larger than a
  /// buffer, or the pool is exhausted. A packet that is kSlots or more from the newest, either way, begins anew and
  /// drops all others.
  bool put(std::uint16_t sequence, util::Bytes packet, util::TimePoint now);
  /// Empty if it is not there (any more). Valid until the next `put`.
  [[nodiscard]] util::Bytes get(std::uint16_t sequence) const noexcept;
  /// Gives back what is too old.
  void expire(util::TimePoint now) noexcept;

 private:
  static constexpr std::uint16_t kNone = 0xFFFF;
  /// In a list in the order in which they came, which is not that of the numbers.
  struct Slot {
    PacketPool::Buffer* buffer = nullptr;
    std::uint16_t sequence = 0;
    std::uint16_t size = 0;
    std::uint16_t earlier = kNone;
    std::uint16_t later = kNone;
    util::TimePoint at{};
  };
  void release(std::uint16_t index) noexcept;
  void clear() noexcept;

  PacketPool& pool_;
  /// Each number has its place, modulo kSlots.
  std::vector<Slot> slots_;
  std::uint16_t earliest_ = kNone;
  std::uint16_t latest_ = kNone;
  std::uint16_t newest_ = 0;
  bool started_ = false;
};

}  // namespace akbuzat::rtp
