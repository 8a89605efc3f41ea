#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "akbuzat/rtp/transport_feedback.hpp"
#include "akbuzat/sdp/negotiator.hpp"
#include "akbuzat/sfu/peer_session.hpp"
#include "akbuzat/transport/peer_transport.hpp"
#include "akbuzat/util/token_bucket.hpp"
#include "sfu/downlink.hpp"
#include "sfu/published_track.hpp"
#include "sfu/subscription.hpp"

namespace akbuzat::sfu {

/// What a session needs from its shard.
class SessionHost {
 public:
  virtual void addPath(const transport::Path& path, class Session& session) = 0;
  virtual void removePath(const transport::Path& path, class Session& session) = 0;
  /// The track that a session of the scope publishes under this name; nullptr if there is none.
  virtual PublishedTrack* findTrack(std::string_view scope, const SessionId& publisher, std::string_view name) = 0;
  virtual rtp::PacketPool& pool() = 0;
  virtual transport::DatagramSink& sink() = 0;
  /// Under which this machine can be reached.
  [[nodiscard]] virtual const std::vector<std::string>& addresses() const = 0;

 protected:
  ~SessionHost() = default;
};

/// One peer connection: brings together its descriptions (Negotiator), its transport, the tracks that the client
/// publishes and those that it pulls. Owned by its ShardSfu; on the shard.
class Session final : public PeerSession, private transport::PeerTransport::Listener {
 public:
  Session(SessionId id, std::string scope, std::string owner, const transport::Certificate& certificate,
          transport::IceCredentials credentials, sdp::Negotiator negotiator, SessionHost& host, PeerKind kind,
          util::TimePoint now);
  ~Session() override;

  [[nodiscard]] const SessionId& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& scope() const noexcept { return scope_; }
  [[nodiscard]] const std::string& owner() const noexcept { return owner_; }
  [[nodiscard]] const std::string& ufrag() const noexcept { return transport_.local().ufrag; }
  [[nodiscard]] transport::PeerTransport& transport() noexcept { return transport_; }
  [[nodiscard]] PublishedTrack* published(std::string_view name) noexcept;
  [[nodiscard]] std::size_t publishedCount() const noexcept { return published_.size(); }
  [[nodiscard]] std::size_t pulledCount() const noexcept { return pulled_.size(); }
  /// How loud the client's voice has been lately, 0 … 1.
  [[nodiscard]] double loudness(util::TimePoint now) const noexcept;

  /// Somebody has used the session.
  void touch(util::TimePoint now) noexcept { usedAt_ = now; }
  /// True once neither the peer nor its owner has shown a sign of life for 30 s.
  [[nodiscard]] bool expired(util::TimePoint now) const noexcept;

  /// Everything that time brings; every few milliseconds. `activeSpeaker` publishes the loudest voice of the scope.
  void tick(const SessionId& activeSpeaker, util::TimePoint now);
  /// Says good-bye to the peer.
  void close();

  [[nodiscard]] bool takeCall(double cost) override { return calls_.take(cost, usedAt_); }
  boost::system::result<std::string> applyOffer(std::string_view sdp, std::span<const std::string> closing) override;
  boost::system::error_code applyAnswer(std::string_view sdp) override;
  std::string offer() override;
  boost::system::error_code publish(const std::string& mid, const std::string& name) override;
  [[nodiscard]] std::vector<std::string> unnamedMids() const override;
  [[nodiscard]] std::optional<std::string> midOf(std::string_view name) const override;
  boost::system::result<std::string> invite(sdp::MediaKind kind, const std::string& name, bool bidirectional) override;
  boost::system::result<std::string> pull(const SessionId& publisher, const std::string& name, LayerWish wish) override;
  boost::system::error_code update(const std::string& mid, const SessionId& publisher, const std::string& name,
                                   std::optional<LayerWish> wish) override;
  bool close(const std::string& mid) override;
  [[nodiscard]] std::vector<TrackState> tracks() const override;

