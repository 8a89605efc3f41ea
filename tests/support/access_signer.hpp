#pragma once

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <nlohmann/json.hpp>

#include "akbuzat/util/base64.hpp"

namespace akbuzat::test {

/// Signs tokens as Cloudflare Access does, with a key of its own.
class AccessSigner {
 public:
  enum class Kind { rsa, elliptic };

  AccessSigner(Kind kind, std::string id)
      : kind_(kind),
        id_(std::move(id)),
        key_(kind == Kind::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), EVP_PKEY_free) {}

  /// As the team's key set has it.
  [[nodiscard]] nlohmann::json jwk() const {
    if (kind_ == Kind::rsa)
      return {{"kid", id_},
              {"kty", "RSA"},
              {"alg", "RS256"},
              {"use", "sig"},
              {"n", number(OSSL_PKEY_PARAM_RSA_N)},
              {"e", number(OSSL_PKEY_PARAM_RSA_E)}};
    return {{"kid", id_},
            {"kty", "EC"},
            {"crv", "P-256"},
            {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, 32)},
            {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, 32)}};
  }
  [[nodiscard]] std::string publicPem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PUBKEY(out.get(), key_.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  [[nodiscard]] std::string sign(const nlohmann::json& claims) const {
    return sign(claims, {{"alg", kind_ == Kind::rsa ? "RS256" : "ES256"}, {"kid", id_}, {"typ", "JWT"}});
  }
  /// With whatever the header says.
  [[nodiscard]] std::string sign(const nlohmann::json& claims, const nlohmann::json& header) const {
    const std::string text = unsignedToken(header, claims);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(1024, '\0');
    std::size_t size = signature.size();
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
      throw std::runtime_error("cannot sign");
    signature.resize(size);
    if (kind_ == Kind::elliptic) signature = plain(signature);
    return text + "." + base64Url(signature);
  }

  /// Header and claims with a dot between them.
  static std::string unsignedToken(const nlohmann::json& header, const nlohmann::json& claims) {
    return base64Url(header.dump()) + "." + base64Url(claims.dump());
  }
  static std::string base64Url(const std::string& bytes) {
    std::string text = util::base64Encode(bytes);
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
  }

 private:
  [[nodiscard]] std::string number(const char* name, int size = 0) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    std::string bytes = bytesOf(value, size);
    BN_free(value);
    return base64Url(bytes);
  }
  static std::string bytesOf(const BIGNUM* value, int size) {
    if (size == 0) size = BN_num_bytes(value);
    std::string bytes(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), size);
    return bytes;
  }
  /// Both numbers of an ECDSA signature, one after the other.
  static std::string plain(const std::string& der) {
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())), ECDSA_SIG_free);
    return bytesOf(ECDSA_SIG_get0_r(pair.get()), 32) + bytesOf(ECDSA_SIG_get0_s(pair.get()), 32);
  }

  const Kind kind_;
  const std::string id_;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace akbuzat::test
