#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <openssl/evp.h>

namespace akbuzat::http {

/// The public keys with which Cloudflare Access signs, by their ids. Immutable; any thread.
class AccessKeys {
 public:
  AccessKeys() = default;
  /// Reads a JSON Web Key Set (RFC 7517 section 5); what it has beside RSA and P-256 keys is passed over. nullopt
  /// unless there is a usable key.
  static std::optional<AccessKeys> parse(std::string_view json);

  /// nullptr if there is none.
  [[nodiscard]] EVP_PKEY* find(const std::string& id) const;
  [[nodiscard]] bool empty() const { return keys_.empty(); }
  /// True if both have keys of the same ids.
  [[nodiscard]] bool sameIds(const AccessKeys& other) const;

 private:
  std::map<std::string, std::shared_ptr<EVP_PKEY>> keys_;
};

struct AccessRules {
  /// The team's origin.
  std::string issuer;
  /// The application's tag.
  std::string audience;
};

struct AccessClaims {
  /// As cleanUsername leaves it.
  std::string email;
  std::chrono::sys_seconds expires;
};

/// Why a token says nothing.
enum class TokenFault {
  malformed,
  /// Signed in no way that Access uses; "none" and HMACs are among these.
  wrongAlgorithm,
  unknownKey,
  badSignature,
  wrongIssuer,
  wrongAudience,
  notYetValid,
  expired,
  /// Of a program, which has no e-mail address.
  noName,
};

/// Reads a JSON Web Token (RFC 7519) that is signed with RS256 or ES256 (RFC 7518 sections 3.3 and 3.4), and believes
/// nothing of it before the signature. Clocks may differ by half a minute.
std::variant<AccessClaims, TokenFault> verifyAccessToken(std::string_view token, const AccessKeys& keys,
                                                         const AccessRules& rules, std::chrono::sys_seconds now);

/// When the token says that it expires, whoever wrote it. nullopt if it does not say so.
std::optional<std::chrono::sys_seconds> claimedExpiry(std::string_view token);

}  // namespace akbuzat::http
