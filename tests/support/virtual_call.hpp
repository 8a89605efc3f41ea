#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "akbuzat/transport/certificate.hpp"
#include "sfu/session.hpp"
#include "support/media_peer.hpp"
#include "support/peer_description.hpp"

namespace akbuzat::test {

/// What a link between a client and the SFU does to datagrams, the same in both directions.
struct Link {
  double loss = 0;
  double duplication = 0;
  std::chrono::milliseconds delay{10};
  /// Added to `delay` at random, so that datagrams overtake each other.
  std::chrono::milliseconds jitter{0};
  /// Towards the client only, 0: without limit. What does not fit into 300 ms of queue is lost.
  std::uint64_t bitsPerSecond = 0;
};

class VirtualClient;

/// Sessions of one scope and their clients on a virtual clock: no sockets, no threads, and every run is the same.
class VirtualCall final : public sfu::SessionHost, public transport::DatagramSink {
 public:
  explicit VirtualCall(std::uint32_t seed = 1);
  ~VirtualCall() override;

  /// A client with its session, not connected yet.
  VirtualClient& add(Link link = {});
  void remove(VirtualClient& client);

  [[nodiscard]] util::TimePoint now() const { return now_; }
  /// Lets time pass, in steps of the SFU's tick; `each` is called after every step.
  void run(std::chrono::milliseconds time, const std::function<void()>& each = {});
  /// Lets time pass until `condition` holds; false if it does not within `limit`.
  bool runUntil(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds{10});
  /// Whose voice is the loudest.
  void setSpeaker(const VirtualClient* client) { speaker_ = client; }

 private:
  friend class VirtualClient;
  struct InFlight {
    util::TimePoint at;
    std::uint64_t order;
    VirtualClient* client;
    bool toClient;
    std::vector<std::uint8_t> bytes;
    bool operator<(const InFlight& other) const { return at != other.at ? at > other.at : order > other.order; }
  };

  void addPath(const transport::Path&, sfu::Session&) override {}
  void removePath(const transport::Path&, sfu::Session&) override {}
  sfu::PublishedTrack* findTrack(std::string_view scope, const sfu::SessionId& publisher,
                                 std::string_view name) override;
  rtp::PacketPool& pool() override { return pool_; }
  transport::DatagramSink& sink() override { return *this; }
  [[nodiscard]] const std::vector<std::string>& addresses() const override { return addresses_; }
  util::MutableBytes buffer() override { return buffer_; }
  void send(const transport::Path& path, std::size_t size) override;

  void launch(VirtualClient& client, bool toClient, std::vector<std::uint8_t> bytes);
  void step(util::TimePoint until);

  util::TimePoint now_{std::chrono::hours{1}};
  std::mt19937 random_;
  transport::Certificate certificate_;
  rtp::PacketPool pool_{100'000};
  const std::vector<std::string> addresses_{"10.0.0.1"};
  std::array<std::uint8_t, kMaxDatagram> buffer_{};
  std::vector<std::unique_ptr<VirtualClient>> clients_;
  std::priority_queue<InFlight> flying_;
  std::uint64_t launched_ = 0;
  std::uint16_t nextPort_ = 40000;
  const VirtualClient* speaker_ = nullptr;
};

/// One received packet, decrypted.
struct ReceivedPacket {
  util::TimePoint at;
  std::vector<std::uint8_t> bytes;
};

/// A scripted browser in a VirtualCall: makes and answers descriptions, sends what the test says, keeps what it gets.
class VirtualClient {
 public:
  VirtualClient(VirtualCall& call, Link link, std::string id, std::uint16_t port);

  [[nodiscard]] sfu::Session& session() { return *session_; }
  [[nodiscard]] const std::string& id() const { return session_->id(); }
  Link link;

  /// Offers these tracks, in this order, and publishes each under its name; then is connected. Call once.
  void push(std::vector<SentTrack> tracks);
  /// Pulls a track and answers the offer. Returns the mid.
  std::string pull(const VirtualClient& publisher, const std::string& name, sfu::LayerWish wish = {});
  /// The same, but the answer gets lost, and the client goes on with an offer of its own.
  std::string pullAnswerLost(const VirtualClient& publisher, const std::string& name);
  [[nodiscard]] PeerDescription& description() { return description_; }
  [[nodiscard]] transport::RemoteParameters parameters() const { return peer_.parameters(); }
  /// Connects, if nothing has made it do so yet.
  void start();
  [[nodiscard]] bool connected() const { return peer_.connected(); }

  /// Sends one RTP packet of the track; mid and rid go along as header extensions, unless told otherwise.
  void send(std::size_t track, std::size_t layer, std::uint16_t sequence, std::uint32_t timestamp, bool marker,
            util::Bytes payload);
  /// Packets of the layer go out under this SSRC from now on.
  void useSsrc(std::size_t track, std::size_t layer, std::uint32_t ssrc) { sending_[track].ssrcs[layer] = ssrc; }
  /// Whether mid and rid go along; browsers leave them out after a while (protocol E.4).
  void nameStreams(bool name) { naming_ = name; }
  void sendRtp(util::Bytes packet) { peer_.sendRtp(packet); }
  void sendRtcp(util::Bytes packet) { peer_.sendRtcp(packet); }
  /// Answers every transport-wide number with feedback, as browsers do.
  void reportFeedback();

  /// The section of a pulled track, as the SFU offered it.
  [[nodiscard]] const sdp::MediaDescription& section(const std::string& mid) const { return description_.section(mid); }
  /// RTP received on the SSRC.
  [[nodiscard]] const std::vector<ReceivedPacket>& received(std::uint32_t ssrc) { return received_[ssrc]; }
  /// Every RTCP packet received, compound as it came.
  std::vector<std::vector<std::uint8_t>> reports;
  std::uint64_t bytesReceived = 0;

 private:
  friend class VirtualCall;
  void onRtp(util::Bytes packet);

  VirtualCall& call_;
  MediaPeer peer_;
  transport::Path path_;
  std::unique_ptr<sfu::Session> session_;
  bool started_ = false;
  bool naming_ = true;
  std::vector<SentTrack> sending_;
  PeerDescription description_;
  std::map<std::uint32_t, std::vector<ReceivedPacket>> received_;
  rtp::TransportFeedbackRecorder feedback_;
  util::TimePoint lineFreeAt_{};
};

}  // namespace akbuzat::test
