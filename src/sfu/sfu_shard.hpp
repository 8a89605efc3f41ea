#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "akbuzat/sfu/media_socket.hpp"
#include "akbuzat/sfu/sfu.hpp"
#include "akbuzat/transport/certificate.hpp"
#include "akbuzat/transport/stun.hpp"
#include "sfu/own_socket.hpp"
#include "sfu/session.hpp"
#include "sfu/source_limiter.hpp"

namespace akbuzat::sfu {

/// All sessions of one shard and the socket that they share: finds the session of each datagram, and gives time to
/// all. Owned by Sfu; on its shard, once started.
class SfuShard final : public ShardSfu,
                       public SessionHost,
                       private MediaSocket::Receiver,
                       public std::enable_shared_from_this<SfuShard> {
 public:
  /// Throws as MediaSocket does.
  SfuShard(boost::asio::io_context& context, util::ShardIndex index, const SfuOptions& options, std::uint16_t udpPort,
           const transport::Certificate& certificate);
  ~SfuShard() override;

  /// `addresses` are those that clients are told; `tcpPort` and `tcpOnV6` as candidateLines has them.
  void start(std::vector<std::string> addresses, std::uint16_t tcpPort, bool tcpOnV6);
  void stop();
  [[nodiscard]] MediaSocket& socket() noexcept { return socket_; }

  SessionId open(const std::string& scope, std::string owner, PeerKind kind) override;
  PeerSession* find(std::string_view scope, const SessionId& session) override;
  [[nodiscard]] std::optional<std::string_view> ownerOf(std::string_view scope,
                                                        const SessionId& session) const override;
  void end(const SessionId& session) override;
  void endAll(std::string_view scope, std::string_view owner) override;
  [[nodiscard]] SfuCounters counters() const override;

  void addPath(const transport::Path& path, Session& session) override;
  void removePath(const transport::Path& path, Session& session) override;
  PublishedTrack* findTrack(std::string_view scope, const SessionId& publisher, std::string_view name) override;
  rtp::PacketPool& pool() override { return pool_; }
  transport::DatagramSink& sink() override { return socket_; }
  [[nodiscard]] const std::vector<std::string>& addresses() const override { return addresses_; }

 private:
  void onDatagram(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) override;
  void onConnectionLost(std::uint32_t connection, util::TimePoint now) override;
  void onTurnEnded(util::TimePoint now) override;

  /// nullptr if the system has no socket for it.
  std::unique_ptr<Session> makeSession(const SessionId& id, const std::string& scope, std::string owner, PeerKind kind);
  void flush();
  void onStranger(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now);
  void onStunResponse(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now);
  void answerPlainStun(const transport::StunMessage& request, const transport::Path& from, util::TimePoint now);
  void armTimer();
  void tick(util::TimePoint now);
  void findSpeakers(util::TimePoint now);

  boost::asio::io_context& context_;
  const util::ShardIndex index_;
  const std::string address_;
  const sdp::CodecName videoCodec_;
  const transport::Certificate& certificate_;
  std::vector<std::string> addresses_;
  std::vector<std::string> candidates_;
  rtp::PacketPool pool_;
  MediaSocket socket_;
  boost::asio::steady_timer timer_;
  bool running_ = false;

  /// Of the sessions that have one; these end first.
  std::unordered_map<SessionId, std::unique_ptr<OwnSocket>> ownSockets_;
  std::unordered_map<SessionId, std::unique_ptr<Session>> sessions_;
  /// By our ufrag.
  std::unordered_map<std::string, Session*> byUfrag_;
  std::unordered_map<transport::Path, Session*> byPath_;
  /// The loudest session of each scope.
  std::unordered_map<std::string, SessionId> speakers_;
  util::TimePoint nextSweep_{};
  SourceLimiter plainStun_;
  std::uint64_t ignored_ = 0;
};

}  // namespace akbuzat::sfu
