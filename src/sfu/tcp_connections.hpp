#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "akbuzat/sfu/media_socket.hpp"
#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/bytes.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::sfu {

/// The ICE-TCP connections of one shard (RFC 6544): reads and writes their datagrams, and bounds what strangers may
/// hold. Owned by the media socket, on its shard; after `stop` it calls nobody.
class TcpConnections final : public std::enable_shared_from_this<TcpConnections> {
 public:
  /// A bound on memory (a queue of 256 KiB each at the worst); a shard is out of breath long before it serves as many
  /// peers.
  static constexpr std::size_t kMaxConnections = 1000;
  /// From one IPv4 address or IPv6 /64, of those that nobody has vouched for yet. A peer needs one for a moment; a
  /// whole office behind one address has its call once their checks have been seen.
  static constexpr std::size_t kMaxUnconfirmedPerAddress = 16;
  /// For the first authenticated check: a browser sends it at once, and again for some seconds.
  static constexpr std::chrono::seconds kConfirmTime{10};

  /// `endTurn` is called after datagrams have been delivered, or an end has been told. All references outlive `stop`.
  TcpConnections(boost::asio::io_context& context, MediaSocket::Receiver& receiver, MediaSocketCounters& counters,
                 std::function<void(util::TimePoint now)> endTurn);
  ~TcpConnections();
  TcpConnections(const TcpConnections&) = delete;
  TcpConnections& operator=(const TcpConnections&) = delete;

  void stop();

  /// See MediaSocket.
  void adopt(int fd, const std::string& early, util::TimePoint now);
  void confirm(std::uint32_t connection);
  void close(std::uint32_t connection);

  void send(std::uint32_t connection, util::Bytes datagram);
  void flush();

  /// Closes those whose time to be confirmed is over. Called once a second.
  void expire(util::TimePoint now);

  [[nodiscard]] std::size_t size() const noexcept { return connections_.size(); }

 private:
  struct Connection;
  using ConnectionPtr = std::shared_ptr<Connection>;

  [[nodiscard]] bool mayJoin(const transport::Endpoint& remote) const;
  void waitForRead(const ConnectionPtr& connection);
  void waitForWrite(const ConnectionPtr& connection);
  void readSome(const ConnectionPtr& connection);
  /// Hands the complete datagrams over. False if the connection is to end.
  bool deliver(Connection& connection, util::TimePoint now);
  void write(const ConnectionPtr& connection);
  void lose(const ConnectionPtr& connection, util::TimePoint now);
  void armTimer();

  boost::asio::io_context& context_;
  MediaSocket::Receiver& receiver_;
  MediaSocketCounters& counters_;
  const std::function<void(util::TimePoint now)> endTurn_;
  boost::asio::steady_timer timer_;
  bool timerArmed_ = false;
  bool stopped_ = false;
  std::uint32_t lastNumber_ = 0;
  std::unordered_map<std::uint32_t, ConnectionPtr> connections_;
  /// Those with something to write that do not wait for room.
  std::vector<ConnectionPtr> dirty_;
};

}  // namespace akbuzat::sfu
