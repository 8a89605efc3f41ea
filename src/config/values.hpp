#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/config/config.hpp"

namespace akbuzat::config {

/// Of a secret that the host chooses, in bytes: 96 bits even if it is written in base64.
inline constexpr std::size_t kShortestSecret = 16;
/// More threads than any machine needs for signaling; a bound for a mistyped number.
inline constexpr unsigned kMostShards = 64;

// Text to value and back, one pair a kind of setting. Each parser takes the whole text, which is not empty, and
// answers nullopt for anything but its own form; ranges are the table's.

/// Decimal digits, with a leading '-' for negative numbers.
std::optional<std::int64_t> parseInteger(std::string_view text);

/// Bytes: digits, then optionally k, M or G (powers of 1024; either case).
std::optional<std::uint64_t> parseSize(std::string_view text);
std::string printSize(std::uint64_t bytes);

/// Digits, then optionally "s" or "ms"; seconds if neither.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);
std::string printDuration(std::chrono::milliseconds duration);

/// A decimal number of at least 0, such as 10 or 0.5.
std::optional<double> parseRate(std::string_view text);
std::string printRate(double rate);

/// Exactly "true" or "false".
std::optional<bool> parseBoolean(std::string_view text);

struct Endpoint {
  std::string address;
  std::uint16_t port;
};
/// "127.0.0.1:8787", "[::1]:8787".
std::optional<Endpoint> parseEndpoint(std::string_view text);
std::string printEndpoint(const std::string& address, std::uint16_t port);

/// Addresses and networks with commas between them. Bits behind the prefix are ignored.
std::optional<TrustedProxies> parseNetworks(std::string_view text);
std::string printNetworks(const TrustedProxies& networks);

/// IP addresses with commas between them, each in canonical form and once. No scope, no network, no name.
std::optional<std::vector<std::string>> parseAddresses(std::string_view text);
std::string printAddresses(const std::vector<std::string>& addresses);

/// What stands in a path of the Realtime API for an app: 1 to 64 letters, digits, '-' and '_'.
bool isAppId(std::string_view text);

/// An http or https origin as browsers write it (RFC 6454 section 6.2): lower case, no default port. A single slash
/// behind it is dropped; any other path, a query, a fragment or a user is refused.
std::optional<std::string> parseOrigin(std::string_view text);

/// The address of a service: https://, or http:// if its host is this machine itself (secrets go there), a host as in
/// parseOrigin, and a path and query in printable ASCII. No user, no fragment; slashes at the end are dropped.
std::optional<std::string> parseServiceUrl(std::string_view text);

/// Relays of one's own: URLs of RFC 7065 with commas between them, such as turns:turn.example.org:5349.
std::optional<std::vector<std::string>> parseTurnUrls(std::string_view text);

/// A JSON array of at most 16 RTCIceServer objects (W3C WebRTC section 4.2.2): `urls` is a text or an array of texts
/// that begin with stun:, stuns:, turn: or turns:; username and credential are texts. Answers it without spaces.
std::optional<std::string> parseIceServers(std::string_view text);

/// Pairs for a query, "a=b&c=d": printable ASCII without '#' and '?'.
bool isQuery(std::string_view text);

/// A header's name: a token of RFC 9110 section 5.6.2.
bool isHeaderName(std::string_view text);

/// `text` fit for one line of a message: in double quotes, control characters replaced, cut if long.
std::string quote(std::string_view text);

}  // namespace akbuzat::config
