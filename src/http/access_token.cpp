#include "http/access_token.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <nlohmann/json.hpp>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/json_depth.hpp"
#include "http/session_cookie.hpp"

namespace akbuzat::http {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Between Cloudflare's clocks and ours.
constexpr seconds kLeeway{30};
/// Access's tokens have one to two kilobytes; groups of a large organisation make more.
constexpr std::size_t kMaxToken = 16 * 1024;
/// Access publishes two or three keys.
constexpr std::size_t kMaxKeys = 32;
constexpr int kMaxDepth = 16;
/// Below, RSA is broken (RFC 7518 section 3.3); above, checking costs too much.
constexpr int kMinRsaBits = 2048;
constexpr int kMaxRsaBits = 8192;
/// Of one coordinate of P-256, and of each half of an ES256 signature (RFC 7518 section 3.4).
constexpr std::size_t kCoordinate = 32;
/// The length of an e-mail address (RFC 5321 section 4.5.3.1.3).
constexpr std::size_t kMaxEmail = 254;

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* object) const { free(object); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, free>>;

/// RFC 7515 section 2: the alphabet for URLs, without padding.
std::optional<std::string> base64UrlDecode(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string standard{text};
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return util::base64Decode(standard);
}

std::string textOf(const json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string{};
}

std::optional<json> parseObject(std::string_view text) {
  if (util::nestsDeeperThan(text, kMaxDepth)) return std::nullopt;
  json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  return parsed;
}

std::optional<json> decodeObject(std::string_view part) {
  const auto text = base64UrlDecode(part);
  return text ? parseObject(*text) : std::nullopt;
}

/// NumericDate (RFC 7519 section 2) in whole seconds, of any time that a clock can show.
std::optional<sys_seconds> timeOf(const json& claims, const char* name) {
  const auto member = claims.find(name);
  if (member == claims.end() || !member->is_number()) return std::nullopt;
  const double value = member->get<double>();
  constexpr double kLatest = 1e11;
  if (!std::isfinite(value) || value < 0 || value > kLatest) return std::nullopt;
  return sys_seconds{seconds{static_cast<std::int64_t>(value)}};
}

std::shared_ptr<EVP_PKEY> makeKey(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return {key, EVP_PKEY_free};
}

using Number = Owned<BIGNUM, BN_free>;

Number numberOf(const std::string& bytes) {
  return Number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr));
}

std::shared_ptr<EVP_PKEY> makeRsaKey(const json& jwk) {
  const auto modulus = base64UrlDecode(textOf(jwk, "n"));
  const auto exponent = base64UrlDecode(textOf(jwk, "e"));
  if (!modulus || !exponent || modulus->empty() || exponent->empty() || exponent->size() > 4) return nullptr;
  const Number n = numberOf(*modulus);
  const Number e = numberOf(*exponent);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder) return nullptr;
  if (BN_num_bits(n.get()) < kMinRsaBits || BN_num_bits(n.get()) > kMaxRsaBits) return nullptr;
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return makeKey("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> makeEcKey(const json& jwk) {
  const auto x = base64UrlDecode(textOf(jwk, "x"));
  const auto y = base64UrlDecode(textOf(jwk, "y"));
  if (textOf(jwk, "crv") != "P-256" || !x || !y || x->size() != kCoordinate || y->size() != kCoordinate) return nullptr;
  // An uncompressed point (SEC 1 section 2.3.3).
  const std::string point = "\x04" + *x + *y;
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder) return nullptr;
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return makeKey("EC", builder.get());
}

/// The form in which OpenSSL wants what a token has as two numbers one after the other.
std::string derSignature(const std::string& signature) {
  Number r = numberOf(signature.substr(0, kCoordinate));
  Number s = numberOf(signature.substr(kCoordinate));
  const Owned<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  // They are the pair's now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_ECDSA_SIG(pair.get(), &out);
  return der;
}

bool isSigned(std::string_view text, const std::string& signature, EVP_PKEY* key) {
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  /// What is signed.
  std::string_view both;
};

