#include "https/tls.hpp"

#include <stdexcept>
#include <string>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace akbuzat::https {

std::shared_ptr<boost::asio::ssl::context> makeTlsContext(const std::filesystem::path& extraAuthorities) {
  auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  SSL_CTX* const raw = context->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(raw);
  if (!extraAuthorities.empty() && SSL_CTX_load_verify_file(raw, extraAuthorities.c_str()) != 1) {
    ERR_clear_error();
    throw std::runtime_error("The authorities in " + extraAuthorities.string() + " cannot be used");
  }
  // A system without authorities is no error until a certificate must be verified.
  ERR_clear_error();
  return context;
}

bool expectHost(SSL* ssl, const Url& origin) {
  // RFC 9525 section 2: names are in the subjectAltName; the subject's common name counts no more.
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  // RFC 6066 section 3: no addresses in SNI.
  if (origin.hostIsAddress) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), origin.host.c_str()) == 1;
  return SSL_set1_host(ssl, origin.host.c_str()) == 1 &&
         SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(origin.host.c_str())) == 1;
}

}  // namespace akbuzat::https
