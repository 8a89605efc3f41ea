#include "sfu/tcp_connections.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "akbuzat/util/file_descriptor.hpp"
#include "sfu/framing.hpp"
#include "sfu/socket_address.hpp"

namespace akbuzat::sfu {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kTick{1};
/// Reads of one connection before the shard's other work gets its turn.
constexpr int kReadsPerTurn = 4;

/// True if both belong to one host as far as limits go: of IPv6 a host can choose all but the first half.
bool sameHost(const transport::Endpoint& a, const transport::Endpoint& b) {
  const std::size_t size = a.isV4() || b.isV4() ? a.address.size() : 8;
  return std::memcmp(a.address.data(), b.address.data(), size) == 0;
}

bool nameOf(int fd, int (*ask)(int, sockaddr*, socklen_t*), transport::Endpoint& endpoint) {
  SocketAddress address;
  if (ask(fd, address.data(), &address.size) != 0) return false;
  endpoint = read(address);
  return true;
}

}  // namespace

struct TcpConnections::Connection {
  explicit Connection(boost::asio::io_context& context) : descriptor(context) {}

  [[nodiscard]] int fd() { return descriptor.native_handle(); }

  boost::asio::posix::stream_descriptor descriptor;
  transport::Path path;
  FrameReader reader;
  FrameQueue queue;
  util::TimePoint deadline;
  bool confirmed = false;
  /// Off the table; late handlers do nothing.
  bool closed = false;
  /// Writing has failed; the end will be read soon.
  bool broken = false;
  bool dirty = false;
  bool waitsForWrite = false;
};

TcpConnections::TcpConnections(boost::asio::io_context& context, MediaSocket::Receiver& receiver,
                               MediaSocketCounters& counters, std::function<void(util::TimePoint now)> endTurn)
    : context_(context), receiver_(receiver), counters_(counters), endTurn_(std::move(endTurn)), timer_(context) {}

TcpConnections::~TcpConnections() = default;

void TcpConnections::stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& [number, connection] : connections_) {
    connection->closed = true;
    boost::system::error_code ignored;
    connection->descriptor.close(ignored);
  }
  connections_.clear();
  dirty_.clear();
}

// Who may come, and for how long

bool TcpConnections::mayJoin(const transport::Endpoint& remote) const {
  if (stopped_ || connections_.size() >= kMaxConnections) return false;
  const auto strangers = std::ranges::count_if(connections_, [&remote](const auto& entry) {
    return !entry.second->confirmed && sameHost(entry.second->path.remote, remote);
  });
  return static_cast<std::size_t>(strangers) < kMaxUnconfirmedPerAddress;
}

void TcpConnections::adopt(int fd, const std::string& early, util::TimePoint now) {
  util::FileDescriptor owned(fd);
  transport::Path path;
  if (!nameOf(fd, ::getpeername, path.remote) || !nameOf(fd, ::getsockname, path.local) || !mayJoin(path.remote))
    return;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  const auto connection = std::make_shared<Connection>(context_);
  const auto space = connection->reader.space();
  boost::system::error_code refused;
  if (early.size() <= space.size()) connection->descriptor.assign(fd, refused);
  if (!connection->descriptor.is_open()) return;
  static_cast<void>(owned.release());
  std::memcpy(space.data(), early.data(), early.size());
  connection->reader.added(early.size());
  path.connection = ++lastNumber_;
  connection->path = path;
  connection->deadline = now + kConfirmTime;
  connections_.emplace(path.connection, connection);
  armTimer();
  boost::asio::post(context_, [weak = weak_from_this(), connection] {
    const auto self = weak.lock();
    if (self && !connection->closed) self->readSome(connection);
  });
}

void TcpConnections::confirm(std::uint32_t connection) {
  const auto found = connections_.find(connection);
  if (found != connections_.end()) found->second->confirmed = true;
}

void TcpConnections::close(std::uint32_t connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  const ConnectionPtr closing = std::move(found->second);
  connections_.erase(found);
  closing->closed = true;
  // What was sent last, such as a DTLS alert, may still go.
  if (!closing->broken) write(closing);
  boost::system::error_code ignored;
  closing->descriptor.close(ignored);
}

void TcpConnections::armTimer() {
  if (timerArmed_) return;
  timerArmed_ = true;
  timer_.expires_after(kTick);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self || error || self->stopped_) return;
    self->timerArmed_ = false;
    self->expire(Clock::now());
  });
}

