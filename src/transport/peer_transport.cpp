#include "akbuzat/transport/peer_transport.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "akbuzat/transport/stun.hpp"
#include "transport/dtls_endpoint.hpp"
#include "transport/ice_controlling.hpp"
#include "transport/ice_lite.hpp"
#include "transport/srtp_session.hpp"

namespace akbuzat::transport {
namespace {

std::unique_ptr<IceAgent> makeAgent(IceRole role, IceCredentials local, DatagramSink& sink,
                                    PeerTransport::Listener& listener) {
  if (role == IceRole::controlling) return std::make_unique<IceControlling>(std::move(local), sink, listener);
  return std::make_unique<IceLite>(std::move(local), sink, listener);
}

/// Lets through what may go to its path by now, and remembers whether something might not.
class ProvenSink final : public DatagramSink {
 public:
  ProvenSink(DatagramSink& sink, IceAgent& ice) : sink_(sink), ice_(ice) {}

  util::MutableBytes buffer() override { return sink_.buffer(); }
  void send(const Path& path, std::size_t size) override {
    if (ice_.maySend(path, size))
      sink_.send(path, size);
    else
      withheld_ = true;
  }
  [[nodiscard]] bool takeWithheld() noexcept { return std::exchange(withheld_, false); }

 private:
  DatagramSink& sink_;
  IceAgent& ice_;
  bool withheld_ = false;
};

}  // namespace

struct PeerTransport::Impl {
  Impl(const Certificate& certificate, IceCredentials local, DatagramSink& sink, Listener& listenerIn,
       util::TimePoint now, IceRole role)
      : listener(listenerIn),
        ice(makeAgent(role, std::move(local), sink, listenerIn)),
        dtlsSink(sink, *ice),
        dtls(certificate, dtlsSink),
        lastHeard(now) {}

  void onStun(util::Bytes datagram, const Path& from, util::TimePoint now);
  void onSrtp(util::MutableBytes packet, DatagramKind kind, const Path& from, util::TimePoint now);
  void apply(const DtlsEndpoint::Change& change, util::TimePoint now);
  void updateState(util::TimePoint now);
  std::size_t protect(std::size_t (SrtpSession::*function)(util::MutableBytes, std::size_t) noexcept,
                      util::MutableBytes buffer, std::size_t size) noexcept;

