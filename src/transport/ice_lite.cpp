#include "transport/ice_lite.hpp"

#include <algorithm>
#include <utility>

#include "akbuzat/util/random.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;

// A browser with several interfaces, VPNs and both address families has about eight; TCP and restarts double that.
constexpr std::size_t kMaxPaths = 16;
// How soon a check of ours is repeated, doubling: media waits for the answer, and the credit of the path bounds what is
// sent, so this is sooner than RFC 8445 section 14.3 has it for checks that nobody has asked for.
constexpr std::chrono::milliseconds kFirstAgain{50};
constexpr std::chrono::milliseconds kLastAgain{400};

}  // namespace

IceLite::IceLite(IceCredentials local, DatagramSink& sink, PeerTransport::Listener& listener)
    : local_(std::move(local)),
      sink_(sink),
      listener_(listener),
      tieBreaker_((std::uint64_t{util::randomU32()} << 32U) | util::randomU32()) {}

void IceLite::setRemote(const RemoteParameters& remote, util::TimePoint now) {
  if (remote.ice == remote_) return;
  previous_ = std::exchange(remote_, remote.ice);
  // Checks may well come before the description that names their sender.
  for (Entry& entry : paths_) check(entry, now);
}

bool IceLite::isForUs(std::string_view username) const noexcept {
  // RFC 8445 section 7.2.2: "receiver's ufrag:sender's ufrag".
  const std::size_t colon = username.find(':');
  if (colon == std::string_view::npos || username.substr(0, colon) != local_.ufrag) return false;
  return remote_.ufrag.empty() || credentialsOf(username.substr(colon + 1)) != nullptr;
}

const IceCredentials* IceLite::credentialsOf(std::string_view ufrag) const noexcept {
  if (ufrag.empty()) return nullptr;
  if (ufrag == remote_.ufrag) return &remote_;
  return ufrag == previous_.ufrag ? &previous_ : nullptr;
}

bool IceLite::onRequest(const StunMessage& request, const Path& from, util::TimePoint now) {
  // RFC 8489 section 9.1.3 would have 400 or 401 here. Silence tells the peer as much a little later, and makes
  // nobody's address a target.
  if (!isForUs(request.username) || !hasIntegrity(request, local_.password)) return false;
  // A lite agent has the controlled role whatever the tie-breakers say (RFC 8445 section 6.1.1): 487 makes the peer
  // take the controlling one.
  const unsigned refusal = request.unknownRequired ? kUnknownAttribute : request.iceControlled ? kRoleConflict : 0;
  if (refusal != 0) {
    const std::size_t size = writeBindingError(sink_.buffer(), request, refusal, local_.password);
    if (size <= request.bytes.size() || from.isTcp()) sink_.send(from, size);
    return true;
  }
  Entry& entry = add(from, now);
  entry.ufrag = request.username.substr(local_.ufrag.size() + 1);
  entry.credit += request.bytes.size();
  const std::size_t size = writeBindingSuccess(sink_.buffer(), request, from.remote, local_.password);
  if (maySend(from, size)) sink_.send(from, size);
  if (request.useCandidate) {
    nominate(from);
    if (entry.ufrag == remote_.ufrag) previous_ = {};
  }
  check(entry, now);
  return true;
}

std::size_t IceLite::checkSize(const IceCredentials& remote) const noexcept {
  return bindingRequestSize(remote.ufrag.size() + 1 + local_.ufrag.size(), false);
}

void IceLite::check(Entry& entry, util::TimePoint now) {
  if (entry.proven || now < entry.checkAt) return;
  const IceCredentials* const remote = credentialsOf(entry.ufrag);
  if (remote == nullptr || !maySend(entry.path, checkSize(*remote))) return;
  const std::string username = remote->ufrag + ':' + local_.ufrag;
  const BindingRequest request{.transactionId = entry.check,
                               .username = username,
                               .priority = kCheckPriority,
                               .controlling = false,
                               .tieBreaker = tieBreaker_,
                               .useCandidate = false};
  sink_.send(entry.path, writeBindingRequest(sink_.buffer(), request, remote->password));
  entry.checkAt = now + entry.checkAgain;
  entry.checkAgain = std::min(entry.checkAgain * 2, kLastAgain);
}

