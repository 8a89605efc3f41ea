#include "sfu/sfu_shard.hpp"

#include <algorithm>
#include <utility>

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
/// 1.5 s of 4 Gbit/s; far beyond what one shard forwards.
constexpr std::size_t kMaxPooledPackets = 512 * 1024;
/// Plain STUN requests a second: each may come from a forged address, and its answer is a little larger than itself.
constexpr double kPlainStunRate = 200;
/// Below this nobody speaks: about -50 dBov.
constexpr double kSilence = 0.003;
/// A session that was heard within this time keeps its addresses; a browser checks every 2.5 s.
constexpr auto kPathHeld = 6s;
/// Room for a success response (transport::writeBindingSuccess).
constexpr std::size_t kStunAnswerSize = 96;

std::string makeSessionId() {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::uint8_t, kSessionIdBytes> bytes;
  util::randomBytes(bytes);
  std::string id;
  for (const std::uint8_t byte : bytes) {
    id += kDigits[byte >> 4U];
    id += kDigits[byte & 0xfU];
  }
  return id;
}

std::uint64_t randomNumber() { return (std::uint64_t{util::randomU32()} << 31U) | util::randomU32(); }

}  // namespace

SfuShard::SfuShard(boost::asio::io_context& context, util::ShardIndex index, const SfuOptions& options,
                   std::uint16_t udpPort, const transport::Certificate& certificate)
    : index_(index),
      videoCodec_(options.videoCodec),
      certificate_(certificate),
      pool_(kMaxPooledPackets),
      socket_(context, options.address, udpPort, *this),
      timer_(context),
      plainStun_(kPlainStunRate, kPlainStunRate, Clock::now()) {}

SfuShard::~SfuShard() = default;

void SfuShard::start(std::vector<std::string> candidates) {
  candidates_ = std::move(candidates);
  running_ = true;
  socket_.start();
  armTimer();
}

void SfuShard::stop() {
  if (!std::exchange(running_, false)) return;
  for (const auto& [id, session] : sessions_) session->close();
  socket_.flush();
  timer_.cancel();
  socket_.stop();
}

// Sessions

SessionId SfuShard::open(const std::string& scope, std::string owner) {
  if (sessions_.size() >= kMaxSessions || !running_) return {};
  if (!owner.empty() && std::ranges::count_if(sessions_, [&](const auto& entry) {
                          return entry.second->owner() == owner && entry.second->scope() == scope;
                        }) >= kMaxSessionsOfOwner) {
    return {};
  }
  transport::IceCredentials credentials = transport::makeIceCredentials(index_);
  sdp::Negotiator negotiator{{.transport = {.ufrag = credentials.ufrag,
                                            .password = credentials.password,
                                            .fingerprint = certificate_.fingerprint(),
                                            .candidates = candidates_},
                              .videoCodec = videoCodec_,
                              .sessionId = randomNumber()}};
  SessionId id = makeSessionId();
  auto session = std::make_unique<Session>(id, scope, std::move(owner), certificate_, std::move(credentials),
                                           std::move(negotiator), *this, Clock::now());
  byUfrag_[session->ufrag()] = session.get();
  sessions_.emplace(id, std::move(session));
  return id;
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
  sessions_.erase(found);
  socket_.flush();
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
  const MediaSocketCounters& socket = socket_.counters();
  SfuCounters counters{.sessions = sessions_.size(),
                       .published = 0,
                       .pulled = 0,
                       .packetsIn = socket.received,
                       .packetsOut = socket.sent,
                       .bytesIn = socket.receivedBytes,
                       .bytesOut = socket.sentBytes,
                       .dropped = socket.dropped,
                       .ignored = ignored_};
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
    // A check's source can be forged: an address that another session hears from is not given away.
    if (Clock::now() - entry->second->transport().lastHeard() < kPathHeld) return;
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
  if (known == byPath_.end()) return onStranger(datagram, from, now);
  // A browser may use one socket for a new session after the old one (the same 5-tuple, another ufrag).
  if (transport::classify(datagram) == transport::DatagramKind::stun) return onStranger(datagram, from, now);
  known->second->transport().receive(datagram, from, now);
}

void SfuShard::onStranger(util::MutableBytes datagram, const transport::Path& from, util::TimePoint now) {
  const auto message = transport::parseStun(datagram);
  if (!message) {
    ++ignored_;
    return;
  }
  if (message->username.empty()) return answerPlainStun(*message, from, now);
  const auto session = byUfrag_.find(std::string{message->username.substr(0, message->username.find(':'))});
  if (session == byUfrag_.end()) {
    ++ignored_;
    return;
  }
  transport::PeerTransport& transport = session->second->transport();
  transport.receive(datagram, from, now);
  // It may have been another session's until now.
  if (transport.path() == from) addPath(from, *session->second);
}

/// For direct calls: tells browsers their address as we see it (RFC 8489 section 6.3.1).
void SfuShard::answerPlainStun(const transport::StunMessage& request, const transport::Path& from,
                               util::TimePoint now) {
  if (from.isTcp() || request.type != transport::StunMessage::kBindingRequest || !plainStun_.take(1, now)) {
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

void SfuShard::onTurnEnded(util::TimePoint) {}

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
  socket_.flush();
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
