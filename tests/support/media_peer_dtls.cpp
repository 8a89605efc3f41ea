#include "support/media_peer_dtls.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/srtp.h>
#include <sys/time.h>

namespace akbuzat::test {
namespace {

// Browsers begin with 50 ms to 1 s.
constexpr std::chrono::milliseconds kFirstInterval{100};
constexpr std::chrono::milliseconds kLastInterval{1600};
// An extension number that is not assigned.
constexpr unsigned kPaddingExtension = 0xFABC;

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL refuses the scripted peer");
}

// OpenSSL's timer in microseconds, by the system's clock: short, so that a test with a clock of its own need not wait,
// and not so short that every turn of a slow machine sends a flight again.
unsigned shortTimer(SSL* /*ssl*/, unsigned /*last*/) { return 50'000; }

int addPadding(SSL* /*ssl*/, unsigned /*type*/, unsigned /*context*/, const unsigned char** out, std::size_t* size,
               X509* /*certificate*/, std::size_t /*chain*/, int* /*alert*/, void* argument) {
  const auto& padding = *static_cast<const std::vector<std::uint8_t>*>(argument);
  *out = padding.data();
  *size = padding.size();
  return 1;
}

int parsePadding(SSL* /*ssl*/, unsigned /*type*/, unsigned /*context*/, const unsigned char* /*in*/,
                 std::size_t /*size*/, X509* /*certificate*/, std::size_t /*chain*/, int* /*alert*/,
                 void* /*argument*/) {
  return 1;
}

int anyCertificate(X509_STORE_CTX* /*store*/, void* /*unused*/) { return 1; }

std::string sha256Fingerprint(const X509* certificate) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  require(X509_digest(certificate, EVP_sha256(), digest.data(), &size) == 1);
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char byte : digest) {
    if (!out.empty()) out += ':';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

}  // namespace

PeerCertificate::PeerCertificate() : key(EVP_EC_gen("P-256")), certificate(X509_new()) {
  require(key != nullptr && certificate != nullptr);
  require(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600L * 24 * 30);
  require(X509_set_pubkey(certificate.get(), key.get()) == 1);
  require(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0);
}

std::string PeerCertificate::fingerprint() const { return sha256Fingerprint(certificate.get()); }

PeerDtls::PeerDtls(const MediaPeer::Options& options, const PeerCertificate& certificate, std::string remoteFingerprint,
                   std::deque<MediaPeer::Datagram>& outgoing, util::TimePoint now)
    : remoteFingerprint_(std::move(remoteFingerprint)),
      outgoing_(outgoing),
      context_(SSL_CTX_new(DTLS_method())),
      padding_(options.clientHelloPadding),
      interval_(kFirstInterval),
      resendAt_(now + kFirstInterval) {
  require(context_ != nullptr);
  SSL_CTX* const ctx = context_.get();
  require(SSL_CTX_use_certificate(ctx, certificate.certificate.get()) == 1);
  require(SSL_CTX_use_PrivateKey(ctx, certificate.key.get()) == 1);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, anyCertificate, nullptr);
  if (!options.srtpProfiles.empty()) require(SSL_CTX_set_tlsext_use_srtp(ctx, options.srtpProfiles.c_str()) == 0);
  if (!padding_.empty()) {
    require(SSL_CTX_add_custom_ext(ctx, kPaddingExtension, SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO,
                                   addPadding, nullptr, &padding_, parsePadding, nullptr) == 1);
  }
  SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU);
  ssl_.reset(SSL_new(ctx));
  BIO* const bio = transport::newDatagramBio(*this);
  require(ssl_ != nullptr && bio != nullptr);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_mtu(ssl_.get(), options.mtu);
  DTLS_set_timer_cb(ssl_.get(), shortTimer);
  if (options.dtlsServer)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
  run(now);
}

PeerDtls::~PeerDtls() = default;

void PeerDtls::receive(util::Bytes datagram, util::TimePoint now) {
  input_ = datagram;
  run(now);
  input_ = {};
}

void PeerDtls::run(util::TimePoint now) {
  ERR_clear_error();
  const std::size_t before = outgoing_.size();
  if (state_ == State::handshaking) {
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
      const bool right = sha256Fingerprint(SSL_get0_peer_certificate(ssl_.get())) == remoteFingerprint_;
      state_ = right ? State::connected : State::failed;
    } else if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
      state_ = State::failed;
    }
  }
  if (state_ == State::connected) {
    std::array<char, 2048> data{};
    int size = 0;
    do size = SSL_read(ssl_.get(), data.data(), static_cast<int>(data.size()));
    while (size > 0);
    if (SSL_get_error(ssl_.get(), size) != SSL_ERROR_WANT_READ) state_ = State::closed;
  }
  if (outgoing_.size() != before) {
    interval_ = kFirstInterval;
    resendAt_ = now + interval_;
  }
  ERR_clear_error();
}

void PeerDtls::tick(util::TimePoint now) {
  if (state_ != State::handshaking || now < resendAt_) return;
  timeval left{};
  int result = 0;
  while (result == 0 && DTLSv1_get_timeout(ssl_.get(), &left) == 1) {
    result = static_cast<int>(DTLSv1_handle_timeout(ssl_.get()));
  }
  if (result < 0) state_ = State::failed;
  interval_ = std::min(interval_ * 2, kLastInterval);
  resendAt_ = now + interval_;
  ERR_clear_error();
}

util::TimePoint PeerDtls::deadline() const { return state_ == State::handshaking ? resendAt_ : util::TimePoint::max(); }

std::string PeerDtls::srtpProfile() const {
  const SRTP_PROTECTION_PROFILE* const profile = SSL_get_selected_srtp_profile(ssl_.get());
  return profile == nullptr ? std::string() : std::string(profile->name);
}

std::vector<std::uint8_t> PeerDtls::keyMaterial(std::size_t size) const {
  std::vector<std::uint8_t> out(size);
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  require(SSL_export_keying_material(ssl_.get(), out.data(), size, kLabel.data(), kLabel.size(), nullptr, 0, 0) == 1);
  return out;
}

void PeerDtls::close() {
  if (state_ != State::connected) return;
  SSL_shutdown(ssl_.get());
  state_ = State::closed;
}

util::Bytes PeerDtls::takeDatagram() { return std::exchange(input_, {}); }

void PeerDtls::putDatagram(util::Bytes datagram) { outgoing_.emplace_back(datagram.begin(), datagram.end()); }

}  // namespace akbuzat::test
