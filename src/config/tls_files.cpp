#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

#include "config/files.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

namespace fs = std::filesystem;

namespace {

/// Why the file cannot even be read; OpenSSL's own answers do not tell that from a wrong content.
std::optional<ConfigError> checkReadable(const char* name, const fs::path& path) {
  constexpr std::size_t kLargest = 1024 * 1024;
  const auto text = readSmallFile(path, kLargest);
  const auto* failure = std::get_if<FileError>(&text);
  if (failure == nullptr) return std::nullopt;
  return ConfigError{std::string(name) + " is " + quote(path.string()) +
                     ", but must be a readable PEM file: " + failure->reason + "."};
}

}  // namespace

std::optional<ConfigError> checkTlsFiles(const fs::path& certificate, const fs::path& key) {
  if (auto failure = checkReadable("TLS_CERT_FILE", certificate)) return failure;
  if (auto failure = checkReadable("TLS_KEY_FILE", key)) return failure;

  // Each call of OpenSSL leaves its reasons in a queue of the thread that later calls must not find.
  struct ClearErrors {
    ~ClearErrors() { ERR_clear_error(); }
  } const clearErrors;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  if (context == nullptr) return ConfigError{"TLS_CERT_FILE cannot be used: OpenSSL does not start."};
  // An encrypted key must not stop the start with a question at the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return ConfigError{"TLS_CERT_FILE is " + quote(certificate.string()) +
                       ", but must hold a certificate in PEM form, the server's own first."};
  }
  // Loading a key beside a certificate compares the two and tells a mismatch from an unusable file.
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto code = ERR_peek_last_error();
    const bool mismatch = ERR_GET_LIB(code) == ERR_LIB_X509;
    return ConfigError{"TLS_KEY_FILE is " + quote(key.string()) + ", but must hold " +
                       (mismatch ? "the key of the certificate in TLS_CERT_FILE, and this is another."
                                 : "a private key in PEM form without a passphrase.")};
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return ConfigError{"TLS_KEY_FILE is " + quote(key.string()) +
                       ", but must hold the key of the certificate in TLS_CERT_FILE, and this is another."};
  }
  return std::nullopt;
}

}  // namespace akbuzat::config
