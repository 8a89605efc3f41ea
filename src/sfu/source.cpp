#include "sfu/source.hpp"

#include <utility>

namespace akbuzat::sfu {
namespace {

using namespace std::chrono_literals;

/// Encoders need some hundred milliseconds to make a keyframe and to bring it through; asking again meanwhile would
/// only make them send two (protocol E.4).
constexpr auto kKeyframeInterval = 400ms;

}  // namespace

Source::Source(std::string rid, std::uint32_t clockRate, bool video, rtp::PacketPool& pool)
    : rid_(std::move(rid)),
      clockRate_(clockRate),
      pool_(pool),
      statistics_(clockRate),
      nack_(video ? std::make_unique<rtp::NackGenerator>() : nullptr),
      cache_(video ? std::make_unique<rtp::PacketCache>(pool) : nullptr) {}

bool Source::bind(std::uint32_t ssrc) {
  if (ssrc == ssrc_) return false;
  const bool another = ssrc_ != 0;
  ssrc_ = ssrc;
  if (another) {
    statistics_ = rtp::ReceiveStatistics{clockRate_};
    if (nack_) {
      nack_ = std::make_unique<rtp::NackGenerator>();
      cache_ = std::make_unique<rtp::PacketCache>(pool_);
    }
    clock_.reset();
  }
  return another;
}

bool Source::onPacket(std::uint16_t sequence, std::uint32_t timestamp, util::Bytes packet, bool retransmitted,
                      bool keyframe, util::TimePoint now) {
  lastPacket_ = now;
  statistics_.onPacket(sequence, timestamp, packet.size(), retransmitted, now);
  // Browsers probe their own line with copies: those are not what the layer takes.
  if (nack_ && !nack_->onPacket(sequence, now)) return false;
  meter_.onBytes(packet.size(), now);
  if (!nack_) return true;
  if (keyframe) {
    nack_->onKeyframe(sequence);
    keyframeNeeded_ = false;
  }
  if (nack_->takeKeyframeNeed()) needKeyframe();
  cache_->put(sequence, packet, now);
  return true;
}

void Source::onSenderReport(const rtp::SenderReport& report, util::TimePoint now) {
  statistics_.onSenderReport(report, now);
  clock_ = ClockMapping{report.ntp, report.rtpTimestamp, now};
}

bool Source::takeKeyframeRequest(util::TimePoint now) noexcept {
  if (!keyframeNeeded_ || ssrc_ == 0 || now - lastKeyframeRequest_ < kKeyframeInterval) return false;
  keyframeNeeded_ = false;
  lastKeyframeRequest_ = now;
  return true;
}

void Source::expire(util::TimePoint now) noexcept {
  if (cache_) cache_->expire(now);
}

}  // namespace akbuzat::sfu
