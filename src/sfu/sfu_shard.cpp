#include "sfu/sfu_shard.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "akbuzat/sfu/addresses.hpp"
#include "akbuzat/util/random.hpp"

namespace akbuzat::sfu {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// What pacing, probing and requests for lost packets need; a browser's pacer works in the same steps.
constexpr auto kTick = 5ms;
/// Sessions that are gone are looked for so often, and the speakers as well.
constexpr auto kSweepInterval = 500ms;
/// 128 random bits in hexadecimal digits, as the original's ids look.
constexpr std::size_t kSessionIdBytes = 16;
constexpr std::size_t kMaxSessions = 20'000;
/// Of one person in one room: some tabs, each with sessions of broken connections that have yet to expire.
constexpr std::ptrdiff_t kMaxSessionsOfOwner = 32;
/// Sessions that have a socket of their own: each costs about a megabyte. One a room with a voice AI.
constexpr std::size_t kMaxOwnSockets = 256;
/// 1.5 s of 4 Gbit/s; far beyond what one shard forwards.
constexpr std::size_t kMaxPooledPackets = 512 * 1024;
/// Plain STUN requests a second of one source, and at once: each may come from a forged address, and its answer is a
/// little larger than itself. A browser asks once from each of its interfaces, perhaps thrice; behind one address there
/// may be a school class.
constexpr double kPlainStunRate = 10;
constexpr double kPlainStunBurst = 60;
/// Below this nobody speaks: about -50 dBov.
constexpr double kSilence = 0.003;
/// A session that was heard within this time keeps its addresses; a browser checks every 2.5 s.
constexpr auto kPathHeld = 6s;
/// Room for a success response (transport::writeBindingSuccess).
constexpr std::size_t kStunAnswerSize = 96;

std::uint64_t randomNumber() { return (std::uint64_t{util::randomU32()} << 31U) | util::randomU32(); }

}  // namespace

SfuShard::SfuShard(boost::asio::io_context& context, util::ShardIndex index, const SfuOptions& options,
                   std::uint16_t udpPort, const transport::Certificate& certificate)
    : context_(context),
      index_(index),
      address_(options.address),
      videoCodec_(options.videoCodec),
      certificate_(certificate),
      pool_(kMaxPooledPackets),
      socket_(context, options.address, udpPort, *this),
      timer_(context),
      plainStun_(kPlainStunRate, kPlainStunBurst, Clock::now()) {}

SfuShard::~SfuShard() = default;

void SfuShard::start(std::vector<std::string> addresses, std::uint16_t tcpPort, bool tcpOnV6) {
  addresses_ = std::move(addresses);
  candidates_ = candidateLines(addresses_, socket_.port(), tcpPort, tcpOnV6);
  running_ = true;
  socket_.start();
  armTimer();
}

void SfuShard::stop() {
  if (!std::exchange(running_, false)) return;
  for (const auto& [id, session] : sessions_) session->close();
  flush();
  timer_.cancel();
  socket_.stop();
}

void SfuShard::flush() {
  socket_.flush();
  for (const auto& [id, own] : ownSockets_) own->flush();
}

// Sessions

SessionId SfuShard::open(const std::string& scope, std::string owner, PeerKind kind) {
  if (sessions_.size() >= kMaxSessions || !running_) return {};
  if (!owner.empty() && std::ranges::count_if(sessions_, [&](const auto& entry) {
                          return entry.second->owner() == owner && entry.second->scope() == scope;
                        }) >= kMaxSessionsOfOwner) {
    return {};
  }
  SessionId id = util::randomHex(kSessionIdBytes);
  auto session = makeSession(id, scope, std::move(owner), kind);
  if (!session) return {};
  if (kind == PeerKind::client) byUfrag_[session->ufrag()] = session.get();
  sessions_.emplace(id, std::move(session));
  return id;
}

