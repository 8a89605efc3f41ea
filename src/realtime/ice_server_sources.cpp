// Where credentials for relays come from: a secret shared with the relay, or a TURN service.

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "akbuzat/realtime/ice_server.hpp"
#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"

namespace akbuzat::realtime {
namespace {

/// Keyed, so that whoever reads the relay's log cannot try names until one fits.
std::string wordFor(std::string_view owner, std::string_view secret) {
  constexpr std::size_t kBytes = 12;
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto hash = util::hmacSha256(secret, owner);
  std::string word;
  for (std::size_t i = 0; i < kBytes; ++i) {
    word += kDigits[hash[i] >> 4U];
    word += kDigits[hash[i] & 0x0FU];
  }
  return word;
}

}  // namespace

std::vector<IceServer> sharedSecretServers(const config::IceSettings& settings, std::string_view owner,
                                           std::chrono::sys_seconds expires) {
  if (settings.turnUrls.empty() || settings.turnSharedSecret.empty()) return {};
  std::string name =
      std::to_string(expires.time_since_epoch().count()) + ":" + wordFor(owner, settings.turnSharedSecret);
  std::string credential = util::base64Encode(util::hmacSha1(settings.turnSharedSecret, name));
  return {{settings.turnUrls, std::move(name), std::move(credential)}};
}

bool hasTurnService(const config::IceSettings& settings) {
  return !settings.turnKeyId.empty() && !settings.turnKeyToken.empty();
}

https::Request turnServiceRequest(const config::IceSettings& settings, std::chrono::seconds ttl) {
  https::Request request;
  request.method = "POST";
  request.url = settings.turnApiUrl + "/turn/keys/" + settings.turnKeyId + "/credentials/generate-ice-servers";
  request.headers = {{"Authorization", "Bearer " + settings.turnKeyToken}, {"Content-Type", "application/json"}};
  request.body = nlohmann::json{{"ttl", std::min(ttl, kLongestTurnServiceLife).count()}}.dump();
  // A credential more, which nobody uses.
  request.repeatable = true;
  return request;
}

std::variant<std::vector<IceServer>, std::string> readTurnServiceAnswer(const https::Outcome& outcome) {
  if (const auto* failure = std::get_if<https::Failure>(&outcome)) return std::string{https::describe(*failure)};
  const auto& response = std::get<https::Response>(outcome);
  if (response.status < 200 || response.status > 299) return "status " + std::to_string(response.status);
  const auto servers = parseIceServers(response.body);
  if (!servers) return std::string{"an answer that is no list of ICE servers"};
  auto arranged = arrange(*servers);
  if (arranged.empty() || arranged.front().credential.empty()) return std::string{"an answer without a relay"};
  return arranged;
}

}  // namespace akbuzat::realtime
