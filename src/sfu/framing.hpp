#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::sfu {

// Datagrams on a TCP connection: each behind its length in two bytes (RFC 4571 section 2). Both classes belong to a
// connection and do no I/O.

/// Finds the datagrams in what a peer sends, however it arrives.
class FrameReader {
 public:
  /// Longer than any datagram of a peer that knows what the internet carries; a larger one is nonsense.
  static constexpr std::size_t kMaxFrame = 2000;

  FrameReader();

  /// Where the next bytes are to be read to; never empty unless `broken`, or `next` has not been asked to the end.
  [[nodiscard]] util::MutableBytes space() noexcept;
  /// So many bytes have been put there.
  void added(std::size_t count) noexcept { end_ += count; }
  /// The next datagram, not empty, until the next call of `space`; its bytes may be changed.
  [[nodiscard]] std::optional<util::MutableBytes> next() noexcept;
  /// A frame was too long. Nothing more comes.
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  std::vector<std::uint8_t> buffer_;
  /// Not yet returned bytes.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool broken_ = false;
};

/// Datagrams on their way to a peer, as the bytes that go over the wire.
class FrameQueue {
 public:
  /// A second of 2 Mbit/s: more delay than anybody can talk with.
  static constexpr std::size_t kMaxBytes = 256 * 1024;

  /// Appends a datagram whole; false, and nothing appended, if there is no room for it.
  [[nodiscard]] bool put(util::Bytes datagram);

  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  /// All that waits, in one piece.
  [[nodiscard]] util::Bytes pending() const noexcept { return util::Bytes(buffer_).subspan(begin_, end_ - begin_); }
  /// So many bytes have been written.
  void consume(std::size_t count) noexcept;
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  void makeRoom(std::size_t size);

  /// Grows to what its connection needs, and then no more.
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace akbuzat::sfu
