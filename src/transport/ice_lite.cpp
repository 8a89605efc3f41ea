#include "transport/ice_lite.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace akbuzat::transport {
namespace {

// A browser with several interfaces, VPNs and both address families has about eight; TCP and restarts double that.
constexpr std::size_t kMaxPaths = 16;
// RFC 7675 section 5.1: consent expires after 30 s. The peer asks for ours every few seconds on each path in use.
constexpr std::chrono::seconds kPathLife{30};

constexpr unsigned kUnknownAttribute = 420;  // RFC 8489 section 6.3.1
constexpr unsigned kRoleConflict = 487;      // RFC 8445 section 7.3.1.1

}  // namespace

IceLite::IceLite(IceCredentials local, PeerTransport::Listener& listener)
    : local_(std::move(local)), listener_(listener) {}

void IceLite::setRemoteUfrag(const std::string& ufrag) {
  if (ufrag == remoteUfrag_) return;
  previousUfrag_ = std::exchange(remoteUfrag_, ufrag);
}

bool IceLite::isForUs(std::string_view username) const noexcept {
  // RFC 8445 section 7.2.2: "receiver's ufrag:sender's ufrag".
  const std::size_t colon = username.find(':');
  if (colon == std::string_view::npos || username.substr(0, colon) != local_.ufrag) return false;
  const auto remote = username.substr(colon + 1);
  if (remoteUfrag_.empty()) return true;
  return remote == remoteUfrag_ || (!previousUfrag_.empty() && remote == previousUfrag_);
}

IceLite::Answer IceLite::answer(const StunMessage& request, const Path& from, util::MutableBytes out,
                                util::TimePoint now) {
  // RFC 8489 section 9.1.3 would have 400 or 401 here. Silence tells the peer as much a little later, and makes
  // nobody's address a target.
  if (!isForUs(request.username) || !hasIntegrity(request, local_.password)) return {Verdict::unauthenticated};
  if (request.unknownRequired) {
    return {Verdict::refused, writeBindingError(out, request, kUnknownAttribute, local_.password)};
  }
  if (request.iceControlled) {
    // A lite agent has the controlled role whatever the tie-breakers say (RFC 8445 section 6.1.1): this makes the peer
    // take the controlling one.
    return {Verdict::refused, writeBindingError(out, request, kRoleConflict, local_.password)};
  }
  const std::size_t size = writeBindingSuccess(out, request, from.remote, local_.password);
  add(from, now);
  if (request.useCandidate) {
    select(from);
    if (request.username.substr(local_.ufrag.size() + 1) == remoteUfrag_) previousUfrag_.clear();
  }
  return {Verdict::accepted, size};
}

const IceLite::Entry* IceLite::find(const Path& path) const noexcept {
  const auto found = std::find_if(paths_.begin(), paths_.end(), [&](const Entry& e) { return e.path == path; });
  return found == paths_.end() ? nullptr : &*found;
}

bool IceLite::knows(const Path& path) const noexcept { return find(path) != nullptr; }

void IceLite::heard(const Path& path, util::TimePoint now) noexcept {
  for (Entry& entry : paths_) {
    if (entry.path == path) entry.heard = now;
  }
}

void IceLite::add(const Path& path, util::TimePoint now) {
  if (knows(path)) {
    heard(path, now);
    return;
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
  paths_.push_back({path, now});
  if (!selected_) selected_ = path;
  listener_.onPathAdded(path);
}

void IceLite::select(const Path& path) {
  if (knows(path)) selected_ = path;
}

void IceLite::removeAt(std::size_t index) {
  const Path path = paths_[index].path;
  paths_.erase(paths_.begin() + static_cast<std::ptrdiff_t>(index));
  if (selected_ == path) {
    const auto latest = std::max_element(paths_.begin(), paths_.end(),
                                         [](const Entry& a, const Entry& b) { return a.heard < b.heard; });
    selected_ = latest == paths_.end() ? std::nullopt : std::optional(latest->path);
  }
  listener_.onPathRemoved(path);
}

void IceLite::expire(util::TimePoint now) {
  for (std::size_t i = 0; i < paths_.size();) {
    if (now - paths_[i].heard >= kPathLife) {
      removeAt(i);
    } else {
      ++i;
    }
  }
}

util::TimePoint IceLite::deadline() const noexcept {
  auto first = util::TimePoint::max();
  for (const Entry& entry : paths_) first = std::min(first, entry.heard + kPathLife);
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
