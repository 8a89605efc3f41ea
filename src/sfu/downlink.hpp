#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "akbuzat/rtp/bandwidth_estimator.hpp"
#include "akbuzat/rtp/pacer.hpp"
#include "akbuzat/rtp/packet.hpp"
#include "akbuzat/rtp/payload.hpp"
#include "akbuzat/sdp/negotiator.hpp"
#include "akbuzat/transport/datagram_sink.hpp"
#include "akbuzat/transport/peer_transport.hpp"

namespace akbuzat::sfu {

/// One RTP packet as a subscriber gets it: a header of its own, and a payload of the publisher's.
struct OutgoingPacket {
  rtp::Header header;
  const sdp::ExtensionIds& extensions;
  std::string_view mid;
  std::optional<std::uint8_t> audioLevel;
  /// Goes before the payload: the original sequence number of a retransmission (RFC 4588 section 4).
  std::optional<std::uint16_t> originalSequence;
  util::Bytes payload;
  /// Ids to be put into the VP8 descriptor of `payload`.
  struct Vp8Ids {
    rtp::Vp8Descriptor descriptor;
    std::uint16_t pictureId = 0;
    std::uint8_t tl0PicIdx = 0;
  };
  std::optional<Vp8Ids> vp8;
};

/// The way from the SFU to one client: makes, numbers, encrypts and sends packets, and knows how many the client's line
/// takes. Owned by the session; on the shard. No allocation per packet.
class Downlink {
 public:
  Downlink(transport::PeerTransport& transport, transport::DatagramSink& sink, util::TimePoint now)
      : transport_(transport), sink_(sink), estimator_(now) {}

  /// Sends at once. Returns the bytes on the wire; 0 if there is no connection, or the packet is too large.
  std::size_t send(const OutgoingPacket& packet, bool probe, util::TimePoint now) noexcept;
  /// One compound RTCP packet, which is encrypted on the way.
  void sendRtcp(util::Bytes compound) noexcept;

  /// True if a packet that can wait may leave now.
  [[nodiscard]] bool mayPass(util::TimePoint now) noexcept { return pacer_.mayPass(now); }

  /// What is sent again is bounded to a share of the line, whatever a client asks for.
  [[nodiscard]] bool mayResend(util::TimePoint now) noexcept;
  void onResent(std::size_t bytes) noexcept { resent_ += bytes; }

  /// Takes over a new estimate; also to be called now and then, as silence lowers it.
  void refreshRate(util::TimePoint now) noexcept { pacer_.setRate(estimator_.target(), now); }
  void onFeedback(const rtp::TransportFeedback& feedback, util::TimePoint now) noexcept;
  void onRemb(std::uint64_t bitsPerSecond, util::TimePoint now) noexcept;
  [[nodiscard]] rtp::BandwidthEstimator& estimator() noexcept { return estimator_; }

  /// How many bytes of the probe under way are due; begins one if it is time for one. `wanted` as in takeProbe.
  [[nodiscard]] std::size_t probeBytesDue(std::uint64_t wanted, util::TimePoint now) noexcept;

  [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct Probe {
    rtp::BandwidthEstimator::Probe plan;
    util::TimePoint begun;
    /// `bytes_` at that moment.
    std::uint64_t bytesBefore = 0;
  };

  transport::PeerTransport& transport_;
  transport::DatagramSink& sink_;
  rtp::BandwidthEstimator estimator_;
  rtp::Pacer pacer_;
  std::optional<Probe> probe_;
  std::uint16_t transportSequence_ = 0;
  /// Bytes sent again in the second that began at `resendPeriod_`.
  std::size_t resent_ = 0;
  util::TimePoint resendPeriod_{};
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace akbuzat::sfu
