#include "akbuzat/transport/certificate.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "akbuzat/util/random.hpp"
#include "transport/certificate_impl.hpp"
#include "transport/dtls_association.hpp"
#include "transport/fingerprint.hpp"

namespace akbuzat::transport {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot make the media certificate");
}

X509Ptr selfSigned(EVP_PKEY* key) {
  X509Ptr certificate{X509_new()};
  require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  std::array<std::uint8_t, 8> serial{};
  util::randomBytes(serial);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7F) | 0x40);  // positive, and of full length
  std::uint64_t number = 0;
  for (const std::uint8_t byte : serial) number = (number << 8U) | byte;
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), number) == 1);
  // Peers check the fingerprint, not the dates (RFC 8122 section 6); a day back forgives clocks that are wrong, and ten
  // years outlive any process.
  require(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -24L * 3600) != nullptr);
  require(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3650L * 24 * 3600) != nullptr);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  // Says nothing about whose server this is (RFC 8827 section 6.5 wants no identity in it).
  static constexpr std::array<unsigned char, 6> kName{'W', 'e', 'b', 'R', 'T', 'C'};
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kName.data(), kName.size(), -1, 0) == 1);
  require(X509_set_issuer_name(certificate.get(), name) == 1);
  require(X509_set_pubkey(certificate.get(), key) == 1);
  require(X509_sign(certificate.get(), key, EVP_sha256()) != 0);
  return certificate;
}

SslCtxPtr dtlsContext(EVP_PKEY* key, X509* certificate) {
  SslCtxPtr context{SSL_CTX_new(DTLS_method())};
  require(context != nullptr);
  SSL_CTX* const ctx = context.get();
  require(SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1);
  require(SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) == 1);
  // RFC 8827 section 6.5: forward secrecy and AEAD, with the mandatory one first.
  require(SSL_CTX_set_cipher_list(ctx,
                                  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
                                  "ECDHE-ECDSA-AES256-GCM-SHA384") == 1);
  require(SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") == 1);
  require(SSL_CTX_use_certificate(ctx, certificate) == 1 && SSL_CTX_use_PrivateKey(ctx, key) == 1);
  // In order of preference; this one function returns 0 for success.
  require(SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") == 0);
  // The association's MTU is ours to say, a resumed session would not show its certificate, and RFC 5764 has no use
  // for renegotiation.
  SSL_CTX_set_options(
      ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  // After the handshake the association only waits for its end: it needs no buffers.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
  DtlsAssociation::askForCertificate(ctx);
  return context;
}

}  // namespace

Certificate::Certificate() : impl_(std::make_unique<Impl>()) {
  impl_->key.reset(EVP_EC_gen("P-256"));
  require(impl_->key != nullptr);
  impl_->certificate = selfSigned(impl_->key.get());
  impl_->fingerprint = fingerprintOf(*impl_->certificate, EVP_sha256());
  require(!impl_->fingerprint.empty());
  impl_->context = dtlsContext(impl_->key.get(), impl_->certificate.get());
}

Certificate::~Certificate() = default;

const std::string& Certificate::fingerprint() const noexcept { return impl_->fingerprint; }

}  // namespace akbuzat::transport