  Listener& listener;
  const std::unique_ptr<IceAgent> ice;
  ProvenSink dtlsSink;
  DtlsEndpoint dtls;
  std::optional<SrtpSession> srtp;
  Fingerprints fingerprints;
  /// The peer waits for our ClientHello.
  bool connectDtls = false;
  State state = State::connecting;
  util::TimePoint lastHeard;
  TransportCounters counters;
};

void PeerTransport::Impl::onStun(util::Bytes datagram, const Path& from, util::TimePoint now) {
  const auto message = parseStun(datagram);
  if (!message) {
    ++counters.badStun;
    return;
  }
  if (message->type == StunMessage::kBindingRequest) {
    if (!ice->onRequest(*message, from, now)) {
      ++counters.unauthenticatedStun;
      return;
    }
  } else if (!message->isResponse() || !ice->onResponse(*message, from, now)) {
    // An indication keeps a NAT's binding alive (RFC 8445 section 11) and proves nothing.
    if (message->type != StunMessage::kBindingIndication || !ice->knows(from)) ++counters.badStun;
    return;
  }
  lastHeard = now;
  if (connectDtls && ice->selected()) {
    connectDtls = false;
    dtls.connect(*ice->selected(), fingerprints, now);
  } else if (message->isResponse() && dtlsSink.takeWithheld()) {
    // The path may have been proven by this, and the handshake wait for that.
    dtls.resend(from, now);
  }
  updateState(now);
}

void PeerTransport::Impl::onSrtp(util::MutableBytes packet, DatagramKind kind, const Path& from, util::TimePoint now) {
  if (!srtp) {
    ++counters.beforeKeys;
    return;
  }
  const bool isRtp = kind == DatagramKind::rtp;
  const SrtpSession::Opened opened = isRtp ? srtp->unprotectRtp(packet) : srtp->unprotectRtcp(packet);
  if (opened.status != SrtpSession::Status::ok) {
    ++(opened.status == SrtpSession::Status::replayed ? counters.replayed : counters.srtpFailures);
    return;
  }
  lastHeard = now;
  ice->heard(from, now);
  const auto clear = packet.first(opened.size);
  if (isRtp) {
    listener.onRtp(clear, now);
  } else {
    listener.onRtcp(clear, now);
  }
}

void PeerTransport::Impl::apply(const DtlsEndpoint::Change& change, util::TimePoint now) {
  counters.badDtls += change.failures;
  if (state == State::closed) return;
  if (change.keysLost) srtp.reset();
  if (change.keys) {
    srtp.emplace(*change.keys);
    lastHeard = now;
    ice->onKeys(change.path);
  }
  updateState(now);
}

void PeerTransport::Impl::updateState(util::TimePoint now) {
  if (state == State::closed) return;
  const State next = srtp && ice->selected() ? State::connected : State::connecting;
  if (next == state) return;
  state = next;
  listener.onState(next, now);
}

std::size_t PeerTransport::Impl::protect(std::size_t (SrtpSession::*function)(util::MutableBytes, std::size_t) noexcept,
                                         util::MutableBytes buffer, std::size_t size) noexcept {
  if (!srtp) {
    ++counters.beforeKeys;
    return 0;
  }
  const std::size_t protectedSize =
      size + kMaxOverhead <= buffer.size() ? ((*srtp).*function)(buffer, size) : std::size_t{0};
  if (protectedSize == 0) ++counters.srtpFailures;
  return protectedSize;
}

PeerTransport::PeerTransport(const Certificate& certificate, IceCredentials local, DatagramSink& sink,
                             Listener& listener, util::TimePoint now, IceRole role)
    : impl_(std::make_unique<Impl>(certificate, std::move(local), sink, listener, now, role)) {}

PeerTransport::~PeerTransport() = default;

const IceCredentials& PeerTransport::local() const noexcept { return impl_->ice->local(); }

void PeerTransport::setRemote(RemoteParameters remote, util::TimePoint now) {
  if (impl_->state == State::closed) return;
  // Once only: DTLS goes on over whatever ICE changes to (RFC 8842 section 5.1).
  if (impl_->fingerprints.empty()) impl_->connectDtls = remote.dtlsServer;
  impl_->ice->setRemote(remote, now);
  impl_->updateState(now);
  if (remote.fingerprints == impl_->fingerprints) return;
  impl_->fingerprints = std::move(remote.fingerprints);
  impl_->apply(impl_->dtls.setExpected(impl_->fingerprints, now), now);
}

void PeerTransport::receive(util::MutableBytes datagram, const Path& from, util::TimePoint now) {
  if (impl_->state == State::closed) return;
  const DatagramKind kind = classify(datagram);
  if (kind == DatagramKind::stun) return impl_->onStun(datagram, from, now);
  if (kind == DatagramKind::unknown || !impl_->ice->knows(from)) {
    ++impl_->counters.unknown;
    return;
  }
  impl_->ice->received(from, datagram.size(), now);
  if (kind != DatagramKind::dtls) return impl_->onSrtp(datagram, kind, from, now);
  impl_->apply(impl_->dtls.receive(datagram, from, impl_->fingerprints, now), now);
}

void PeerTransport::tick(util::TimePoint now) {
  if (impl_->state == State::closed) return;
  impl_->ice->tick(now);
  impl_->apply(impl_->dtls.tick(impl_->fingerprints, now), now);
  if ((!impl_->dtls.isOver(now) && !impl_->ice->isOver(now)) || impl_->state == State::closed) return;
  close();
  impl_->listener.onState(State::closed, now);
}

util::TimePoint PeerTransport::deadline() const noexcept {
  if (impl_->state == State::closed) return util::TimePoint::max();
  return std::min(impl_->ice->deadline(), impl_->dtls.deadline());
}

PeerTransport::State PeerTransport::state() const noexcept { return impl_->state; }

util::TimePoint PeerTransport::lastHeard() const noexcept { return impl_->lastHeard; }

const std::optional<Path>& PeerTransport::path() const noexcept { return impl_->ice->selected(); }

PeerTransport::PathStanding PeerTransport::standingOf(const Path& path) const noexcept {
  return impl_->ice->standingOf(path);
}

std::size_t PeerTransport::protectRtp(util::MutableBytes buffer, std::size_t size) noexcept {
  return impl_->protect(&SrtpSession::protectRtp, buffer, size);
}

std::size_t PeerTransport::protectRtcp(util::MutableBytes buffer, std::size_t size) noexcept {
  return impl_->protect(&SrtpSession::protectRtcp, buffer, size);
}

void PeerTransport::forgetInbound(std::uint32_t ssrc) noexcept {
  if (impl_->srtp) impl_->srtp->forgetInbound(ssrc);
}

void PeerTransport::forgetOutbound(std::uint32_t ssrc) noexcept {
  if (impl_->srtp) impl_->srtp->forgetOutbound(ssrc);
}

void PeerTransport::close() {
  if (impl_->state == State::closed) return;
  impl_->state = State::closed;
  impl_->dtls.close();
  impl_->srtp.reset();
  impl_->ice->removeAll();
}

void PeerTransport::pathLost(const Path& path, util::TimePoint now) {
  impl_->ice->remove(path);
  impl_->updateState(now);
}

const TransportCounters& PeerTransport::counters() const noexcept { return impl_->counters; }

}  // namespace akbuzat::transport
