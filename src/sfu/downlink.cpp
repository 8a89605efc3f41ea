#include "sfu/downlink.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace akbuzat::sfu {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

/// Fixed header, extension header, and our four elements (mid of at most 16 bytes), padded.
constexpr std::size_t kMaxHeader = 12 + 4 + (1 + 16) + (1 + 3) + (1 + 2) + (1 + 1) + 3;
constexpr std::size_t kOriginalSequenceSize = 2;
/// Bytes a second that may be sent again on any line: a keyframe or two.
constexpr std::size_t kLeastResent = std::size_t{64} * 1024;

}  // namespace

std::size_t Downlink::send(const OutgoingPacket& packet, bool probe, util::TimePoint now) noexcept {
  const auto& path = transport_.path();
  if (!path) return 0;
  const util::MutableBytes buffer = sink_.buffer();
  if (kMaxHeader + kOriginalSequenceSize + packet.payload.size() + transport::PeerTransport::kMaxOverhead >
      buffer.size()) {
    return 0;
  }
  rtp::HeaderWriter writer{buffer, packet.header};
  writer.add(packet.extensions.mid, packet.mid);
  if (packet.extensions.absSendTime != 0) {
    std::array<std::uint8_t, 3> time;
    util::writeU24(time, 0, rtp::toAbsSendTime(duration_cast<microseconds>(now.time_since_epoch()).count()));
    writer.add(packet.extensions.absSendTime, time);
  }
  const bool numbered = packet.extensions.transportSequence != 0;
  if (numbered) {
    std::array<std::uint8_t, 2> number;
    util::writeU16(number, 0, transportSequence_);
    writer.add(packet.extensions.transportSequence, number);
  }
  if (packet.audioLevel) writer.add(packet.extensions.audioLevel, util::Bytes{&*packet.audioLevel, 1});
  std::size_t at = writer.finish();
  if (packet.originalSequence) {
    util::writeU16(buffer, at, *packet.originalSequence);
    at += kOriginalSequenceSize;
  }
  std::memcpy(buffer.data() + at, packet.payload.data(), packet.payload.size());
  if (packet.vp8) {
    rtp::rewriteVp8(buffer.subspan(at, packet.payload.size()), packet.vp8->descriptor, packet.vp8->pictureId,
                    packet.vp8->tl0PicIdx);
  }
  const std::size_t size = transport_.protectRtp(buffer, at + packet.payload.size());
  if (size == 0) return 0;
  sink_.send(*path, size);
  if (numbered) estimator_.onSent(transportSequence_++, size, probe, now);
  pacer_.onSent(size, now);
  ++packets_;
  bytes_ += size;
  return size;
}

void Downlink::sendRtcp(util::Bytes compound) noexcept {
  const auto& path = transport_.path();
  if (!path) return;
  const util::MutableBytes buffer = sink_.buffer();
  if (compound.size() + transport::PeerTransport::kMaxOverhead > buffer.size()) return;
  std::memcpy(buffer.data(), compound.data(), compound.size());
  const std::size_t size = transport_.protectRtcp(buffer, compound.size());
  if (size != 0) sink_.send(*path, size);
}

bool Downlink::mayResend(util::TimePoint now) noexcept {
  if (now - resendPeriod_ >= 1s) {
    resendPeriod_ = now;
    resent_ = 0;
  }
  return resent_ < std::max<std::size_t>(kLeastResent, static_cast<std::size_t>(estimator_.target() / 8 / 2));
}

void Downlink::onFeedback(const rtp::TransportFeedback& feedback, util::TimePoint now) noexcept {
  estimator_.onFeedback(feedback, now);
  refreshRate(now);
}

void Downlink::onRemb(std::uint64_t bitsPerSecond, util::TimePoint now) noexcept {
  estimator_.onRemb(bitsPerSecond, now);
  refreshRate(now);
}

std::size_t Downlink::probeBytesDue(std::uint64_t wanted, util::TimePoint now) noexcept {
  if (!probe_) {
    const auto plan = estimator_.takeProbe(wanted, now);
    if (!plan) return 0;
    probe_ = Probe{*plan, now, bytes_};
  }
  const auto elapsed = now - probe_->begun;
  const double seconds = duration<double>(std::min<nanoseconds>(elapsed, probe_->plan.duration)).count();
  const auto due = static_cast<std::uint64_t>(static_cast<double>(probe_->plan.bitsPerSecond) / 8 * seconds);
  // Media counts as well: only what it does not use is filled up.
  const std::uint64_t sent = bytes_ - probe_->bytesBefore;
  const std::size_t missing = due > sent ? static_cast<std::size_t>(due - sent) : 0;
  if (elapsed >= probe_->plan.duration) probe_.reset();
  return missing;
}

}  // namespace akbuzat::sfu
