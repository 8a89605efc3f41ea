#include "akbuzat/rtp/packet_cache.hpp"

#include <algorithm>

#include "akbuzat/rtp/sequence.hpp"

namespace akbuzat::rtp {

PacketPool::Buffer* PacketPool::take() {
  if (!free_.empty()) {
    Buffer* const buffer = free_.back();
    free_.pop_back();
    return buffer;
  }
  if (all_.size() >= maxBuffers_) return nullptr;
  all_.push_back(std::make_unique_for_overwrite<Buffer>());
  // Room for every buffer, so that giving one back never allocates; grown as all_ is, not one by one.
  free_.reserve(all_.capacity());
  return all_.back().get();
}

void PacketPool::giveBack(Buffer* buffer) noexcept { free_.push_back(buffer); }

PacketCache::PacketCache(PacketPool& pool) : pool_(pool), slots_(kSlots) {}

PacketCache::~PacketCache() { clear(); }

bool PacketCache::put(std::uint16_t sequence, util::Bytes packet, util::TimePoint now) {
  expire(now);
  if (packet.size() > PacketPool::kBufferSize) return false;
  if (started_) {
    const bool ahead = newer(sequence, newest_);
    const auto distance = static_cast<std::uint16_t>(ahead ? sequence - newest_ : newest_ - sequence);
    if (distance >= kSlots) clear();
    if (ahead || distance >= kSlots) newest_ = sequence;
  } else {
    started_ = true;
    newest_ = sequence;
  }
  const auto index = static_cast<std::uint16_t>(sequence % kSlots);
  Slot& slot = slots_[index];
  if (slot.buffer != nullptr) release(index);
  slot.buffer = pool_.take();
  if (slot.buffer == nullptr) return false;
  std::copy(packet.begin(), packet.end(), slot.buffer->begin());
  slot.sequence = sequence;
  slot.size = static_cast<std::uint16_t>(packet.size());
  slot.at = now;
  slot.earlier = latest_;
  slot.later = kNone;
  (latest_ == kNone ? earliest_ : slots_[latest_].later) = index;
  latest_ = index;
  return true;
}

util::Bytes PacketCache::get(std::uint16_t sequence) const noexcept {
  const Slot& slot = slots_[sequence % kSlots];
  if (slot.buffer == nullptr || slot.sequence != sequence) return {};
  // A slot that no newer packet has taken over: its number is of the round before.
  if (static_cast<std::uint16_t>(newest_ - sequence) >= kSlots) return {};
  return util::Bytes{*slot.buffer}.first(slot.size);
}

void PacketCache::expire(util::TimePoint now) noexcept {
  while (earliest_ != kNone && now - slots_[earliest_].at > kKeepTime) release(earliest_);
}

void PacketCache::release(std::uint16_t index) noexcept {
  Slot& slot = slots_[index];
  (slot.earlier == kNone ? earliest_ : slots_[slot.earlier].later) = slot.later;
  (slot.later == kNone ? latest_ : slots_[slot.later].earlier) = slot.earlier;
  pool_.giveBack(slot.buffer);
  slot.buffer = nullptr;
}

void PacketCache::clear() noexcept {
  while (earliest_ != kNone) release(earliest_);
}

}  // namespace akbuzat::rtp