 private:
  /// Which of our sources an SSRC of the client's is. It stays known until its track ends or others need its room: a
  /// client that has been silent for long goes on without saying again what it sends (protocol E.4).
  struct Incoming {
    PublishedTrack* track = nullptr;
    std::size_t layer = 0;
    bool rtx = false;
    util::TimePoint heard{};
  };

  // From the transport.
  void onRtp(util::MutableBytes packet, util::TimePoint now) override;
  void onRtcp(util::Bytes packet, util::TimePoint now) override;
  void onState(transport::PeerTransport::State state, util::TimePoint now) override;
  void onPathAdded(const transport::Path& path) override { host_.addPath(path, *this); }
  void onPathRemoved(const transport::Path& path) override { host_.removePath(path, *this); }

  void apply(const sdp::Negotiator::Outcome& outcome);
  boost::system::error_code pullInto(const std::string& mid, const SessionId& publisher, const std::string& name,
                                     std::optional<LayerWish> wish);
  void bindSources(PublishedTrack& track);
  /// What has ended gives back what the transport keeps of its SSRCs.
  void forget(const PublishedTrack& track);
  void forget(const Subscription& subscription);
  [[nodiscard]] transport::RemoteParameters toTransport(const sdp::RemoteTransport& remote) const;
  /// The SSRC's source; nullptr if it is none, or another SSRC speaks for that.
  [[nodiscard]] const Incoming* incomingOf(const rtp::PacketView& view, util::TimePoint now);
  [[nodiscard]] std::optional<Incoming> identify(const rtp::PacketView& view) const;
  [[nodiscard]] std::optional<Incoming> onlyTrackOf(std::uint8_t payloadType) const;
  bool takeOver(const Incoming& incoming, std::uint32_t ssrc, util::TimePoint now);
  void makeRoom();
  void onRetransmission(const Incoming& incoming, util::MutableBytes packet, const rtp::PacketView& view,
                        util::TimePoint now);
  void onRtcpPart(const rtp::RtcpPacket& part, util::TimePoint now);
  void onReportBlocks(util::Bytes blocks, util::TimePoint now);
  [[nodiscard]] Subscription* subscriptionOf(std::uint32_t ssrc) noexcept;

  void sendFeedback(util::TimePoint now);
  void sendReports(util::TimePoint now);
  void distribute(const SessionId& activeSpeaker, util::TimePoint now);
  void drain(util::TimePoint now);
  void probe(util::TimePoint now);

  const SessionId id_;
  const std::string scope_;
  const std::string owner_;
  SessionHost& host_;
  sdp::Negotiator negotiator_;
  transport::PeerTransport transport_;
  Downlink downlink_;
  util::TimePoint usedAt_;
  util::TokenBucket calls_;

  /// By mid.
  std::map<std::string, std::unique_ptr<PublishedTrack>, std::less<>> published_;
  std::map<std::string, std::unique_ptr<Subscription>, std::less<>> pulled_;
  /// Names of sections that we have offered and that the client does not send on yet, by mid.
  std::map<std::string, std::string, std::less<>> invited_;
  std::unordered_map<std::uint32_t, Incoming> incoming_;
  std::unordered_map<std::uint32_t, Subscription*> bySsrc_;

  rtp::TransportFeedbackRecorder feedback_;
  /// What we report as.
  std::uint32_t ownSsrc_;
  util::TimePoint nextFeedback_{};
  util::TimePoint nextReports_{};
  util::TimePoint nextDistribution_{};
  /// Whose turn it is to send what waits.
  std::string drainFrom_;
  /// Scratch of `distribute`, kept to be allocated once.
  std::vector<rtp::StreamDemand> demands_;
  std::vector<Subscription*> demanding_;
  std::uint64_t wanted_ = 0;
};

}  // namespace akbuzat::sfu
