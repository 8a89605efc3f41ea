#include "support/media_peer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

#include <srtp2/srtp.h>

#include "akbuzat/transport/stun.hpp"
#include "akbuzat/util/random.hpp"
#include "support/media_peer_dtls.hpp"
#include "support/stun_request.hpp"
#include "transport/srtp_session.hpp"

namespace akbuzat::test {
namespace {

// Browsers check every 50 ms or so while there is no connection, and every 2.5 s after that.
constexpr std::chrono::milliseconds kCheckInterval{50};
constexpr std::chrono::milliseconds kConsentInterval{2500};

/// Both directions of SRTP as the peer has them.
class PeerSrtp {
 public:
  PeerSrtp(const PeerDtls& dtls, bool isServer) {
    // Lets the server's code initialize libsrtp, which can be done only once.
    static const transport::SrtpSession kInitialized{transport::SrtpKeys{}};
    const bool gcm = dtls.srtpProfile() == "SRTP_AEAD_AES_128_GCM";
    const std::size_t salt = gcm ? 12 : 14;
    const auto material = dtls.keyMaterial(2 * (16 + salt));
    srtp_t& clients = isServer ? inbound_ : outbound_;
    srtp_t& servers = isServer ? outbound_ : inbound_;
    clients = make(material, 0, 32, salt, gcm, isServer ? ssrc_any_inbound : ssrc_any_outbound);
    servers = make(material, 16, 32 + salt, salt, gcm, isServer ? ssrc_any_outbound : ssrc_any_inbound);
  }
  ~PeerSrtp() {
    srtp_dealloc(inbound_);
    srtp_dealloc(outbound_);
  }
  PeerSrtp(const PeerSrtp&) = delete;
  PeerSrtp& operator=(const PeerSrtp&) = delete;

  [[nodiscard]] srtp_t inbound() const { return inbound_; }
  [[nodiscard]] srtp_t outbound() const { return outbound_; }

 private:
  static srtp_t make(const std::vector<std::uint8_t>& material, std::size_t keyAt, std::size_t saltAt,
                     std::size_t saltSize, bool gcm, srtp_ssrc_type_t direction) {
    std::array<std::uint8_t, 30> master{};
    std::copy_n(material.data() + keyAt, 16, master.data());
    std::copy_n(material.data() + saltAt, saltSize, master.data() + 16);
    const auto profile = gcm ? srtp_profile_aead_aes_128_gcm : srtp_profile_aes128_cm_sha1_80;
    srtp_policy_t policy{};
    srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile);
    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile);
    policy.ssrc.type = direction;
    policy.key = master.data();
    policy.window_size = 1024;
    // A test may well send the same packet twice.
    policy.allow_repeat_tx = 1;
    srtp_t context = nullptr;
    if (srtp_create(&context, &policy) != srtp_err_status_ok) throw std::runtime_error("libsrtp does not work");
    return context;
  }

  srtp_t inbound_ = nullptr;
  srtp_t outbound_ = nullptr;
};

transport::IceCredentials randomCredentials() {
  // The server's credentials have the form that the peer's need, too.
  auto credentials = transport::makeIceCredentials(0);
  return {credentials.ufrag.substr(8), std::move(credentials.password)};
}

}  // namespace

struct MediaPeer::Impl {
  explicit Impl(Options optionsIn) : options(std::move(optionsIn)), ice(randomCredentials()) {}

  void check(util::TimePoint now);
  void onStun(util::Bytes datagram, util::TimePoint now);
  void answerCheck(const transport::StunMessage& request, util::TimePoint now);
  std::size_t protect(srtp_err_status_t (*function)(srtp_t, void*, int*), util::MutableBytes buffer, std::size_t size);
  void send(srtp_err_status_t (*function)(srtp_t, void*, int*), util::Bytes packet);
  void updateKeys();

