#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include <openssl/ssl.h>

namespace akbuzat::http {

using TlsContextPtr = std::shared_ptr<SSL_CTX>;

struct SslDeleter {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslDeleter>;

/// A server's context for TLS 1.2 and 1.3 with this certificate chain and key (PEM). Throws std::runtime_error with a
/// sentence that names the setting.
TlsContextPtr loadTlsContext(const std::filesystem::path& certFile, const std::filesystem::path& keyFile);

/// A server's side of a connection on the non-blocking socket `fd`, which it does not own. Null if memory is out.
SslPtr makeServerSsl(SSL_CTX* context, int fd);

/// The context in use: connections keep the one that they began with. Any thread.
class CurrentTlsContext {
 public:
  /// Null: no TLS.
  [[nodiscard]] TlsContextPtr get() const {
    const std::lock_guard lock(mutex_);
    return context_;
  }
  void set(TlsContextPtr context) {
    const std::lock_guard lock(mutex_);
    context_ = std::move(context);
  }

 private:
  mutable std::mutex mutex_;
  TlsContextPtr context_;
};

}  // namespace akbuzat::http
