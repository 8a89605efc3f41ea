#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include <catch2/catch.hpp>

#include "config/files.hpp"
#include "unit/config/support.hpp"

namespace akbuzat::config {

using akbuzat::test::TemporaryFolder;
using test::write;
using namespace Catch::Matchers;

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key makeKey() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

std::string textOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string keyPem(const Key& key, const char* passphrase = nullptr) {
  BIO* bio = BIO_new(BIO_s_mem());
  const auto* cipher = passphrase == nullptr ? nullptr : EVP_aes_128_cbc();
  REQUIRE(PEM_write_bio_PKCS8PrivateKey(bio, key.get(), cipher, passphrase, passphrase == nullptr ? 0 : 6, nullptr,
                                        nullptr) == 1);
  return textOf(bio);
}

/// A self-signed certificate of `key`.
std::string certificatePem(const Key& key) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  REQUIRE(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  BIO* bio = BIO_new(BIO_s_mem());
  REQUIRE(PEM_write_bio_X509(bio, certificate.get()) == 1);
  return textOf(bio);
}

}  // namespace

TEST_CASE("certificate and key must be readable, PEM, and belong together") {
  const TemporaryFolder folder;
  const auto key = makeKey();
  const auto certificateFile = write(folder, "cert.pem", certificatePem(key));
  const auto keyFile = write(folder, "key.pem", keyPem(key));
  const auto sentence = [](const std::filesystem::path& certificate, const std::filesystem::path& privateKey) {
    const auto error = checkTlsFiles(certificate, privateKey);
    return error ? error->sentence : std::string{};
  };
  CHECK(sentence(certificateFile, keyFile).empty());

  const auto none = folder.path() / "none.pem";
  CHECK(sentence(none, keyFile) ==
        "TLS_CERT_FILE is \"" + none.string() + "\", but must be a readable PEM file: No such file or directory.");
  CHECK_THAT(sentence(certificateFile, none), StartsWith("TLS_KEY_FILE is \"" + none.string()));
  CHECK_THAT(sentence(keyFile, keyFile), StartsWith("TLS_CERT_FILE") && Contains("must hold a certificate"));
  CHECK_THAT(sentence(certificateFile, certificateFile), StartsWith("TLS_KEY_FILE") && Contains("a private key"));
  CHECK_THAT(sentence(certificateFile, write(folder, "other.pem", keyPem(makeKey()))),
             StartsWith("TLS_KEY_FILE") && Contains("this is another"));
  CHECK_THAT(sentence(certificateFile, write(folder, "locked.pem", keyPem(key, "secret"))),
             StartsWith("TLS_KEY_FILE") && Contains("without a passphrase"));
  CHECK(sentence(certificateFile, keyFile).empty());
}

}  // namespace akbuzat::config