  Options options;
  PeerCertificate certificate;
  std::optional<PeerCertificate> announced;
  transport::IceCredentials ice;
  transport::IceCredentials remote;
  std::string remoteFingerprint;
  std::deque<Datagram> outgoing;
  std::optional<PeerDtls> dtls;
  std::optional<PeerSrtp> srtp;
  bool iceConnected = false;
  unsigned iceError = 0;
  std::uint64_t srtpFailures = 0;
  std::uint64_t checksAnswered = 0;
  std::array<std::uint8_t, 12> transactionId{};
  util::TimePoint checkAt = util::TimePoint::max();
};

MediaPeer::MediaPeer(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {
  if (impl_->options.wrongCertificate) impl_->announced.emplace();
}

MediaPeer::MediaPeer() : MediaPeer(Options{}) {}

MediaPeer::~MediaPeer() = default;

transport::RemoteParameters MediaPeer::parameters() const {
  const PeerCertificate& shown = impl_->announced ? *impl_->announced : impl_->certificate;
  return {impl_->ice, {{"sha-256", shown.fingerprint()}}};
}

std::string MediaPeer::sdpLines() const {
  const auto own = parameters();
  return "a=ice-ufrag:" + own.ice.ufrag + "\r\na=ice-pwd:" + own.ice.password + "\r\na=fingerprint:sha-256 " +
         own.fingerprints[0].value + "\r\n";
}

void MediaPeer::setRemote(transport::IceCredentials ice, std::string fingerprint) {
  impl_->remote = std::move(ice);
  impl_->remoteFingerprint = std::move(fingerprint);
}

void MediaPeer::start(util::TimePoint now) {
  if (!impl_->options.lite) impl_->check(now);
}

void MediaPeer::restart(util::TimePoint now, bool newCredentials) {
  impl_->srtp.reset();
  impl_->dtls.reset();
  impl_->iceConnected = false;
  impl_->outgoing.clear();
  if (newCredentials) impl_->ice = randomCredentials();
  impl_->check(now);
}

void MediaPeer::Impl::check(util::TimePoint now) {
  StunRequest request;
  util::randomBytes(transactionId);
  request.transactionId = transactionId;
  request.username = remote.ufrag + ":" + ice.ufrag;
  request.password = remote.password;
  request.useCandidate = !options.controlled;
  (options.controlled ? request.controlled : request.controlling) = 0x0123456789ABCDEFU;
  outgoing.push_back(request.write());
  checkAt = now + (iceConnected ? kConsentInterval : kCheckInterval);
}

/// A check of the server's, answered as every agent does (RFC 8445 section 7.3).
void MediaPeer::Impl::answerCheck(const transport::StunMessage& request, util::TimePoint now) {
  if (options.deaf || request.username != ice.ufrag + ":" + remote.ufrag) return;
  if (!transport::hasIntegrity(request, ice.password)) return;
  ++checksAnswered;
  outgoing.push_back(stunSuccess(request.transactionId, ice.password));
  if (!options.lite || !request.useCandidate || iceConnected) return;
  iceConnected = true;
  dtls.emplace(options, certificate, remoteFingerprint, outgoing, now);
}

void MediaPeer::Impl::onStun(util::Bytes datagram, util::TimePoint now) {
  const auto message = transport::parseStun(datagram);
  if (message && message->type == transport::StunMessage::kBindingRequest) return answerCheck(*message, now);
  if (!message || message->transactionId != transactionId || !transport::hasIntegrity(*message, remote.password)) {
    return;
  }
  if (message->type == transport::StunMessage::kBindingError) {
    const auto code = stunAttribute({datagram.begin(), datagram.end()}, 0x0009);
    if (code && code->size() >= 4) iceError = (*code)[2] * 100U + (*code)[3];
    return;
  }
  if (message->type != transport::StunMessage::kBindingSuccess || iceConnected) return;
  iceConnected = true;
  checkAt = now + kConsentInterval;
  if (!dtls) dtls.emplace(options, certificate, remoteFingerprint, outgoing, now);
}

void MediaPeer::receive(util::MutableBytes datagram, util::TimePoint now) {
  Impl& impl = *impl_;
  switch (transport::classify(datagram)) {
    case transport::DatagramKind::stun: return impl.onStun(datagram, now);
    case transport::DatagramKind::dtls:
      if (!impl.dtls) return;
      impl.dtls->receive(datagram, now);
      return impl.updateKeys();
    case transport::DatagramKind::unknown: return;
    case transport::DatagramKind::rtp:
    case transport::DatagramKind::rtcp: break;
  }
  if (!impl.srtp) return;
  const bool isRtp = transport::classify(datagram) == transport::DatagramKind::rtp;
  int size = static_cast<int>(datagram.size());
  const auto status = isRtp ? srtp_unprotect(impl.srtp->inbound(), datagram.data(), &size)
                            : srtp_unprotect_rtcp(impl.srtp->inbound(), datagram.data(), &size);
  if (status != srtp_err_status_ok) {
    ++impl.srtpFailures;
    return;
  }
  const auto& callback = isRtp ? onRtp : onRtcp;
  if (callback) callback(datagram.first(static_cast<std::size_t>(size)));
}

void MediaPeer::Impl::updateKeys() {
  if (!srtp && dtls->state() == PeerDtls::State::connected && !dtls->srtpProfile().empty())
    srtp.emplace(*dtls, options.dtlsServer);
}

void MediaPeer::tick(util::TimePoint now) {
  if (now >= impl_->checkAt) impl_->check(now);
  if (impl_->dtls) impl_->dtls->tick(now);
}

util::TimePoint MediaPeer::deadline() const {
  return std::min(impl_->checkAt, impl_->dtls ? impl_->dtls->deadline() : util::TimePoint::max());
}

std::deque<MediaPeer::Datagram>& MediaPeer::outgoing() { return impl_->outgoing; }

bool MediaPeer::iceConnected() const { return impl_->iceConnected; }

bool MediaPeer::connected() const { return impl_->dtls && impl_->dtls->state() == PeerDtls::State::connected; }

bool MediaPeer::failed() const { return impl_->dtls && impl_->dtls->state() == PeerDtls::State::failed; }

bool MediaPeer::remoteClosed() const { return impl_->dtls && impl_->dtls->state() == PeerDtls::State::closed; }

unsigned MediaPeer::iceError() const { return impl_->iceError; }

std::uint64_t MediaPeer::checksAnswered() const { return impl_->checksAnswered; }

std::string MediaPeer::srtpProfile() const { return impl_->dtls ? impl_->dtls->srtpProfile() : std::string(); }

std::uint64_t MediaPeer::srtpFailures() const { return impl_->srtpFailures; }

std::size_t MediaPeer::Impl::protect(srtp_err_status_t (*function)(srtp_t, void*, int*), util::MutableBytes buffer,
                                     std::size_t size) {
  if (!srtp || size + transport::PeerTransport::kMaxOverhead > buffer.size()) return 0;
  int length = static_cast<int>(size);
  return function(srtp->outbound(), buffer.data(), &length) == srtp_err_status_ok ? static_cast<std::size_t>(length)
                                                                                  : 0;
}

void MediaPeer::Impl::send(srtp_err_status_t (*function)(srtp_t, void*, int*), util::Bytes packet) {
  Datagram datagram(packet.size() + transport::PeerTransport::kMaxOverhead);
  std::copy(packet.begin(), packet.end(), datagram.begin());
  datagram.resize(protect(function, datagram, packet.size()));
  if (!datagram.empty()) outgoing.push_back(std::move(datagram));
}

std::size_t MediaPeer::protectRtp(util::MutableBytes buffer, std::size_t size) {
  return impl_->protect(srtp_protect, buffer, size);
}

std::size_t MediaPeer::protectRtcp(util::MutableBytes buffer, std::size_t size) {
  return impl_->protect(srtp_protect_rtcp, buffer, size);
}

void MediaPeer::sendRtp(util::Bytes packet) { impl_->send(srtp_protect, packet); }

void MediaPeer::sendRtcp(util::Bytes packet) { impl_->send(srtp_protect_rtcp, packet); }

void MediaPeer::close() {
  if (impl_->dtls) impl_->dtls->close();
  impl_->checkAt = util::TimePoint::max();
}

}  // namespace akbuzat::test
