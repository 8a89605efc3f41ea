#include "transport/srtp_session.hpp"

#include <algorithm>
#include <stdexcept>

#include <arpa/inet.h>

#include "akbuzat/transport/datagram_sink.hpp"

namespace akbuzat::transport {
namespace {

// Packets that come later than this after their successors are taken for replays. RFC 3711 section 3.3.2 asks for at
// least 64; at a few thousand packets a second 1024 is some hundred milliseconds of reordering.
constexpr unsigned long kWindow = 1024;
// An authenticated peer can make up SSRCs, each of which costs about half a kilobyte. A member that publishes a camera
// in three layers with retransmission, a screen and a microphone uses nine at a time.
constexpr std::size_t kMaxInboundSsrcs = 1024;
// RFC 3550 section 5.1 and 6.4.1: where the (sender's) SSRC is, and the least size.
constexpr std::size_t kRtpSsrcAt = 8;
constexpr std::size_t kRtpHeader = 12;
constexpr std::size_t kRtcpSsrcAt = 4;
constexpr std::size_t kRtcpHeader = 8;

[[noreturn]] void unusable() { throw std::runtime_error("libsrtp does not work"); }

srtp_t makeContext(const SrtpKeys::Master& master, SrtpProfile profile, srtp_ssrc_type_t direction) {
  const srtp_profile_t name =
      profile == SrtpProfile::aeadAes128Gcm ? srtp_profile_aead_aes_128_gcm : srtp_profile_aes128_cm_sha1_80;
  srtp_policy_t policy{};
  if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, name) != srtp_err_status_ok ||
      srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, name) != srtp_err_status_ok) {
    unusable();
  }
  policy.ssrc.type = direction;
  policy.key = const_cast<std::uint8_t*>(master.data());  // libsrtp only reads it
  policy.window_size = kWindow;
  srtp_t context = nullptr;
  if (srtp_create(&context, &policy) != srtp_err_status_ok) unusable();
  return context;
}

/// libsrtp's process-wide part. Debian's is built on NSS, which it starts with the first cipher and stops with the last
/// one, half a millisecond each time; so one context stays.
void initialize() {
  static const srtp_t kKeeper = [] {
    if (srtp_init() != srtp_err_status_ok) unusable();
    return makeContext({}, SrtpProfile::aeadAes128Gcm, ssrc_any_inbound);
  }();
  static_cast<void>(kKeeper);
}

std::size_t protect(srtp_err_status_t (*function)(srtp_t, void*, int*), srtp_t context, util::MutableBytes buffer,
                    std::size_t size, std::size_t least) noexcept {
  if (size < least || size > DatagramSink::kMaxDatagram) return 0;
  int length = static_cast<int>(size);
  return function(context, buffer.data(), &length) == srtp_err_status_ok ? static_cast<std::size_t>(length) : 0;
}

}  // namespace

SrtpSession::SrtpSession(const SrtpKeys& keys) {
  initialize();
  inbound_ = makeContext(keys.theirs, keys.profile, ssrc_any_inbound);
  try {
    outbound_ = makeContext(keys.ours, keys.profile, ssrc_any_outbound);
  } catch (...) {
    srtp_dealloc(inbound_);
    throw;
  }
}

SrtpSession::~SrtpSession() {
  srtp_dealloc(inbound_);
  srtp_dealloc(outbound_);
}

bool SrtpSession::isUnknown(std::uint32_t ssrc) const noexcept {
  return !std::binary_search(known_.begin(), known_.end(), ssrc);
}

SrtpSession::Opened SrtpSession::unprotect(Function function, util::MutableBytes packet, std::size_t ssrcAt,
                                           std::size_t least) {
  // libsrtp's AEAD on NSS keeps the additional data of a packet that is too long for it, and would refuse all packets
  // from then on; no packet as short as this is.
  if (packet.size() < least || packet.size() > DatagramSink::kMaxDatagram) return {Status::failed};
  const std::uint32_t ssrc = util::readU32(packet, ssrcAt);
  const bool isNew = isUnknown(ssrc);
  if (isNew && known_.size() >= kMaxInboundSsrcs) return {Status::failed};
  int length = static_cast<int>(packet.size());
  const srtp_err_status_t status = function(inbound_, packet.data(), &length);
  if (status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old) return {Status::replayed};
  if (status != srtp_err_status_ok || length <= 0) return {Status::failed};
  if (isNew) known_.insert(std::lower_bound(known_.begin(), known_.end(), ssrc), ssrc);
  return {Status::ok, static_cast<std::size_t>(length)};
}

SrtpSession::Opened SrtpSession::unprotectRtp(util::MutableBytes packet) {
  return unprotect(srtp_unprotect, packet, kRtpSsrcAt, kRtpHeader);
}

SrtpSession::Opened SrtpSession::unprotectRtcp(util::MutableBytes packet) {
  return unprotect(srtp_unprotect_rtcp, packet, kRtcpSsrcAt, kRtcpHeader);
}

std::size_t SrtpSession::protectRtp(util::MutableBytes buffer, std::size_t size) noexcept {
  return protect(srtp_protect, outbound_, buffer, size, kRtpHeader);
}

std::size_t SrtpSession::protectRtcp(util::MutableBytes buffer, std::size_t size) noexcept {
  return protect(srtp_protect_rtcp, outbound_, buffer, size, kRtcpHeader);
}

void SrtpSession::forgetInbound(std::uint32_t ssrc) noexcept {
  const auto at = std::lower_bound(known_.begin(), known_.end(), ssrc);
  if (at == known_.end() || *at != ssrc) return;
  known_.erase(at);
  srtp_remove_stream(inbound_, htonl(ssrc));
}

void SrtpSession::forgetOutbound(std::uint32_t ssrc) noexcept { srtp_remove_stream(outbound_, htonl(ssrc)); }

}  // namespace akbuzat::transport
