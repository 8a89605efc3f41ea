#include "akbuzat/rtp/received_window.hpp"

#include "akbuzat/rtp/sequence.hpp"

namespace akbuzat::rtp {

void ReceivedWindow::restart() noexcept {
  started_ = false;
  bits_.reset();
}

bool ReceivedWindow::insert(std::uint16_t sequence) noexcept {
  if (!started_) {
    started_ = true;
    newest_ = sequence;
  } else if (newer(sequence, newest_)) {
    if (static_cast<std::uint16_t>(sequence - newest_) >= kSize) {
      bits_.reset();
    } else {
      for (auto at = static_cast<std::uint16_t>(newest_ + 1); at != sequence; ++at) bits_.reset(at % kSize);
      bits_.reset(sequence % kSize);
    }
    newest_ = sequence;
  } else if (static_cast<std::uint16_t>(newest_ - sequence) >= kSize || bits_.test(sequence % kSize)) {
    return false;
  }
  bits_.set(sequence % kSize);
  return true;
}

}  // namespace akbuzat::rtp
