#pragma once

#include <cstdint>
#include <vector>

#include "akbuzat/rtp/packet.hpp"
#include "akbuzat/rtp/payload.hpp"
#include "akbuzat/rtp/rtcp.hpp"
#include "support/virtual_call.hpp"

namespace akbuzat::test {

using Payload = std::vector<std::uint8_t>;

inline const SentTrack kVoice{"voice", false, {}, {0x1000}};
inline const SentTrack kScreen{"screen", true, {}, {0x2000}};
inline const SentTrack kCamera{"camera", true, {"a", "b"}, {0x3000, 0x3001}};

/// A VP8 payload (RFC 7741 section 4.2) with a 15-bit picture id and TL0PICIDX, whose content tells which one it is.
inline Payload vp8(bool first, bool keyframe, std::uint16_t picture, std::uint8_t tl0, std::uint32_t content,
                   std::size_t size = 900) {
  Payload payload(size, 0xa5);
  payload[0] = static_cast<std::uint8_t>(0x80U | (first ? 0x10U : 0U));
  payload[1] = 0xc0;
  payload[2] = static_cast<std::uint8_t>(0x80U | (picture >> 8U));
  payload[3] = static_cast<std::uint8_t>(picture);
  payload[4] = tl0;
  payload[5] = first && keyframe ? 0 : 1;
  util::writeU32(payload, 6, content);
  return payload;
}

/// A publisher's encoder: frames of some packets, keyframes when the SFU asks for one.
class Camera {
 public:
  Camera(VirtualClient& client, std::size_t track, std::size_t layer, std::size_t packetsPerFrame,
         std::uint16_t sequence, std::uint32_t timestamp)
      : client_(client),
        track_(track),
        layer_(layer),
        packets_(packetsPerFrame),
        sequence_(sequence),
        timestamp_(timestamp) {}

  void frame(bool keyframe) {
    ++picture_;
    timestamp_ += 3000;
    for (std::size_t i = 0; i < packets_; ++i) {
      const Payload payload = vp8(i == 0, keyframe, picture_ & 0x7fffU, static_cast<std::uint8_t>(picture_),
                                  static_cast<std::uint32_t>((layer_ << 24U) | sent_++));
      client_.send(track_, layer_, sequence_++, timestamp_, i + 1 == packets_, payload);
    }
  }
  /// Frames at 30 a second; a keyframe at first and for each request that has come since the last frame.
  void play(util::TimePoint now, std::size_t requests) {
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds{33};
    frame(sent_ == 0 || requests != requests_);
    requests_ = requests;
  }
  [[nodiscard]] std::uint32_t sent() const { return sent_; }

 private:
  VirtualClient& client_;
  std::size_t track_;
  std::size_t layer_;
  std::size_t packets_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  std::uint16_t picture_ = 32760;
  std::uint32_t sent_ = 0;
  std::size_t requests_ = 0;
  util::TimePoint next_{};
};

/// PLIs for the SSRC in all reports.
inline std::size_t keyframeRequests(const VirtualClient& client, std::uint32_t ssrc) {
  std::size_t count = 0;
  for (const auto& report : client.reports) {
    rtp::RtcpReader reader{report};
    while (const auto part = reader.next()) {
      const auto* request = std::get_if<rtp::PictureLossIndication>(&*part);
      count += request != nullptr && request->mediaSsrc == ssrc ? 1 : 0;
    }
  }
  return count;
}

inline std::vector<std::uint32_t> contents(const std::vector<ReceivedPacket>& packets, std::size_t header = 0) {
  std::vector<std::uint32_t> found;
  for (const ReceivedPacket& packet : packets) {
    const auto view = rtp::PacketView::parse(packet.bytes);
    if (view->payload().size() >= header + 10) found.push_back(util::readU32(view->payload(), header + 6));
  }
  return found;
}

}  // namespace akbuzat::test
