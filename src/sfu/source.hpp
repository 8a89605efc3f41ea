#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "akbuzat/rtp/bitrate_meter.hpp"
#include "akbuzat/rtp/nack_generator.hpp"
#include "akbuzat/rtp/packet_cache.hpp"
#include "akbuzat/rtp/receive_statistics.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::sfu {

/// One stream of RTP packets that a publisher sends: an audio track, a video track, or one layer of a simulcast track.
/// Keeps what retransmission, reports and keyframe requests need. Owned by its PublishedTrack; on the shard.
class Source {
 public:
  /// `rid` is empty without simulcast. Video keeps its packets in `pool` for retransmission, audio does not.
  Source(std::string rid, std::uint32_t clockRate, bool video, rtp::PacketPool& pool);

  /// From now on the packets of this SSRC are meant; whatever is known of another one is forgotten. True if it was
  /// another one.
  bool bind(std::uint32_t ssrc);
  void bindRtx(std::uint32_t ssrc) { rtxSsrc_ = ssrc; }
  [[nodiscard]] std::uint32_t ssrc() const noexcept { return ssrc_; }
  [[nodiscard]] std::uint32_t rtxSsrc() const noexcept { return rtxSsrc_; }
  [[nodiscard]] const std::string& rid() const noexcept { return rid_; }

  /// A packet has come; false for one that has been seen before. `packet` is the whole of it.
  bool onPacket(std::uint16_t sequence, std::uint32_t timestamp, util::Bytes packet, bool retransmitted, bool keyframe,
                util::TimePoint now);
  void onSenderReport(const rtp::SenderReport& report, util::TimePoint now);

  /// Somebody cannot go on without a keyframe. Requests that come close together become one.
  void needKeyframe() noexcept { keyframeNeeded_ = true; }
  /// True if the publisher is to be asked for one now.
  [[nodiscard]] bool takeKeyframeRequest(util::TimePoint now) noexcept;

  /// The publisher's clock: which RTP timestamp belongs to which NTP time, and when we were told.
  struct ClockMapping {
    std::uint64_t ntp = 0;
    std::uint32_t rtpTimestamp = 0;
    util::TimePoint at;
  };
  [[nodiscard]] const std::optional<ClockMapping>& clock() const noexcept { return clock_; }

  /// Bits per second; 0 if nothing has come for a second.
  [[nodiscard]] std::uint32_t bitrate(util::TimePoint now) const noexcept { return meter_.bitsPerSecond(now); }
  [[nodiscard]] util::TimePoint lastPacket() const noexcept { return lastPacket_; }
  [[nodiscard]] util::Bytes cached(std::uint16_t sequence) const noexcept {
    return cache_ ? cache_->get(sequence) : util::Bytes{};
  }

  [[nodiscard]] rtp::ReceiveStatistics& statistics() noexcept { return statistics_; }
  [[nodiscard]] rtp::NackGenerator* nack() noexcept { return nack_.get(); }
  /// Gives back what is too old to be sent again.
  void expire(util::TimePoint now) noexcept;

 private:
  const std::string rid_;
  const std::uint32_t clockRate_;
  std::uint32_t ssrc_ = 0;
  std::uint32_t rtxSsrc_ = 0;
  rtp::PacketPool& pool_;
  rtp::ReceiveStatistics statistics_;
  rtp::BitrateMeter meter_;
  /// Video only.
  std::unique_ptr<rtp::NackGenerator> nack_;
  std::unique_ptr<rtp::PacketCache> cache_;
  std::optional<ClockMapping> clock_;
  util::TimePoint lastPacket_{};
  util::TimePoint lastKeyframeRequest_{};
  bool keyframeNeeded_ = false;
};

}  // namespace akbuzat::sfu