std::unique_ptr<Session> SfuShard::makeSession(const SessionId& id, const std::string& scope, std::string owner,
                                               PeerKind kind) {
  std::unique_ptr<OwnSocket> own;
  if (kind == PeerKind::liteServer) {
    if (ownSockets_.size() >= kMaxOwnSockets) return nullptr;
    try {
      own = std::make_unique<OwnSocket>(context_, address_, *this, [this] { flush(); });
    } catch (const std::system_error&) {
      return nullptr;
    }
  }
  transport::IceCredentials credentials = transport::makeIceCredentials(index_);
  sdp::Negotiator negotiator{{.transport = {.ufrag = credentials.ufrag,
                                            .password = credentials.password,
                                            .fingerprint = certificate_.fingerprint(),
                                            .candidates = own ? own->candidates() : candidates_,
                                            .lite = own == nullptr},
                              .videoCodec = videoCodec_,
                              .sessionId = randomNumber()}};
  SessionHost& host = own ? static_cast<SessionHost&>(*own) : *this;
  auto session = std::make_unique<Session>(id, scope, std::move(owner), certificate_, std::move(credentials),
                                           std::move(negotiator), host, kind, Clock::now());
  if (own) {
    own->start(*session);
    ownSockets_.emplace(id, std::move(own));
  }
  return session;
}

PeerSession* SfuShard::find(std::string_view scope, const SessionId& session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end() || found->second->scope() != scope) return nullptr;
  found->second->touch(Clock::now());
  return found->second.get();
}

std::optional<std::string_view> SfuShard::ownerOf(std::string_view scope, const SessionId& session) const {
  const auto found = sessions_.find(session);
  if (found == sessions_.end() || found->second->scope() != scope) return std::nullopt;
  return found->second->owner();
}

void SfuShard::end(const SessionId& session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  found->second->close();
  byUfrag_.erase(found->second->ufrag());
  std::erase_if(byPath_, [&found](const auto& entry) { return entry.second == found->second.get(); });
  flush();
  sessions_.erase(found);
  ownSockets_.erase(session);
}

void SfuShard::endAll(std::string_view scope, std::string_view owner) {
  std::vector<SessionId> owned;
  for (const auto& [id, session] : sessions_) {
    if (session->owner() == owner && session->scope() == scope) owned.push_back(id);
  }
  for (const SessionId& id : owned) end(id);
}

PublishedTrack* SfuShard::findTrack(std::string_view scope, const SessionId& publisher, std::string_view name) {
  const auto found = sessions_.find(publisher);
  if (found == sessions_.end() || found->second->scope() != scope) return nullptr;
  return found->second->published(name);
}

SfuCounters SfuShard::counters() const {
  SfuCounters counters;
  counters.sessions = sessions_.size();
  counters.ignored = ignored_;
  const auto add = [&counters](const MediaSocketCounters& socket) {
    counters.packetsIn += socket.received;
    counters.packetsOut += socket.sent;
    counters.bytesIn += socket.receivedBytes;
    counters.bytesOut += socket.sentBytes;
    counters.dropped += socket.dropped;
  };
  add(socket_.counters());
  for (const auto& [id, own] : ownSockets_) add(own->counters());
  for (const auto& [id, session] : sessions_) {
    counters.published += session->publishedCount();
    counters.pulled += session->pulledCount();
  }
  return counters;
}

// Datagrams

void SfuShard::addPath(const transport::Path& path, Session& session) {
  const auto [entry, added] = byPath_.try_emplace(path, &session);
  if (!added && entry->second != &session) {
    // A check's source can be forged: an address at which another session is sure to be is not given away.
    const transport::PeerTransport& other = entry->second->transport();
    const bool proven = other.standingOf(path) == transport::PeerTransport::PathStanding::proven;
    if (proven && Clock::now() - other.lastHeard() < kPathHeld) return;
    entry->second = &session;
  }
  if (path.isTcp()) socket_.confirm(path.connection);
}

void SfuShard::removePath(const transport::Path& path, Session& session) {
  const auto entry = byPath_.find(path);
  if (entry == byPath_.end() || entry->second != &session) return;
  byPath_.erase(entry);
  if (path.isTcp()) socket_.closeConnection(path.connection);
}

