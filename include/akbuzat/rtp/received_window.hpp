#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace akbuzat::rtp {

/// Which of the newest kSize sequence numbers of one source have come. A value, owned by who counts.
class ReceivedWindow {
 public:
  /// More than a second and a half at 1,000 packets/s, which is as long as anything is sent again.
  static constexpr std::size_t kSize = 2048;

  /// Forgets everything; the next number is the first.
  void restart() noexcept;

  /// Marks the number. False if it was marked before, or is too old to tell.
  bool insert(std::uint16_t sequence) noexcept;

 private:
  std::bitset<kSize> bits_;
  std::uint16_t newest_ = 0;
  bool started_ = false;
};

}  // namespace akbuzat::rtp
