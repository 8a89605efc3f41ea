#include "transport/ice_controlling.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "akbuzat/util/random.hpp"

namespace akbuzat::transport {
namespace {

// A server announces its addresses in both families, twice over at most; the rest of the room is for those that its
// checks come from.
constexpr std::size_t kMaxPairs = 16;
// RFC 8445 section 14.2: Ta, between the first checks of different pairs.
constexpr std::chrono::milliseconds kPace{50};
// RFC 8445 section 14.3: the least RTO; doubled with each repetition (RFC 8489 section 6.2.1), up to what still gives a
// path that comes late its chance.
constexpr std::chrono::milliseconds kFirstAgain{500};
constexpr std::chrono::milliseconds kLastAgain{4000};
// RFC 7675 section 5.1: every 5 s, times 0.8 to 1.2 at random.
constexpr std::chrono::milliseconds kConsentLeast{4000};
constexpr std::uint32_t kConsentSpread = 2001;
// RFC 8839 section 5.4.
constexpr std::size_t kMaxUfrag = 256;
constexpr std::uint64_t kStrongest = std::numeric_limits<std::uint64_t>::max();

}  // namespace

IceControlling::IceControlling(IceCredentials local, DatagramSink& sink, PeerTransport::Listener& listener)
    : local_(std::move(local)),
      sink_(sink),
      listener_(listener),
      tieBreaker_((std::uint64_t{util::randomU32()} << 32U) | util::randomU32()) {}

void IceControlling::setRemote(const RemoteParameters& remote, util::TimePoint now) {
  if (remote.ice.ufrag.empty() || remote.ice.ufrag.size() > kMaxUfrag) return;
  if (remote.ice != remote_) {
    removeAll();
    remote_ = remote.ice;
    consentUntil_ = now + kConsentLife;
  }
  util::TimePoint firstCheck = now;
  for (const Endpoint& candidate : remote.candidates) {
    addPair(candidate, firstCheck);
    firstCheck += kPace;
  }
  tick(now);
}

void IceControlling::addPair(const Endpoint& remote, util::TimePoint firstCheck) {
  const auto same = [&remote](const Pair& pair) { return pair.target.remote == remote; };
  // What has been chosen stays.
  if (selected_ || pairs_.size() >= kMaxPairs || std::any_of(pairs_.begin(), pairs_.end(), same)) return;
  Pair pair{.target = {.connection = 0, .remote = remote, .local = {}},
            .valid = {},
            .nominating = false,
            .check = {},
            .checkAt = firstCheck,
            .checkAgain = kFirstAgain};
  util::randomBytes(pair.check);
  pairs_.push_back(pair);
}

bool IceControlling::nominating() const noexcept {
  return std::any_of(pairs_.begin(), pairs_.end(), [](const Pair& pair) { return pair.nominating; });
}

void IceControlling::check(Pair& pair, util::TimePoint now) {
  const std::string username = remote_.ufrag + ':' + local_.ufrag;
  const BindingRequest request{.transactionId = pair.check,
                               .username = username,
                               .priority = kCheckPriority,
                               .controlling = true,
                               .tieBreaker = tieBreaker_,
                               .useCandidate = pair.nominating};
  sink_.send(pair.valid.value_or(pair.target), writeBindingRequest(sink_.buffer(), request, remote_.password));
  pair.checkAt = now + pair.checkAgain;
  pair.checkAgain = std::min(pair.checkAgain * 2, kLastAgain);
}

/// RFC 8445 section 8.1.1: the check again, now with USE-CANDIDATE.
void IceControlling::nominate(Pair& pair, util::TimePoint now) {
  pair.nominating = true;
  util::randomBytes(pair.check);
  pair.checkAgain = kFirstAgain;
  check(pair, now);
}

void IceControlling::select(Pair& pair, util::TimePoint now) {
  consentUntil_ = now + kConsentLife;
  selected_ = pair.valid;
  // RFC 8445 section 8.1.2: the others are not checked any more. This one is asked for consent from now on, each time
  // with another transaction (RFC 7675 section 5.1).
  for (Pair& other : pairs_) other.checkAt = util::TimePoint::max();
  util::randomBytes(pair.check);
  pair.checkAt = now + kConsentLeast + std::chrono::milliseconds{util::randomU32() % kConsentSpread};
}

/// The peer takes itself for the controlling one. It is the lite one by definition and cannot be (RFC 8445 section
/// 6.1.1), or a full one, which gives way to the largest tie-breaker (section 7.3.1.1); so this one is tried, once.
void IceControlling::onRoleConflict(Pair& pair, util::TimePoint now) {
  pair.checkAt = util::TimePoint::max();
  if (std::exchange(tieBreaker_, kStrongest) == kStrongest) return;
  util::randomBytes(pair.check);
  check(pair, now);
}

bool IceControlling::onRequest(const StunMessage& request, const Path& from, util::TimePoint now) {
  const std::size_t colon = request.username.find(':');
  if (colon == std::string_view::npos || request.username.substr(0, colon) != local_.ufrag) return false;
  if (!hasIntegrity(request, local_.password)) return false;
  const unsigned refusal = request.unknownRequired ? kUnknownAttribute : request.iceControlling ? kRoleConflict : 0;
  const std::size_t size = refusal != 0 ? writeBindingError(sink_.buffer(), request, refusal, local_.password)
                                        : writeBindingSuccess(sink_.buffer(), request, from.remote, local_.password);
  // The source may be forged.
  if (size <= request.bytes.size()) sink_.send(from, size);
  if (refusal != 0 || from.isTcp() || request.username.substr(colon + 1) != remote_.ufrag) return true;
  addPair(from.remote, now);
  for (Pair& pair : pairs_) {
    // RFC 8445 section 7.3.1.4: what the peer checks is worth a check of ours now.
    const bool due = !selected_ && !pair.valid && pair.checkAt != util::TimePoint::max();
    if (due && pair.target.remote == from.remote) pair.checkAt = std::min(pair.checkAt, now + kPace);
  }
  return true;
}

bool IceControlling::onResponse(const StunMessage& response, const Path& from, util::TimePoint now) {
  const auto pair = std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& one) {
    // RFC 8445 section 7.2.5.2.1: from where the check went to.
    return one.check == response.transactionId && one.target.remote == from.remote && !from.isTcp();
  });
  if (pair == pairs_.end() || !hasIntegrity(response, remote_.password)) return false;
  if (response.type != StunMessage::kBindingSuccess) {
    if (response.errorCode == kRoleConflict)
      onRoleConflict(*pair, now);
    else if (!selected_)
      pair->checkAt = util::TimePoint::max();
    return true;
  }
  if (selected_) {
    if (selected_ == pair->valid) consentUntil_ = now + kConsentLife;
    return true;
  }
  if (!pair->valid) {
    pair->valid = from;
    listener_.onPathAdded(from);
  }
  if (pair->nominating) {
    select(*pair, now);
  } else if (nominating()) {
    pair->checkAt = util::TimePoint::max();
  } else {
    nominate(*pair, now);
  }
  return true;
}

PeerTransport::PathStanding IceControlling::standingOf(const Path& path) const noexcept {
  const bool known =
      std::any_of(pairs_.begin(), pairs_.end(), [&path](const Pair& pair) { return pair.valid == path; });
  return known ? PeerTransport::PathStanding::proven : PeerTransport::PathStanding::unknown;
}

void IceControlling::tick(util::TimePoint now) {
  if (isOver(now)) return;
  for (Pair& pair : pairs_) {
    if (now < pair.checkAt) continue;
    if (selected_) {
      util::randomBytes(pair.check);
      check(pair, now);
      pair.checkAt = now + kConsentLeast + std::chrono::milliseconds{util::randomU32() % kConsentSpread};
    } else {
      check(pair, now);
    }
  }
}

util::TimePoint IceControlling::deadline() const noexcept {
  auto first = consentUntil_;
  for (const Pair& pair : pairs_) first = std::min(first, pair.checkAt);
  return first;
}

void IceControlling::removeAll() {
  selected_.reset();
  for (const Pair& pair : std::exchange(pairs_, {})) {
    if (pair.valid) listener_.onPathRemoved(*pair.valid);
  }
}

}  // namespace akbuzat::transport