void SfuShard::onDatagram(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) {
  const auto known = byPath_.find(from);
  // A browser may use one socket for a new session after the old one (the same 5-tuple, another ufrag).
  if (known == byPath_.end() || transport::classify(datagram) == transport::DatagramKind::stun)
    return onStranger(datagram, from, now);
  known->second->transport().receive(datagram, from, now);
}

void SfuShard::onStranger(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) {
  const auto message = transport::parseStun(datagram);
  if (!message) {
    ++ignored_;
    return;
  }
  if (message->isResponse()) return onStunResponse(datagram, from, now);
  if (message->username.empty()) return answerPlainStun(*message, from, now);
  const auto session = byUfrag_.find(std::string{message->username.substr(0, message->username.find(':'))});
  if (session == byUfrag_.end()) {
    ++ignored_;
    return;
  }
  transport::PeerTransport& transport = session->second->transport();
  transport.receive(datagram, from, now);
  // It may have been another session's until now.
  if (transport.standingOf(from) != transport::PeerTransport::PathStanding::unknown) addPath(from, *session->second);
}

/// To a check of one of our sessions.
void SfuShard::onStunResponse(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) {
  const auto known = byPath_.find(from);
  if (known == byPath_.end()) {
    ++ignored_;
  } else {
    known->second->transport().receive(datagram, from, now);
  }
}

/// For direct calls: tells browsers their address as we see it (RFC 8489 section 6.3.1).
void SfuShard::answerPlainStun(const transport::StunMessage& request, const transport::Path& from,
                               util::TimePoint now) {
  if (from.isTcp() || request.type != transport::StunMessage::kBindingRequest || !plainStun_.take(from.remote, now)) {
    ++ignored_;
    return;
  }
  const std::size_t size =
      transport::writeBindingSuccess(socket_.buffer().first(kStunAnswerSize), request, from.remote, {});
  socket_.send(from, size);
}

void SfuShard::onConnectionLost(std::uint32_t connection, util::TimePoint now) {
  std::vector<std::pair<transport::Path, Session*>> lost;
  for (const auto& entry : byPath_) {
    if (entry.first.connection == connection) lost.emplace_back(entry);
  }
  for (const auto& [path, session] : lost) session->transport().pathLost(path, now);
}

/// What has come here may have gone to sessions with sockets of their own.
void SfuShard::onTurnEnded(util::TimePoint) { flush(); }

// Time

void SfuShard::armTimer() {
  timer_.expires_after(sessions_.empty() ? kSweepInterval : kTick);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self || error || !self->running_) return;
    self->tick(Clock::now());
    self->armTimer();
  });
}

void SfuShard::tick(util::TimePoint now) {
  if (now >= nextSweep_) {
    nextSweep_ = now + kSweepInterval;
    std::vector<SessionId> gone;
    for (const auto& [id, session] : sessions_) {
      if (session->expired(now)) gone.push_back(id);
    }
    for (const SessionId& id : gone) end(id);
    findSpeakers(now);
  }
  static const SessionId kNobody;
  for (const auto& [id, session] : sessions_) {
    const auto speaker = speakers_.find(session->scope());
    session->tick(speaker == speakers_.end() ? kNobody : speaker->second, now);
  }
  flush();
}

void SfuShard::findSpeakers(util::TimePoint now) {
  std::unordered_map<std::string, std::pair<double, SessionId>> loudest;
  for (const auto& [id, session] : sessions_) {
    const double loudness = session->loudness(now);
    auto& best = loudest[session->scope()];
    if (loudness > std::max(best.first, kSilence)) best = {loudness, id};
  }
  std::erase_if(speakers_, [&loudest](const auto& entry) { return !loudest.contains(entry.first); });
  for (auto& [scope, best] : loudest) {
    // Whoever spoke last stays in front while nobody speaks.
    if (!best.second.empty()) speakers_[scope] = std::move(best.second);
  }
}

}  // namespace akbuzat::sfu
