#include "akbuzat/util/hmac.hpp"

#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace akbuzat::util {
namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> digest(const EVP_MD* algorithm, std::string_view message) {
  std::array<std::uint8_t, Size> out{};
  unsigned size = Size;
  if (EVP_Digest(message.data(), message.size(), out.data(), &size, algorithm, nullptr) != 1) {
    throw std::runtime_error("OpenSSL cannot compute a digest");
  }
  return out;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> hmac(const EVP_MD* algorithm, std::string_view key, std::string_view message) {
  std::array<std::uint8_t, Size> out{};
  unsigned size = Size;
  if (HMAC(algorithm, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
           message.size(), out.data(), &size) == nullptr) {
    throw std::runtime_error("OpenSSL cannot compute an HMAC");
  }
  return out;
}

}  // namespace

std::array<std::uint8_t, 32> hmacSha256(std::string_view key, std::string_view message) {
  return hmac<32>(EVP_sha256(), key, message);
}

std::array<std::uint8_t, 20> hmacSha1(std::string_view key, std::string_view message) {
  return hmac<20>(EVP_sha1(), key, message);
}

std::array<std::uint8_t, 20> sha1(std::string_view message) { return digest<20>(EVP_sha1(), message); }

std::array<std::uint8_t, 32> sha256(std::string_view message) { return digest<32>(EVP_sha256(), message); }

bool equalInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace akbuzat::util
