#include "transport/dtls_endpoint.hpp"

#include <algorithm>
#include <utility>

namespace akbuzat::transport {
namespace {

// A browser that throws its transport away may say good-bye with it before it begins anew; it does so within a round
// trip or two.
constexpr std::chrono::seconds kGoodbyeGrace{5};
// A ClientHello from the path of a handshake that goes on may be forged, to disturb it; one that comes after this much
// silence is rather a peer that has begun anew and repeats itself (browsers do so every second at the latest).
constexpr std::chrono::seconds kStalled{1};

}  // namespace

DtlsEndpoint::DtlsEndpoint(const Certificate& certificate, DatagramSink& sink)
    : certificate_(certificate), sink_(sink) {}

void DtlsEndpoint::connect(const Path& to, const Fingerprints& expected, util::TimePoint now) {
  isClient_ = true;
  next_.association = std::make_unique<DtlsAssociation>(certificate_.impl(), sink_, now);
  next_->connect(to, expected, now);
}

void DtlsEndpoint::resend(const Path& to, util::TimePoint now) {
  if (next_ && next_->path() == to) next_->resend(now);
}

DtlsEndpoint::Change DtlsEndpoint::receive(util::Bytes datagram, const Path& from, const Fingerprints& expected,
                                           util::TimePoint now) {
  Change change;
  if (!route(datagram, from, expected, now)) ++change.failures;
  settle(expected, now, change);
  return change;
}

DtlsEndpoint::Change DtlsEndpoint::tick(const Fingerprints& expected, util::TimePoint now) {
  Change change;
  if (next_) next_->tick(now);
  settle(expected, now, change);
  return change;
}

DtlsEndpoint::Change DtlsEndpoint::setExpected(const Fingerprints& expected, util::TimePoint now) {
  Change change;
  if (current_ && !current_->matches(expected)) {
    current_->close();
    retire(current_.random);
    current_ = {};
    change.keysLost = true;
  }
  settle(expected, now, change);
  return change;
}

bool DtlsEndpoint::route(util::Bytes datagram, const Path& from, const Fingerprints& expected, util::TimePoint now) {
  const auto read = readDtls(datagram);
  if (!read) return false;
  if (read->clientHello && isClient_) return false;
  if (read->clientHello && !beginOrRepeat(*read, from, now)) return true;
  DtlsAssociation* const association = read->clientHello ? next_.association.get() : forDatagram(from);
  if (association == nullptr) return false;
  association->receive(datagram, from, expected, now);
  return true;
}

/// True if the ClientHello is for `next_`, which may have been made for it.
bool DtlsEndpoint::beginOrRepeat(const DtlsDatagram& hello, const Path& from, util::TimePoint now) {
  if (hello.random) {
    if (isRetired(*hello.random) || (current_ && current_.random == hello.random)) return false;
    if (next_ && next_.random == hello.random) {
      // OpenSSL takes no notice of a message that it has had.
      next_->repeatFlight(from, now);
      return true;
    }
    if (next_ && next_.random) {
      // From another path it is a transport that has been begun anew once more. On the same one it may be forged, and
      // the peer must be able to come back with the ClientHello that it has sent before.
      const bool elsewhere = next_->path() != from;
      if (!elsewhere && now - next_->lastProgress() < kStalled) return false;
      if (elsewhere) retire(next_.random);
      next_ = {};
    }
  }
  if (!next_) {
    next_.association = std::make_unique<DtlsAssociation>(certificate_.impl(), sink_, now);
    overAt_ = util::TimePoint::max();
  }
  if (hello.random) next_.random = hello.random;
  return true;
}

DtlsAssociation* DtlsEndpoint::forDatagram(const Path& from) noexcept {
  if (!next_) return current_.association.get();
  if (current_ && current_->path() == from && next_->path() != from) return current_.association.get();
  return next_.association.get();
}

void DtlsEndpoint::settle(const Fingerprints& expected, util::TimePoint now, Change& change) {
  if (next_) settleNext(expected, change);
  if (current_ && current_->state() != DtlsAssociation::State::complete) {
    retire(current_.random);
    current_ = {};
    change.keysLost = true;
    saidGoodbye_ = true;
  }
  // A client's association is its only one.
  if (isClient_ && !next_ && !current_) overAt_ = std::min(overAt_, now);
  if (saidGoodbye_ && !next_ && overAt_ == util::TimePoint::max()) overAt_ = now + kGoodbyeGrace;
}

void DtlsEndpoint::settleNext(const Fingerprints& expected, Change& change) {
  switch (next_->state()) {
    case DtlsAssociation::State::handshaking: return;
    case DtlsAssociation::State::failed:
      // Its random may come again: if forged bytes have made it fail, the peer repeats its ClientHello.
      ++change.failures;
      next_ = {};
      return;
    case DtlsAssociation::State::closed:
      retire(next_.random);
      next_ = {};
      return;
    case DtlsAssociation::State::complete: break;
  }
  if (expected.empty()) return;
  const auto keys = next_->matches(expected) ? next_->exportKeys() : std::nullopt;
  if (!keys) {
    ++change.failures;
    next_->close();
    retire(next_.random);
    next_ = {};
    return;
  }
  change.keys = keys;
  change.path = next_->path();
  if (current_) retire(current_.random);
  current_ = std::exchange(next_, {});
  saidGoodbye_ = false;
}

bool DtlsEndpoint::isRetired(const ClientRandom& random) const noexcept {
  return std::find(retired_.begin(), retired_.end(), random) != retired_.end();
}

void DtlsEndpoint::retire(const std::optional<ClientRandom>& random) noexcept {
  if (!random) return;
  retired_[nextRetired_] = random;
  nextRetired_ = (nextRetired_ + 1) % retired_.size();
}

util::TimePoint DtlsEndpoint::deadline() const noexcept {
  return std::min(overAt_, next_ ? next_->deadline() : util::TimePoint::max());
}

void DtlsEndpoint::close() noexcept {
  if (current_) current_->close();
  if (next_) next_->close();
}

}  // namespace akbuzat::transport
