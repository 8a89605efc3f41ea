#include "http/connection.hpp"

#include <sys/epoll.h>

#include <array>
#include <exception>
#include <utility>

#include "akbuzat/util/log.hpp"
#include "http/ice_tcp.hpp"
#include "http/shard_server.hpp"

namespace akbuzat::http {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a peer may take to notice the end. Closing at once while it still sends would reset the connection, and a
/// reset destroys what it has not read yet: our last answer (RFC 9112 section 9.6).
constexpr std::chrono::seconds kLingerTime{2};

/// Frames a system call, well below IOV_MAX (1024). More would not make the call cheaper by much.
constexpr std::size_t kGatherCount = 128;

}  // namespace

Connection::Connection(std::shared_ptr<ShardServer> shard, Transport transport, Peer peer, bool counted)
    : shard_(std::move(shard)), transport_(std::move(transport)), peer_(std::move(peer)), counted_(counted) {}

bool Connection::start(TimePoint now) {
  watched_ = EPOLLIN;
  deadline_ = now + shard_->site().config.http.headerTimeout;
  return shard_->poller().add(transport_.fd(), watched_, *this);
}

// Readiness

void Connection::onReady(std::uint32_t events) {
  guard([this, events] { handleReady(events); });
}

/// One connection's failure, be it a bug or a lack of memory, ends that connection alone.
void Connection::guard(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& failure) {
    util::log().error("A connection failed: {}", failure.what());
    abort();
  }
}

void Connection::handleReady(std::uint32_t events) {
  if (state_ == State::closed) return;
  if (state_ == State::fresh) return tellProtocol();
  if (state_ == State::iceTcp) return readIceTcp();
  if (state_ == State::handshaking) return shakeHands();
  constexpr std::uint32_t kGone = EPOLLERR | EPOLLHUP;
  if ((events & EPOLLOUT) != 0) {
    if (state_ == State::http) runHttp();
    if (state_ == State::webSocket) writeQueue();
    if (readNeedsWrite_) events |= EPOLLIN;
  }
  if (state_ == State::closed || (events & (EPOLLIN | kGone)) == 0) return;
  if (wantsRead()) return readSome();
  // Nobody reads now. What is only data can wait, unwatched; a peer that is gone for good need not be answered.
  if ((events & kGone) != 0) return close();
  watch(watched_ & ~static_cast<std::uint32_t>(EPOLLIN));
}

bool Connection::wantsRead() const {
  switch (state_) {
    case State::fresh:
    case State::iceTcp:
    case State::handshaking:
    case State::lingering: return true;
    case State::http: return !exchange_ || exchange_->phase() == HttpExchange::Phase::reading;
    case State::webSocket: return session_->wantsBytes();
    case State::closed: return false;
  }
  return false;
}

void Connection::watch(std::uint32_t events) {
  if (watched_ == events || state_ == State::closed) return;
  watched_ = events;
  shard_->poller().change(transport_.fd(), events, *this);
}

void Connection::waitForWrite(bool wait) {
  watch(wait ? watched_ | EPOLLOUT : watched_ & ~static_cast<std::uint32_t>(EPOLLOUT));
}

/// Watches for input again if that was given up while nobody wanted it.
void Connection::readOn() {
  if (wantsRead()) watch(watched_ | EPOLLIN);
}

bool Connection::owesOutput() const {
  if (state_ == State::webSocket) return !session_->queue().empty();
  return exchange_ && exchange_->phase() == HttpExchange::Phase::writing;
}

// The first bytes

void Connection::tellProtocol() {
  char first = 0;
  switch (transport_.peek(first).status) {
    case IoStatus::done: break;
    case IoStatus::wouldBlock: return;
    default: return close();
  }
  if (mayBeIceTcp(first)) {
    if (!shard_->site().iceTcp) return close();
    state_ = State::iceTcp;
    return readIceTcp();
  }
  state_ = transport_.tls() ? State::handshaking : State::http;
  return transport_.tls() ? shakeHands() : readSome();
}

/// Reads no more than the first frame can have, so that a peer cannot make us hold more.
void Connection::readIceTcp() {
  std::array<char, kMaxIceTcpStart> bytes;
  const IoResult result = transport_.readPlain(std::span{bytes}.first(kMaxIceTcpStart - input_.size()));
  if (result.status == IoStatus::wouldBlock) return;
  if (result.status != IoStatus::done) return close();
  input_.append(bytes.data(), result.bytes);
  switch (judgeIceTcp(input_)) {
    case IceTcpStart::needMore: return;
    case IceTcpStart::complete: return giveToIce();
    case IceTcpStart::no: return close();
  }
}

/// The connection is no longer one of ours and leaves the limits of HTTP; media has its own.
void Connection::giveToIce() {
  state_ = State::closed;
  std::string early;
  early.swap(input_);
  shard_->poller().remove(transport_.fd());
  util::FileDescriptor socket = transport_.release();
  leave();
  shard_->site().iceTcp(socket.release(), std::move(early));
}

void Connection::shakeHands() {
  const IoResult result = transport_.handshake();
  switch (result.status) {
    case IoStatus::done:
      state_ = State::http;
      deadline_ = Clock::now() + shard_->site().config.http.headerTimeout;
      return watch(EPOLLIN);
    case IoStatus::wouldBlock: return watch(EPOLLIN);
    case IoStatus::wantsWrite: return watch(EPOLLOUT);
    case IoStatus::closed:
    case IoStatus::failed: return close();
  }
}

