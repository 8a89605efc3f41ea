#include "http/outbound_queue.hpp"

#include <algorithm>

namespace akbuzat::http {
namespace {

/// A vector of up to 4 KiB stays for the next burst; an idle socket keeps no more than that.
constexpr std::size_t kKeptCapacity = 128;
constexpr std::size_t kMinCompaction = 256;

}  // namespace

void OutboundQueue::push(const websocket::OutboundMessagePtr& message) {
  const std::string_view frame = deflate_ ? message->deflatedFrame() : message->frame();
  waiting_.push_back({message, frame});
  bytes_ += frame.size();
}

std::size_t OutboundQueue::gather(std::span<iovec> out) const {
  const std::size_t count = std::min(out.size(), waiting_.size() - first_);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view frame = waiting_[first_ + i].frame;
    // iovec is for reading and writing; this one is read.
    out[i] = {const_cast<char*>(frame.data()), frame.size()};
  }
  if (count > 0) out[0] = {static_cast<char*>(out[0].iov_base) + offset_, out[0].iov_len - offset_};
  return count;
}

void OutboundQueue::consume(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    const std::size_t left = waiting_[first_].frame.size() - offset_;
    if (bytes < left) {
      offset_ += bytes;
      break;
    }
    bytes -= left;
    offset_ = 0;
    waiting_[first_++].message.reset();
  }
  if (empty()) {
    waiting_.clear();
    first_ = 0;
    if (waiting_.capacity() > kKeptCapacity) waiting_.shrink_to_fit();
  } else if (first_ >= std::max(kMinCompaction, waiting_.size() / 2)) {
    // No more is moved than was written since the last time, so that a long backlog is not moved for each write.
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void OutboundQueue::clear() {
  waiting_.clear();
  waiting_.shrink_to_fit();
  first_ = 0;
  offset_ = 0;
  bytes_ = 0;
}

}  // namespace akbuzat::http
