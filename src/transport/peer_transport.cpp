#include "akbuzat/transport/peer_transport.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "akbuzat/transport/stun.hpp"
#include "transport/dtls_endpoint.hpp"
#include "transport/ice_lite.hpp"
#include "transport/srtp_session.hpp"

namespace akbuzat::transport {

struct PeerTransport::Impl {
  Impl(const Certificate& certificate, IceCredentials local, DatagramSink& sinkIn, Listener& listenerIn,
       util::TimePoint now)
      : sink(sinkIn),
        listener(listenerIn),
        ice(std::move(local), listenerIn),
        dtls(certificate, sinkIn),
        lastHeard(now) {}

  void onStun(util::Bytes datagram, const Path& from, util::TimePoint now);
  void onSrtp(util::MutableBytes packet, DatagramKind kind, const Path& from, util::TimePoint now);
  void apply(const DtlsEndpoint::Change& change, util::TimePoint now);
  void updateState(util::TimePoint now);
  std::size_t protect(std::size_t (SrtpSession::*function)(util::MutableBytes, std::size_t) noexcept,
                      util::MutableBytes buffer, std::size_t size) noexcept;

  DatagramSink& sink;
  Listener& listener;
  IceLite ice;
  DtlsEndpoint dtls;
  std::optional<SrtpSession> srtp;
  Fingerprints fingerprints;
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
  if (message->type != StunMessage::kBindingRequest) {
    // An indication keeps a NAT's binding alive (RFC 8445 section 11) and proves nothing. We send no requests, so that
    // nothing can be a response to one.
    if (message->type != StunMessage::kBindingIndication || !ice.knows(from)) ++counters.badStun;
    return;
  }
  std::array<std::uint8_t, 96> reply;
  const IceLite::Answer answer = ice.answer(*message, from, reply, now);
  if (answer.verdict == IceLite::Verdict::unauthenticated) {
    ++counters.unauthenticatedStun;
    return;
  }
  lastHeard = now;
  std::copy_n(reply.begin(), answer.size, sink.buffer().begin());
  sink.send(from, answer.size);
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
  ice.heard(from, now);
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
    // Where the keys are, the peer is: a browser that has begun anew may not have nominated yet.
    ice.select(change.path);
  }
  updateState(now);
}

void PeerTransport::Impl::updateState(util::TimePoint now) {
  if (state == State::closed) return;
  const State next = srtp && ice.selected() ? State::connected : State::connecting;
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
                             Listener& listener, util::TimePoint now)
    : impl_(std::make_unique<Impl>(certificate, std::move(local), sink, listener, now)) {}

PeerTransport::~PeerTransport() = default;

const IceCredentials& PeerTransport::local() const noexcept { return impl_->ice.local(); }

void PeerTransport::setRemote(RemoteParameters remote, util::TimePoint now) {
  if (impl_->state == State::closed) return;
  impl_->ice.setRemoteUfrag(remote.ice.ufrag);
  if (remote.fingerprints == impl_->fingerprints) return;
  impl_->fingerprints = std::move(remote.fingerprints);
  impl_->apply(impl_->dtls.setExpected(impl_->fingerprints, now), now);
}

void PeerTransport::receive(util::MutableBytes datagram, const Path& from, util::TimePoint now) {
  if (impl_->state == State::closed) return;
  const DatagramKind kind = classify(datagram);
  if (kind == DatagramKind::stun) return impl_->onStun(datagram, from, now);
  if (kind == DatagramKind::unknown || !impl_->ice.knows(from)) {
    ++impl_->counters.unknown;
    return;
  }
  if (kind != DatagramKind::dtls) return impl_->onSrtp(datagram, kind, from, now);
  impl_->apply(impl_->dtls.receive(datagram, from, impl_->fingerprints, now), now);
}

void PeerTransport::tick(util::TimePoint now) {
  if (impl_->state == State::closed) return;
  impl_->ice.expire(now);
  impl_->apply(impl_->dtls.tick(impl_->fingerprints, now), now);
  if (!impl_->dtls.isOver(now) || impl_->state == State::closed) return;
  close();
  impl_->listener.onState(State::closed, now);
}

util::TimePoint PeerTransport::deadline() const noexcept {
  if (impl_->state == State::closed) return util::TimePoint::max();
  return std::min(impl_->ice.deadline(), impl_->dtls.deadline());
}

PeerTransport::State PeerTransport::state() const noexcept { return impl_->state; }

util::TimePoint PeerTransport::lastHeard() const noexcept { return impl_->lastHeard; }

const std::optional<Path>& PeerTransport::path() const noexcept { return impl_->ice.selected(); }

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
  impl_->ice.removeAll();
}

void PeerTransport::pathLost(const Path& path, util::TimePoint now) {
  impl_->ice.remove(path);
  impl_->updateState(now);
}

const TransportCounters& PeerTransport::counters() const noexcept { return impl_->counters; }

}  // namespace akbuzat::transport
