#pragma once

#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "akbuzat/sfu/media_socket.hpp"
#include "sfu/session.hpp"

namespace akbuzat::sfu {

/// The UDP socket of one session with a server of somebody else's. Such a server tells its peers apart by their address
/// alone, and two sessions with the same one would look to it like one if they came from the shard's socket. For its
/// session it stands between that and the shard; it must outlive it. Owned by the shard; on it.
class OwnSocket final : public SessionHost, private MediaSocket::Receiver {
 public:
  /// `turnEnded` is called when datagrams have come and led to others elsewhere. Throws as MediaSocket does.
  OwnSocket(boost::asio::io_context& context, const std::string& address, SessionHost& shard,
            std::function<void()> turnEnded);

  /// The session's candidates, for its offers.
  [[nodiscard]] std::vector<std::string> candidates() const;
  /// Begins to receive for it.
  void start(Session& session);
  void flush() { socket_.flush(); }
  [[nodiscard]] const MediaSocketCounters& counters() const noexcept { return socket_.counters(); }

  // Whatever comes here is the session's: there is nothing to tell by the path.
  void addPath(const transport::Path& /*path*/, Session& /*session*/) override {}
  void removePath(const transport::Path& /*path*/, Session& /*session*/) override {}
  PublishedTrack* findTrack(std::string_view scope, const SessionId& publisher, std::string_view name) override {
    return shard_.findTrack(scope, publisher, name);
  }
  rtp::PacketPool& pool() override { return shard_.pool(); }
  transport::DatagramSink& sink() override { return socket_; }
  [[nodiscard]] const std::vector<std::string>& addresses() const override { return shard_.addresses(); }

 private:
  void onDatagram(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) override;
  void onConnectionLost(std::uint32_t /*connection*/, util::TimePoint /*now*/) override {}
  void onTurnEnded(util::TimePoint /*now*/) override { turnEnded_(); }

  SessionHost& shard_;
  const std::function<void()> turnEnded_;
  Session* session_ = nullptr;
  MediaSocket socket_;
};

}  // namespace akbuzat::sfu
