#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/https/client.hpp"

namespace akbuzat::realtime {

/// An RTCIceServer (W3C WebRTC section 4.2.2): addresses that share one credential.
struct IceServer {
  std::vector<std::string> urls;
  /// Both are empty where there is no credential, as for STUN.
  std::string username;
  std::string credential;

  bool operator==(const IceServer&) const = default;
};

/// Reads an array of RTCIceServer objects; also one object in its place, and either as the member "iceServers" of an
/// object: the forms in which TURN services have answered (protocol D.5). nullopt unless it is that and of a reasonable
/// size. The addresses themselves are not looked at: `arrange` does.
[[nodiscard]] std::optional<std::vector<IceServer>> parseIceServers(std::string_view json);

/// What a browser takes without complaint, best first: TURN over TLS on port 5349, the same on 443, other TURN, STUN.
/// Left out are addresses that are none (RFC 7064, RFC 7065), a single one of which keeps a browser from making any
/// connection; TURN without a credential, which does the same; port 53, which browsers block; and what was there
/// before. Servers come back as often as their addresses rank differently. The order is otherwise kept.
[[nodiscard]] std::vector<IceServer> arrange(const std::vector<IceServer>& servers);

/// Those of arranged servers that are relays.
[[nodiscard]] std::vector<IceServer> relaysOf(std::vector<IceServer> arranged);

/// {"iceServers":[…]}, and "ttl" in seconds if it is given.
[[nodiscard]] std::string writeIceServers(const std::vector<IceServer>& servers,
                                          std::optional<std::chrono::seconds> ttl = std::nullopt);

/// Reads what a program asks a TURN service, {"ttl": seconds}. nullopt unless it is that, with at least one second.
[[nodiscard]] std::optional<std::chrono::seconds> parseIceServersRequest(std::string_view body);

/// A relay with time-limited names (coturn's use-auth-secret): the name is "{end of its life, in Unix seconds}:{word}",
/// the credential base64(HMAC-SHA-1(secret, name)), after draft-uberti-behave-turn-rest-00 section 2.2. The word is the
/// same for the same owner, and says nothing about who that is. Nothing unless the relay is configured.
[[nodiscard]] std::vector<IceServer> sharedSecretServers(const config::IceSettings& settings, std::string_view owner,
                                                         std::chrono::sys_seconds expires);

/// Whether `settings` name a TURN service that gives credentials out over HTTPS: Cloudflare's, or one like it.
[[nodiscard]] bool hasTurnService(const config::IceSettings& settings);

/// The longest life that Cloudflare gives a credential (protocol D.5).
inline constexpr std::chrono::seconds kLongestTurnServiceLife{48 * 3600};

/// Asks the TURN service for credentials that live for `ttl`, at most kLongestTurnServiceLife. Holds the token.
[[nodiscard]] https::Request turnServiceRequest(const config::IceSettings& settings, std::chrono::seconds ttl);

/// Arranged servers with at least one relay, or in a few words why there are none: without secrets, for logs.
[[nodiscard]] std::variant<std::vector<IceServer>, std::string> readTurnServiceAnswer(const https::Outcome& outcome);

}  // namespace akbuzat::realtime
