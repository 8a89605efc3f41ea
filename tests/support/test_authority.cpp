#include "support/test_authority.hpp"

#include <atomic>
#include <cstdio>
#include <stdexcept>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace akbuzat::test {
namespace {

void nameIt(X509_NAME* name, const char* common) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common), -1, -1, 0);
}

void addExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("cannot make the extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// Unsigned. Authorities of one name are told apart by their keys, certificates of one authority by their numbers.
X509* draft(EVP_PKEY* key, long from, long to) {
  static std::atomic<long> serial{1};
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), to);
  X509_set_pubkey(certificate, key);
  return certificate;
}

template <typename Write>
void writeFile(const std::filesystem::path& path, Write write) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) throw std::runtime_error("cannot write " + path.string());
  write(file);
  std::fclose(file);
}

}  // namespace

TestAuthority::TestAuthority()
    : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(draft(key_.get(), -7200, 7200), X509_free) {
  X509* const own = certificate_.get();
  nameIt(X509_get_subject_name(own), "Authority of a test");
  X509_set_issuer_name(own, X509_get_subject_name(own));
  addExtension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  addExtension(own, own, NID_key_usage, "critical,keyCertSign");
  addExtension(own, own, NID_subject_key_identifier, "hash");
  X509_sign(own, key_.get(), EVP_sha256());
}

void TestAuthority::issue(const std::filesystem::path& folder, const Subject& subject) const {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate(draft(key.get(), subject.from, subject.to), X509_free);
  nameIt(X509_get_subject_name(certificate.get()), "Server of a test");
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  std::string names;
  for (const std::string& name : subject.names) names += (names.empty() ? "" : ",") + name;
  addExtension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  addExtension(certificate.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  writeFile(folder / "cert.pem", [&](std::FILE* file) { PEM_write_X509(file, certificate.get()); });
  writeFile(folder / "key.pem",
            [&](std::FILE* file) { PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

void TestAuthority::write(const std::filesystem::path& file) const {
  writeFile(file, [this](std::FILE* open) { PEM_write_X509(open, certificate_.get()); });
}

}  // namespace akbuzat::test
