#include "http/shard_server.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "akbuzat/util/log.hpp"
#include "http/listen_socket.hpp"

namespace akbuzat::http {
namespace {

using Clock = std::chrono::steady_clock;

/// Deadlines are of seconds; nobody notices a quarter of one.
constexpr std::chrono::milliseconds kTick{250};
/// One read takes what a busy sender has put into its socket buffer; one for the shard, so size costs nothing.
constexpr std::size_t kScratchSize = 64 * 1024;
static_assert(kScratchSize >= Transport::kMinReadBuffer);
/// Connections accepted in one go, before others get their turn.
constexpr int kAcceptBatch = 64;
/// How long to wait when the system has no descriptor or memory for one more connection: others have to end first.
constexpr std::chrono::milliseconds kAcceptPause{250};
constexpr std::chrono::seconds kAcceptWarningInterval{10};
/// So many of those over the limit are told why at any moment; more would be the load that the limit is against.
constexpr std::size_t kMaxRefusals = 64;
/// For the close handshakes of WebSockets and answers under way when the server stops.
constexpr std::chrono::milliseconds kStopTime{1000};

}  // namespace

ShardServer::ShardServer(std::shared_ptr<Site> site, std::shared_ptr<CurrentTlsContext> tls,
                         boost::asio::io_context& context, util::ShardIndex index)
    : site_(std::move(site)),
      tls_(std::move(tls)),
      context_(context),
      index_(index),
      poller_(context),
      acceptor_(*this),
      timer_(context),
      scratch_(kScratchSize) {}

void ShardServer::start(util::FileDescriptor listener) {
  listener_ = std::move(listener);
  post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->stopping_) return;
    self->poller_.start(self);
    if (!self->site_->draining) self->listen();
    self->armTimer();
  });
}

void ShardServer::drain() {
  post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->stopListening();
  });
}

void ShardServer::stop(std::function<void()> done) {
  post([weak = weak_from_this(), done = std::move(done)]() mutable {
    const auto self = weak.lock();
    if (!self) return;
    self->stopping_ = true;
    self->done_ = std::move(done);
    self->stopDeadline_ = Clock::now() + kStopTime;
    self->stopListening();
    // Backwards, because a connection that closes leaves its place to the last one.
    for (std::size_t i = self->connections_.size(); i > 0; --i) self->connections_[i - 1]->shutDown();
    self->scheduleShardTurn();
  });
}

void ShardServer::abandon() {
  if (finished_) return;
  stopping_ = true;
  for (std::size_t i = connections_.size(); i > 0; --i) connections_[i - 1]->close();
  retired_.clear();
  dirty_.clear();
  poller_.stop();
  timer_.cancel();
  listener_.reset();
}

std::string_view ShardServer::date() {
  const std::time_t now = std::time(nullptr);
  if (now != dateSecond_) {
    dateSecond_ = now;
    date_ = httpDate(now);
  }
  return date_;
}

// Accepting

void ShardServer::listen() {
  listening_ = poller_.add(listener_.get(), EPOLLIN, acceptor_);
  if (!listening_) pauseAccepting(errno);
}

void ShardServer::stopListening() {
  if (!listener_) return;
  // Who is in the queue already gets an answer rather than a reset.
  if (listening_) acceptSome();
  if (listening_) poller_.remove(listener_.get());
  listening_ = false;
  listener_.reset();
}

void ShardServer::acceptSome() {
  for (int i = 0; i < kAcceptBatch; ++i) {
    Accepted accepted = acceptOne(listener_.get());
    switch (accepted.error) {
      case 0: welcome(std::move(accepted.socket), accepted.peer); break;
      case EAGAIN: return;
      case ECONNABORTED:
      case EINTR:
      case EPROTO:
        // The peer gave up before its turn came.
        break;
      default: return pauseAccepting(accepted.error);
    }
  }
}

void ShardServer::pauseAccepting(int error) {
  const TimePoint now = Clock::now();
  if (now >= nextAcceptWarning_) {
    nextAcceptWarning_ = now + kAcceptWarningInterval;
    util::log().warn("No connection can be accepted for the moment: {}", std::generic_category().message(error));
  }
  if (listening_) poller_.remove(listener_.get());
  listening_ = false;
  acceptAgain_ = now + kAcceptPause;
}

void ShardServer::welcome(util::FileDescriptor socket, const boost::asio::ip::address& peer) {
  const TimePoint now = Clock::now();
  const TlsContextPtr tls = tls_->get();
  const Peer who{peer, site_->config.trustedProxies.contains(peer), tls != nullptr};
  const auto admission = site_->limiter.admit(peer, who.trusted, now);
  const bool admitted = admission == ConnectionLimiter::Admission::admitted;
  // A client that would have to finish a TLS handshake first is not told: that is the work that the limit saves.
  if (!admitted && (tls || refusals_ >= kMaxRefusals)) return;
  SslPtr ssl = tls ? makeServerSsl(tls.get(), socket.get()) : nullptr;
  const bool usable = !tls || ssl;
  const auto connection =
      std::make_shared<Connection>(shared_from_this(), Transport(std::move(socket), std::move(ssl)), who, admitted);
  add(connection);
  if (!admitted) ++refusals_;
  if (!usable || !connection->start(now)) return connection->close();
  if (admitted) return;
  // Text, because nobody knows yet what is asked for (kMediaSessionsPath).
  Response response = admission == ConnectionLimiter::Admission::serverFull
                          ? textResponse(503, "The server has as many connections as it can take.")
                          : textResponse(429, "Too many connections come from this address.");
  response.add("Retry-After", "5");
  response.close = true;
  connection->refuse(std::move(response));
}

void ShardServer::add(std::shared_ptr<Connection> connection) {
  connection->tableIndex = connections_.size();
  connections_.push_back(std::move(connection));
}

void ShardServer::retire(Connection& connection) {
  if (!connection.counted()) --refusals_;
  const std::size_t index = connection.tableIndex;
  retired_.push_back(std::move(connections_[index]));
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->tableIndex = index;
  }
  connections_.pop_back();
  scheduleShardTurn();
}

// Turns and time

void ShardServer::scheduleTurn(std::shared_ptr<Connection> connection) {
  dirty_.push_back(std::move(connection));
  scheduleShardTurn();
}

void ShardServer::scheduleShardTurn() {
  if (turnPosted_) return;
  turnPosted_ = true;
  post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->shardTurn();
  });
}

void ShardServer::shardTurn() {
  turnPosted_ = false;
  dirtyNow_.swap(dirty_);
  // One that has closed since is asked as well, and does nothing.
  for (const auto& connection : dirtyNow_) connection->turn();
  dirtyNow_.clear();
  retired_.clear();
  finishIfEmpty();
}

void ShardServer::armTimer() {
  timer_.expires_after(kTick);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self || error || self->finished_) return;
    self->tick();
    if (!self->finished_) self->armTimer();
  });
}

void ShardServer::tick() {
  const TimePoint now = Clock::now();
  const bool over = now >= stopDeadline_;
  for (std::size_t i = connections_.size(); i > 0; --i) {
    // Closing one can only move others to places that were looked at already.
    if (over)
      connections_[i - 1]->close();
    else
      connections_[i - 1]->tick(now);
  }
  if (listener_ && !listening_ && now >= acceptAgain_) listen();
  finishIfEmpty();
}

void ShardServer::finishIfEmpty() {
  if (!stopping_ || finished_ || !connections_.empty() || turnPosted_) return;
  poller_.stop();
  timer_.cancel();
  const auto done = std::exchange(done_, nullptr);
  finished_ = true;
  if (done) done();
}

}  // namespace akbuzat::http