void Connection::readSome() {
  const std::span<char> scratch = shard_->scratch();
  const IoResult result = transport_.read(scratch);
  const bool neededWrite = std::exchange(readNeedsWrite_, result.status == IoStatus::wantsWrite);
  if (neededWrite && !readNeedsWrite_ && !owesOutput()) waitForWrite(false);
  switch (result.status) {
    case IoStatus::done: return received(scratch.first(result.bytes), Clock::now());
    case IoStatus::wouldBlock: return;
    case IoStatus::wantsWrite: return waitForWrite(true);
    case IoStatus::closed:
    case IoStatus::failed:
      // Reading happens only while nothing is owed to the peer, so the end of its input is the end.
      return close();
  }
}

void Connection::received(std::span<char> bytes, TimePoint now) {
  if (state_ == State::http) {
    input_.append(bytes.data(), bytes.size());
    runHttp();
  } else if (state_ == State::webSocket) {
    session_->receive(bytes, now);
    settleSession();
  }
  // A lingering connection lets what it reads fall.
}

// WebSocket

void Connection::becomeWebSocket(std::unique_ptr<Upgrade> upgrade) {
  const TimePoint now = Clock::now();
  exchange_.reset();
  state_ = State::webSocket;
  deadline_ = TimePoint::max();
  session_ =
      std::make_shared<WebSocketSession>(*this, shard_->index(), shard_->site().rooms, shard_->site().config.webSocket,
                                         upgrade->deflate, std::move(upgrade->room), now);
  session_->enter(std::move(upgrade->id), std::move(upgrade->identity));
  std::string early;
  early.swap(input_);
  const std::size_t taken = std::exchange(inputTaken_, 0);
  if (taken < early.size()) session_->receive(std::span{early}.subspan(taken), now);
  settleSession();
  readOn();
}

void Connection::scheduleTurn() {
  if (turnScheduled_ || state_ == State::closed) return;
  turnScheduled_ = true;
  shard_->scheduleTurn(shared_from_this());
}

void Connection::turn() {
  turnScheduled_ = false;
  if (state_ != State::webSocket) return;
  guard([this] {
    if (session_->hasRest()) session_->receiveRest(Clock::now());
    if (session_->doomed()) return abort();
    // While the socket is full only its readiness helps.
    if ((watched_ & EPOLLOUT) == 0 || readNeedsWrite_) writeQueue();
  });
}

void Connection::writeQueue() {
  OutboundQueue& queue = session_->queue();
  bool full = false;
  while (!queue.empty() && !full) {
    std::array<iovec, kGatherCount> parts;
    const std::size_t count = queue.gather(parts);
    std::size_t offered = 0;
    for (std::size_t i = 0; i < count; ++i) offered += parts[i].iov_len;
    const IoResult result = transport_.write({parts.data(), count});
    if (result.status == IoStatus::done) {
      queue.consume(result.bytes);
      // A plain socket that took a part has no room for more; asking again would only tell so. TLS takes a record a
      // call.
      full = result.bytes < offered && !transport_.tls();
    } else if (result.status == IoStatus::wouldBlock) {
      full = true;
    } else {
      return close();
    }
  }
  waitForWrite(full || readNeedsWrite_);
  settleSession();
}

/// After the session has done something: is it over?
void Connection::settleSession() {
  if (session_->doomed()) return abort();
  if (session_->finished() && session_->queue().empty()) linger();
}

// The end

void Connection::tick(TimePoint now) {
  if (state_ == State::webSocket) {
    return guard([this, now] {
      session_->tick(now);
      settleSession();
    });
  }
  if (state_ == State::closed || now < deadline_) return;
  if (state_ == State::http && exchange_ && exchange_->phase() == HttpExchange::Phase::reading) {
    failRequest(408, "The request did not come in time.");
    return runHttp();
  }
  // A connection that is idle or has not begun, an unfinished handshake, a client that does not read its answer, or one
  // that does not hang up.
  close();
}

void Connection::shutDown() {
  if (state_ == State::webSocket) {
    session_->close(room::close_code::kServiceRestart, "");
  } else if (state_ == State::fresh || state_ == State::iceTcp || state_ == State::handshaking ||
             (state_ == State::http && !exchange_)) {
    close();
  }
  // Answers under way say "Connection: close" by themselves, and the others linger already.
}

void Connection::linger() {
  if (session_) {
    session_->detach();
    session_.reset();
  }
  exchange_.reset();
  std::string{}.swap(input_);
  inputTaken_ = 0;
  state_ = State::lingering;
  deadline_ = Clock::now() + kLingerTime;
  transport_.shutDownWrite();
  watch(EPOLLIN);
}

void Connection::abort() {
  transport_.resetOnClose();
  close();
}

void Connection::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  if (const auto session = std::exchange(session_, nullptr)) session->detach();
  exchange_.reset();
  std::string{}.swap(input_);
  shard_->poller().remove(transport_.fd());
  transport_.close();
  leave();
}

/// Has no socket any more, and takes itself off the books.
void Connection::leave() {
  if (counted_) shard_->site().limiter.release(peer_.address, peer_.trusted);
  shard_->retire(*this);
}

}  // namespace akbuzat::http