bool IceLite::onResponse(const StunMessage& response, const Path& from, util::TimePoint now) {
  Entry* const entry = find(from);
  if (entry == nullptr || response.type != StunMessage::kBindingSuccess) return false;
  const IceCredentials* const remote = credentialsOf(entry->ufrag);
  if (remote == nullptr || response.transactionId != entry->check || !hasIntegrity(response, remote->password)) {
    return false;
  }
  entry->heard = now;
  entry->proven = true;
  if (!selected_ || nominated_ == from) selected_ = from;
  if (nominated_ == from) nominated_.reset();
  return true;
}

const IceLite::Entry* IceLite::find(const Path& path) const noexcept {
  const auto found = std::find_if(paths_.begin(), paths_.end(), [&](const Entry& e) { return e.path == path; });
  return found == paths_.end() ? nullptr : &*found;
}

IceLite::Entry* IceLite::find(const Path& path) noexcept { return const_cast<Entry*>(std::as_const(*this).find(path)); }

PeerTransport::PathStanding IceLite::standingOf(const Path& path) const noexcept {
  using Standing = PeerTransport::PathStanding;
  const Entry* const entry = find(path);
  if (entry == nullptr) return Standing::unknown;
  return entry->proven ? Standing::proven : Standing::seen;
}

void IceLite::received(const Path& from, std::size_t size, util::TimePoint now) {
  Entry* const entry = find(from);
  if (entry == nullptr || entry->proven) return;
  entry->credit += size;
  check(*entry, now);
}

void IceLite::heard(const Path& from, util::TimePoint now) noexcept {
  if (Entry* const entry = find(from)) entry->heard = now;
}

bool IceLite::maySend(const Path& path, std::size_t size) noexcept {
  Entry* const entry = find(path);
  if (entry == nullptr) return false;
  if (entry->proven) return true;
  if (size > entry->credit) return false;
  entry->credit -= size;
  return true;
}

IceLite::Entry& IceLite::add(const Path& path, util::TimePoint now) {
  if (Entry* const known = find(path)) {
    known->heard = now;
    return *known;
  }
  if (paths_.size() >= kMaxPaths) {
    std::size_t oldest = paths_.size();
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (paths_[i].path != selected_ && (oldest == paths_.size() || paths_[i].heard < paths_[oldest].heard)) {
        oldest = i;
      }
    }
    removeAt(oldest);
  }
  Entry entry{.path = path,
              .heard = now,
              .ufrag = {},
              // Its handshake has proven a connection.
              .proven = path.isTcp(),
              .credit = 0,
              .check = {},
              .checkAt = now,
              .checkAgain = kFirstAgain};
  // Whoever forges the path cannot see it, and so not answer it.
  util::randomBytes(entry.check);
  if (entry.proven && !selected_) selected_ = path;
  paths_.push_back(std::move(entry));
  listener_.onPathAdded(path);
  return paths_.back();
}

void IceLite::nominate(const Path& path) {
  const Entry* const entry = find(path);
  if (entry == nullptr) return;
  if (entry->proven) {
    selected_ = path;
    nominated_.reset();
  } else {
    nominated_ = path;
  }
}

void IceLite::removeAt(std::size_t index) {
  const Path path = paths_[index].path;
  paths_.erase(paths_.begin() + static_cast<std::ptrdiff_t>(index));
  if (nominated_ == path) nominated_.reset();
  if (selected_ == path) {
    const Entry* latest = nullptr;
    for (const Entry& entry : paths_) {
      if (entry.proven && (latest == nullptr || entry.heard > latest->heard)) latest = &entry;
    }
    selected_ = latest == nullptr ? std::nullopt : std::optional(latest->path);
  }
  listener_.onPathRemoved(path);
}

void IceLite::tick(util::TimePoint now) {
  for (std::size_t i = 0; i < paths_.size();) {
    if (now - paths_[i].heard >= kConsentLife) {
      removeAt(i);
    } else {
      check(paths_[i], now);
      ++i;
    }
  }
}

util::TimePoint IceLite::deadline() const noexcept {
  auto first = util::TimePoint::max();
  for (const Entry& entry : paths_) {
    first = std::min(first, entry.heard + kConsentLife);
    const IceCredentials* const remote = entry.proven ? nullptr : credentialsOf(entry.ufrag);
    if (remote != nullptr && entry.credit >= checkSize(*remote)) first = std::min(first, entry.checkAt);
  }
  return first;
}

void IceLite::remove(const Path& path) {
  if (const Entry* const entry = find(path)) removeAt(static_cast<std::size_t>(entry - paths_.data()));
}

void IceLite::removeAll() {
  selected_.reset();
  while (!paths_.empty()) removeAt(paths_.size() - 1);
}

}  // namespace akbuzat::transport
