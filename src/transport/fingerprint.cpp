#include "transport/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/evp.h>

namespace akbuzat::transport {
namespace {

/// RFC 8122 section 5, without md5 and md2, which nobody must rely on, and sha-224, which nobody sends. SHA-1 is still
/// good for this: forging it takes a second preimage.
const EVP_MD* digestNamed(std::string_view algorithm) {
  if (algorithm == "sha-256") return EVP_sha256();
  if (algorithm == "sha-384") return EVP_sha384();
  if (algorithm == "sha-512") return EVP_sha512();
  if (algorithm == "sha-1") return EVP_sha1();
  return nullptr;
}

char upper(char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

std::string fingerprintOf(const X509& certificate, const EVP_MD* digest) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  std::string out;
  if (X509_digest(&certificate, digest, bytes.data(), &size) != 1) return out;
  for (unsigned i = 0; i < size; ++i) {
    if (i != 0) out += ':';
    out += kHex[bytes[i] >> 4U];
    out += kHex[bytes[i] & 15U];
  }
  return out;
}

bool matchesAny(const X509& certificate, const Fingerprints& fingerprints) {
  return std::any_of(fingerprints.begin(), fingerprints.end(), [&](const RemoteParameters::Fingerprint& wanted) {
    const EVP_MD* digest = digestNamed(wanted.algorithm);
    if (digest == nullptr) return false;
    const std::string actual = fingerprintOf(certificate, digest);
    return !actual.empty() && std::equal(actual.begin(), actual.end(), wanted.value.begin(), wanted.value.end(),
                                         [](char a, char b) { return a == upper(b); });
  });
}

}  // namespace akbuzat::transport
