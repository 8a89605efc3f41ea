#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "akbuzat/rtp/packet.hpp"
#include "akbuzat/rtp/payload.hpp"
#include "akbuzat/sdp/negotiator.hpp"
#include "akbuzat/sfu/peer_session.hpp"
#include "sfu/source.hpp"

namespace akbuzat::sfu {

class Subscription;

/// What the router hands to subscribers: one packet, looked at once.
struct RoutedPacket {
  const rtp::PacketView& view;
  /// Which of the track's sources it is of.
  std::size_t layer;
  const rtp::Vp8Descriptor* vp8;
  bool keyframe;
  /// The audio level's byte as the publisher sent it.
  std::optional<std::uint8_t> audioLevel;
};

/// What one m-section of a publisher sends, and who pulls it. Owned by the publisher's session; on the shard.
class PublishedTrack {
 public:
  PublishedTrack(SessionId publisher, const sdp::ReceiveParameters& parameters, rtp::PacketPool& pool);
  ~PublishedTrack();
  PublishedTrack(const PublishedTrack&) = delete;
  PublishedTrack& operator=(const PublishedTrack&) = delete;

  /// From a later description of the same section.
  void update(const sdp::ReceiveParameters& parameters);

  [[nodiscard]] const SessionId& publisher() const noexcept { return publisher_; }
  [[nodiscard]] const std::string& mid() const noexcept { return parameters_.mid; }
  [[nodiscard]] const sdp::ReceiveParameters& parameters() const noexcept { return parameters_; }
  [[nodiscard]] bool isVideo() const noexcept { return parameters_.kind == sdp::MediaKind::video; }
  [[nodiscard]] bool isSimulcast() const noexcept { return sources_.size() > 1; }
  /// Empty until it has been published.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  void setName(std::string name) { name_ = std::move(name); }

  /// Best layer first. The number of them never changes.
  [[nodiscard]] std::vector<std::unique_ptr<Source>>& sources() noexcept { return sources_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Source>>& sources() const noexcept { return sources_; }
  /// Which of the sources a rid is; the only one for any rid if there is no simulcast; nullopt if it is none.
  [[nodiscard]] std::optional<std::size_t> layerOf(std::string_view rid) const noexcept;

  /// A packet of the source `layer` with its restored sequence number: counts, keeps, and forwards it.
  void onPacket(std::size_t layer, const rtp::PacketView& view, bool retransmitted, util::TimePoint now);

  /// The source's packets come under this SSRC from now on.
  void bind(std::size_t layer, std::uint32_t ssrc);

  void add(Subscription& subscription) { subscribers_.push_back(&subscription); }
  void remove(Subscription& subscription);
  [[nodiscard]] std::size_t subscriberCount() const noexcept { return subscribers_.size(); }

  /// 0 … 1, how loud the voice has been lately; 0 for video.
  [[nodiscard]] double loudness(util::TimePoint now) const noexcept;
  [[nodiscard]] util::TimePoint lastPacket() const noexcept;

 private:
  [[nodiscard]] bool startsKeyframe(const rtp::PacketView& view, const rtp::Vp8Descriptor* vp8) const noexcept;
  void listenTo(std::uint8_t audioLevel) noexcept;

  const SessionId publisher_;
  std::string name_;
  sdp::ReceiveParameters parameters_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<Subscription*> subscribers_;
  double loudness_ = 0;
};

}  // namespace akbuzat::sfu
