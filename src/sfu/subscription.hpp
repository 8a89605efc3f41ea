#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "akbuzat/rtp/layer_allocation.hpp"
#include "akbuzat/rtp/layer_rewriter.hpp"
#include "akbuzat/sdp/negotiator.hpp"
#include "akbuzat/sfu/peer_session.hpp"
#include "sfu/downlink.hpp"
#include "sfu/published_track.hpp"

namespace akbuzat::sfu {

/// One track as one subscriber gets it: which layer, under which numbers, what waits for its turn, what can be sent
/// again. Owned by the subscriber's session, known to the track; on the shard.
class Subscription {
 public:
  Subscription(const sdp::SendParameters& parameters, PublishedTrack& track, LayerWish wish, Downlink& downlink);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  [[nodiscard]] const std::string& mid() const noexcept { return parameters_.mid; }
  [[nodiscard]] const sdp::SendParameters& parameters() const noexcept { return parameters_; }
  [[nodiscard]] bool isVideo() const noexcept { return parameters_.kind == sdp::MediaKind::video; }
  [[nodiscard]] bool isActive() const noexcept { return active_; }
  /// nullptr once the publisher has ended it.
  [[nodiscard]] PublishedTrack* track() const noexcept { return track_; }
  [[nodiscard]] const SessionId& publisher() const noexcept { return publisher_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] util::TimePoint lastSent() const noexcept { return lastSent_; }

  /// From a later description of the same section.
  void update(const sdp::SendParameters& parameters) { parameters_ = parameters; }
  /// The client has answered the offer with this section: packets may flow.
  void activate() noexcept;
  /// Another track, of the same kind and codec, takes the place of this one.
  void setTrack(PublishedTrack& track);
  void setWish(LayerWish wish) { wish_ = std::move(wish); }
  void sourceGone() noexcept;
  /// The publisher's stream of that layer has begun anew under another SSRC.
  void sourceRestarted(std::size_t layer) noexcept;

  void onPacket(const RoutedPacket& packet, util::TimePoint now);

  /// Sends what waits, as long as it may pass. True if nothing waits any more.
  bool drain(util::TimePoint now);

  /// What the client asks for again.
  void onNack(std::uint16_t sequence, std::chrono::milliseconds roundTrip, util::TimePoint now);
  /// The client cannot go on without a keyframe.
  void onKeyframeRequest() noexcept;
  /// Sends some recent packet once more, for a probe. Returns the bytes on the wire, 0 if there is none.
  std::size_t sendProbePacket(util::TimePoint now);

  // The distribution of bandwidth.
  [[nodiscard]] rtp::StreamDemand demand(util::TimePoint now) const noexcept;
  /// The layer that it shall have; nullopt: nothing for now.
  void choose(std::optional<std::size_t> layer) noexcept;
  /// Asks for a keyframe again while it waits for one.
  void remindOfKeyframe() noexcept;

  /// The sender report for what goes out (RFC 3550 section 6.4.1), on the publisher's clock; nullopt before there is
  /// one.
  [[nodiscard]] std::optional<rtp::SenderReport> senderReport(util::TimePoint now);
  /// From the LSR and DLSR of a report block about us; nullopt if it names no report of ours.
  [[nodiscard]] std::optional<std::chrono::microseconds> roundTripOf(const rtp::ReportBlock& block,
                                                                     util::TimePoint now) const noexcept;

 private:
  /// One packet that has left, or waits.
  struct Sent {
    std::uint16_t sequence = 0;
    std::uint16_t sourceSequence = 0;
    std::uint32_t timestamp = 0;
    std::uint16_t pictureId = 0;
    std::uint8_t tl0PicIdx = 0;
    std::uint8_t layer = 0;
    bool known = false;
    /// Has not left yet.
    bool waiting = false;
    util::TimePoint resentAt{};
    util::TimePoint waitingSince{};
  };
  /// More than a client can miss within a second at 5 Mbit/s; a power of two, so that a number's slot is its low bits.
  static constexpr std::size_t kHistory = 1024;

  [[nodiscard]] bool forwards(const RoutedPacket& packet);
  void transmit(const Sent& sent, const rtp::PacketView& view, const rtp::Vp8Descriptor* vp8,
                std::optional<std::uint8_t> audioLevel, util::TimePoint now);
  std::size_t retransmit(const Sent& sent, bool probe, util::TimePoint now);
  [[nodiscard]] Source* sourceAt(std::size_t layer) const noexcept;
  /// A packet that came before the switch to its source, or too late to be forwarded, and that the client now asks for.
  void recover(std::uint16_t sequence, util::TimePoint now);
  /// The oldest that waits, nullptr if none does.
  [[nodiscard]] Sent* nextWaiting() noexcept;
  /// Lets fall what waits: the line has not taken it in time, and what follows needs a keyframe.
  void giveUpWaiting() noexcept;

  sdp::SendParameters parameters_;
  PublishedTrack* track_;
  SessionId publisher_;
  std::string name_;
  LayerWish wish_;
  Downlink& downlink_;

  bool active_ = false;
  /// What is forwarded now, and what shall be from its next keyframe on. Audio has one layer and no keyframes.
  std::optional<std::size_t> current_;
  std::optional<std::size_t> target_;
  rtp::LayerRewriter rewriter_;

  /// Video only, by the low bits of the outgoing sequence number.
  std::vector<Sent> history_;
  /// Outgoing numbers of packets that wait, oldest first: a ring over `history_`.
  std::uint16_t nextWaiting_ = 0;
  std::size_t waiting_ = 0;
  std::uint16_t newest_ = 0;
  bool anySent_ = false;
  std::uint16_t rtxSequence_ = 0;
  std::uint16_t probeSequence_ = 0;

  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
  util::TimePoint lastSent_{};
  struct ReportSent {
    std::uint32_t compactNtp = 0;
    util::TimePoint at{};
  };
  /// A report a second; a browser answers within five.
  std::array<ReportSent, 8> reports_{};
  std::size_t nextReport_ = 0;
};

}  // namespace akbuzat::sfu