void TcpConnections::expire(util::TimePoint now) {
  std::vector<ConnectionPtr> late;
  bool others = false;
  for (const auto& [number, connection] : connections_) {
    if (connection->confirmed) continue;
    if (now >= connection->deadline)
      late.push_back(connection);
    else
      others = true;
  }
  for (const auto& connection : late) lose(connection, now);
  if (!late.empty()) endTurn_(now);
  if (others && !stopped_) armTimer();
}

void TcpConnections::lose(const ConnectionPtr& connection, util::TimePoint now) {
  // The receiver may have closed it, or all, meanwhile.
  if (connection->closed) return;
  connection->broken = true;
  const std::uint32_t number = connection->path.connection;
  close(number);
  receiver_.onConnectionLost(number, now);
}

// Reading

void TcpConnections::waitForRead(const ConnectionPtr& connection) {
  connection->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read,
                                    [weak = weak_from_this(), connection](const boost::system::error_code& error) {
                                      const auto self = weak.lock();
                                      if (self && !error && !connection->closed) self->readSome(connection);
                                    });
}

void TcpConnections::readSome(const ConnectionPtr& connection) {
  const util::TimePoint now = Clock::now();
  // What came early is delivered before anything is read.
  bool alive = deliver(*connection, now);
  for (int reads = 0; alive && reads < kReadsPerTurn; ++reads) {
    const auto space = connection->reader.space();
    const ssize_t count = ::recv(connection->fd(), space.data(), space.size(), MSG_DONTWAIT);
    if (count > 0) {
      ++counters_.receiveCalls;
      connection->reader.added(static_cast<std::size_t>(count));
      alive = deliver(*connection, now);
      if (static_cast<std::size_t>(count) < space.size()) break;
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    } else if (count == 0 || errno != EINTR) {
      alive = false;
    }
  }
  if (!alive) lose(connection, now);
  if (stopped_) return;
  endTurn_(now);
  if (!connection->closed) waitForRead(connection);
}

bool TcpConnections::deliver(Connection& connection, util::TimePoint now) {
  while (const auto datagram = connection.reader.next()) {
    ++counters_.received;
    counters_.receivedBytes += datagram->size();
    receiver_.onDatagram(*datagram, connection.path, now);
    if (connection.closed) return false;
  }
  if (connection.reader.broken()) ++counters_.malformed;
  return !connection.reader.broken();
}

// Writing

void TcpConnections::send(std::uint32_t connection, util::Bytes datagram) {
  const auto found = connections_.find(connection);
  if (found == connections_.end() || found->second->broken || !found->second->queue.put(datagram)) {
    ++counters_.dropped;
    return;
  }
  ++counters_.sent;
  counters_.sentBytes += datagram.size();
  Connection& target = *found->second;
  if (target.dirty || target.waitsForWrite) return;
  target.dirty = true;
  dirty_.push_back(found->second);
}

void TcpConnections::flush() {
  for (const auto& connection : dirty_) {
    connection->dirty = false;
    if (!connection->closed) write(connection);
  }
  dirty_.clear();
}

void TcpConnections::write(const ConnectionPtr& connection) {
  FrameQueue& queue = connection->queue;
  while (!queue.empty()) {
    const auto bytes = queue.pending();
    const ssize_t count = ::send(connection->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      ++counters_.sendCalls;
      queue.consume(static_cast<std::size_t>(count));
      // Asking again for the rest would only tell that there is no room.
      if (!queue.empty()) return waitForWrite(connection);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return waitForWrite(connection);
    } else if (errno != EINTR) {
      // The caller is in the middle of sending, so the loss is told by the reader, who now finds the end.
      connection->broken = true;
      queue.clear();
      ::shutdown(connection->fd(), SHUT_RDWR);
    }
  }
}

void TcpConnections::waitForWrite(const ConnectionPtr& connection) {
  if (connection->closed || connection->waitsForWrite) return;
  connection->waitsForWrite = true;
  connection->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_write,
                                    [weak = weak_from_this(), connection](const boost::system::error_code& error) {
                                      const auto self = weak.lock();
                                      if (!self || error || connection->closed) return;
                                      connection->waitsForWrite = false;
                                      self->write(connection);
                                    });
}

}  // namespace akbuzat::sfu
