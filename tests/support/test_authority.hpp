#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace akbuzat::test {

/// A certificate authority of the test's own.
class TestAuthority {
 public:
  TestAuthority();

  struct Subject {
    /// As a subjectAltName has them: "DNS:localhost", "IP:127.0.0.1".
    std::vector<std::string> names;
    /// Validity from now on, in seconds.
    long from = -3600;
    long to = 3600;
  };
  /// Writes cert.pem and key.pem into the folder, for a server that is `subject`.
  void issue(const std::filesystem::path& folder, const Subject& subject) const;

  /// Writes the authority's own certificate, by which clients trust it.
  void write(const std::filesystem::path& file) const;

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

  Key key_;
  Certificate certificate_;
};

}  // namespace akbuzat::test
