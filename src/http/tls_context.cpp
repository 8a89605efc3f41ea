#include "http/tls_context.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace akbuzat::http {
namespace {

std::string opensslReason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "unknown reason" : reason;
}

[[noreturn]] void refuse(const char* setting, const std::filesystem::path& file) {
  throw std::runtime_error(std::string{setting} + " " + file.string() + " cannot be used: " + opensslReason());
}

/// Never asks on the terminal: a key with a password is refused.
int noPassword(char*, int, int, void*) { return 0; }

/// Takes http/1.1 where the client offers a list (RFC 7301); a list without it gets no answer, as from a server that
/// does not know ALPN.
int chooseProtocol(SSL*, const unsigned char** out, unsigned char* outSize, const unsigned char* offered,
                   unsigned offeredSize, void*) {
  constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned i = 0; i < offeredSize; i += 1U + offered[i]) {
    const unsigned size = offered[i];
    if (i + 1 + size > offeredSize) break;
    if (std::string_view{reinterpret_cast<const char*>(offered + i + 1), size} == kHttp11) {
      *out = offered + i + 1;
      *outSize = offered[i];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_NOACK;
}

// A BIO that writes with MSG_NOSIGNAL: OpenSSL's own raises SIGPIPE when a peer has gone.

int socketOf(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

bool isRetryable(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int readSocket(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::recv(socketOf(bio), data, static_cast<std::size_t>(size), 0);
  if (count < 0 && isRetryable(errno)) BIO_set_retry_read(bio);
  return static_cast<int>(count);
}

int writeSocket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = ::send(socketOf(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (count < 0 && isRetryable(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

long controlSocket(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* socketMethod() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
    if (made == nullptr) throw std::bad_alloc();
    BIO_meth_set_read(made, readSocket);
    BIO_meth_set_write(made, writeSocket);
    BIO_meth_set_ctrl(made, controlSocket);
    return made;
  }();
  return method;
}

}  // namespace

TlsContextPtr loadTlsContext(const std::filesystem::path& certFile, const std::filesystem::path& keyFile) {
  TlsContextPtr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) throw std::runtime_error("OpenSSL cannot make a TLS context: " + opensslReason());
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION);
  // Idle connections hold no buffers; a write may take a part, and be repeated from another place.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Resumption by tickets alone: a cache would grow with the number of clients.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(raw, noPassword);
  SSL_CTX_set_alpn_select_cb(raw, chooseProtocol, nullptr);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(raw, certFile.c_str()) != 1) refuse("TLS_CERT_FILE", certFile);
  if (SSL_CTX_use_PrivateKey_file(raw, keyFile.c_str(), SSL_FILETYPE_PEM) != 1) refuse("TLS_KEY_FILE", keyFile);
  if (SSL_CTX_check_private_key(raw) != 1) refuse("TLS_KEY_FILE", keyFile);
  return context;
}

SslPtr makeServerSsl(SSL_CTX* context, int fd) {
  SslPtr ssl(SSL_new(context));
  BIO* const bio = ssl ? BIO_new(socketMethod()) : nullptr;
  if (bio == nullptr) {
    ERR_clear_error();
    return nullptr;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl.get(), bio, bio);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

}  // namespace akbuzat::http