std::optional<Parts> split(std::string_view token) {
  if (token.size() > kMaxToken || std::ranges::count(token, '.') != 2) return std::nullopt;
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

/// RFC 7519 section 4.1.3: one audience, or a list.
bool hasAudience(const json& claims, const std::string& audience) {
  const auto member = claims.find("aud");
  if (member == claims.end()) return false;
  if (member->is_array())
    return std::ranges::any_of(*member, [&](const json& each) { return each.is_string() && each == audience; });
  return member->is_string() && *member == audience;
}

std::variant<AccessClaims, TokenFault> judgeClaims(const json& claims, const AccessRules& rules, sys_seconds now) {
  if (textOf(claims, "iss") != rules.issuer) return TokenFault::wrongIssuer;
  if (!hasAudience(claims, rules.audience)) return TokenFault::wrongAudience;
  const auto expires = timeOf(claims, "exp");
  if (!expires) return TokenFault::malformed;
  if (now >= *expires + kLeeway) return TokenFault::expired;
  if (claims.contains("nbf")) {
    const auto begins = timeOf(claims, "nbf");
    if (!begins) return TokenFault::malformed;
    if (now + kLeeway < *begins) return TokenFault::notYetValid;
  }
  auto email = cleanUsername(textOf(claims, "email"), kMaxEmail);
  if (!email) return TokenFault::noName;
  return AccessClaims{std::move(*email), *expires};
}

}  // namespace

std::optional<AccessKeys> AccessKeys::parse(std::string_view text) {
  const auto set = parseObject(text);
  if (!set) return std::nullopt;
  const auto list = set->find("keys");
  if (list == set->end() || !list->is_array()) return std::nullopt;
  AccessKeys keys;
  for (const json& jwk : *list) {
    if (keys.keys_.size() == kMaxKeys) break;
    if (!jwk.is_object()) continue;
    std::string id = textOf(jwk, "kid");
    if (id.empty()) continue;
    const std::string type = textOf(jwk, "kty");
    auto key = type == "RSA" ? makeRsaKey(jwk) : type == "EC" ? makeEcKey(jwk) : nullptr;
    if (key) keys.keys_.emplace(std::move(id), std::move(key));
  }
  if (keys.empty()) return std::nullopt;
  return keys;
}

EVP_PKEY* AccessKeys::find(const std::string& id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : found->second.get();
}

bool AccessKeys::sameIds(const AccessKeys& other) const {
  return std::ranges::equal(
      keys_, other.keys_, {}, [](const auto& item) { return item.first; }, [](const auto& item) { return item.first; });
}

std::variant<AccessClaims, TokenFault> verifyAccessToken(std::string_view token, const AccessKeys& keys,
                                                         const AccessRules& rules, sys_seconds now) {
  const auto parts = split(token);
  if (!parts) return TokenFault::malformed;
  const auto header = decodeObject(parts->header);
  auto signature = base64UrlDecode(parts->signature);
  if (!header || !signature) return TokenFault::malformed;
  const std::string algorithm = textOf(*header, "alg");
  // What must be understood (RFC 7515 section 4.1.11) is nothing that we know.
  if ((algorithm != "RS256" && algorithm != "ES256") || header->contains("crit")) return TokenFault::wrongAlgorithm;
  EVP_PKEY* key = keys.find(textOf(*header, "kid"));
  if (key == nullptr) return TokenFault::unknownKey;
  // The key says how it signs; a token must not say otherwise.
  const bool elliptic = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
  if (elliptic != (algorithm == "ES256")) return TokenFault::wrongAlgorithm;
  if (elliptic) {
    if (signature->size() != 2 * kCoordinate) return TokenFault::badSignature;
    *signature = derSignature(*signature);
  }
  if (!isSigned(parts->both, *signature, key)) return TokenFault::badSignature;
  const auto claims = decodeObject(parts->payload);
  if (!claims) return TokenFault::malformed;
  return judgeClaims(*claims, rules, now);
}

std::optional<sys_seconds> claimedExpiry(std::string_view token) {
  const auto parts = split(token);
  if (!parts) return std::nullopt;
  const auto claims = decodeObject(parts->payload);
  return claims ? timeOf(*claims, "exp") : std::nullopt;
}

}  // namespace akbuzat::http
