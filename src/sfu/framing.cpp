#include "sfu/framing.hpp"

#include <algorithm>
#include <cstring>

namespace akbuzat::sfu {

namespace {

constexpr std::size_t kLengthSize = 2;
/// What one read takes: a tenth of a second at 1.3 Mbit/s. A thousand connections have 16 MB of it.
constexpr std::size_t kReadSize = 16 * 1024;
/// The queue's first size; it doubles from there.
constexpr std::size_t kFirstQueueSize = 4 * 1024;

}  // namespace

FrameReader::FrameReader() : buffer_(kReadSize) {}

util::MutableBytes FrameReader::space() noexcept {
  // What is left is less than one frame, so the room behind it is most of the buffer.
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return util::MutableBytes(buffer_).subspan(end_);
}

std::optional<util::MutableBytes> FrameReader::next() noexcept {
  while (!broken_ && end_ - begin_ >= kLengthSize) {
    const std::size_t length = util::readU16(buffer_, begin_);
    if (length > kMaxFrame) {
      broken_ = true;
      break;
    }
    if (end_ - begin_ < kLengthSize + length) break;
    const auto frame = util::MutableBytes(buffer_).subspan(begin_ + kLengthSize, length);
    begin_ += kLengthSize + length;
    // A length of zero is allowed and says nothing (RFC 4571 section 2).
    if (length > 0) return frame;
  }
  return std::nullopt;
}

bool FrameQueue::put(util::Bytes datagram) {
  const std::size_t size = kLengthSize + datagram.size();
  if (datagram.size() > 0xffff || end_ - begin_ + size > kMaxBytes) return false;
  if (end_ + size > buffer_.size()) makeRoom(size);
  util::writeU16(buffer_, end_, static_cast<std::uint16_t>(datagram.size()));
  std::memcpy(buffer_.data() + end_ + kLengthSize, datagram.data(), datagram.size());
  end_ += size;
  return true;
}

void FrameQueue::makeRoom(std::size_t size) {
  const auto start = buffer_.begin();
  std::copy(start + static_cast<std::ptrdiff_t>(begin_), start + static_cast<std::ptrdiff_t>(end_), start);
  end_ -= begin_;
  begin_ = 0;
  std::size_t capacity = std::max(buffer_.size(), kFirstQueueSize);
  // Half of it stays free, or the bytes would be moved again and again.
  while (capacity < 2 * (end_ + size) && capacity < 2 * kMaxBytes) capacity *= 2;
  if (capacity > buffer_.size()) buffer_.resize(capacity);
}

void FrameQueue::consume(std::size_t count) noexcept {
  begin_ += count;
  if (begin_ == end_) clear();
}

}  // namespace akbuzat::sfu
