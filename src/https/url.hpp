#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akbuzat::https {

struct Url {
  bool tls = true;
  /// A name in lower case, or an address; IPv6 without brackets.
  std::string host;
  bool hostIsAddress = false;
  std::uint16_t port = 443;
  /// Path and query, beginning with a slash: the request target (RFC 9112 section 3.2.1).
  std::string target;

  /// The value of the Host header (RFC 9110 section 7.2).
  [[nodiscard]] std::string hostHeader() const;
  /// Scheme, host and port: what connections are kept by, and what may be logged.
  [[nodiscard]] std::string origin() const;
};

/// Reads an absolute http or https URL (RFC 3986). Nothing if it is none, or has a user, a fragment, or characters that
/// must be percent-encoded. A name that ends in a number must be a whole IPv4 address.
std::optional<Url> parseUrl(std::string_view text);

}  // namespace akbuzat::https
