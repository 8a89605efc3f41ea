// The values of settings about services of others.

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/json_depth.hpp"
#include "akbuzat/util/text.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

namespace {

bool isPrintable(std::string_view text, std::string_view without) {
  return std::ranges::all_of(text,
                             [&](char c) { return c > ' ' && c < 0x7f && without.find(c) == std::string_view::npos; });
}

/// The host of an origin that parseOrigin has made.
bool isThisMachine(std::string_view origin) {
  std::string_view host = origin.substr(origin.find("://") + 3);
  host = host.starts_with('[') ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  return host == "localhost" || (!error && address.is_loopback());
}

bool startsWithAny(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::ranges::any_of(
      prefixes, [&](std::string_view prefix) { return text.size() > prefix.size() && text.starts_with(prefix); });
}

bool isIceUrl(const nlohmann::json& url) {
  if (!url.is_string()) return false;
  const auto& text = url.get_ref<const std::string&>();
  return isPrintable(text, "\"<>") && startsWithAny(text, {"stun:", "stuns:", "turn:", "turns:"});
}

bool isIceServer(const nlohmann::json& server) {
  if (!server.is_object() || !server.contains("urls")) return false;
  const auto& urls = server.at("urls");
  if (urls.is_array() ? urls.empty() || !std::ranges::all_of(urls, isIceUrl) : !isIceUrl(urls)) return false;
  return std::ranges::all_of(server.items(), [](const auto& item) {
    return item.key() == "urls" ||
           ((item.key() == "username" || item.key() == "credential") && item.value().is_string());
  });
}

}  // namespace

std::optional<std::string> parseServiceUrl(std::string_view text) {
  const auto hostStart = text.find("://");
  if (hostStart == std::string_view::npos) return std::nullopt;
  const auto pathStart = std::min(text.find_first_of("/?#", hostStart + 3), text.size());
  const auto origin = parseOrigin(text.substr(0, pathStart));
  if (!origin || (!origin->starts_with("https://") && !isThisMachine(*origin))) return std::nullopt;
  std::string_view path = text.substr(pathStart);
  if (!isPrintable(path, "#\"<>\\")) return std::nullopt;
  while (path.ends_with('/')) path.remove_suffix(1);
  return *origin + std::string(path);
}

std::optional<std::vector<std::string>> parseTurnUrls(std::string_view text) {
  std::vector<std::string> urls;
  while (true) {
    const auto comma = text.find(',');
    const std::string_view url = util::trim(text.substr(0, comma));
    if (!isPrintable(url, "\"<>") || !startsWithAny(url, {"turn:", "turns:"})) return std::nullopt;
    urls.emplace_back(url);
    if (comma == std::string_view::npos) return urls;
    text.remove_prefix(comma + 1);
  }
}

std::optional<std::string> parseIceServers(std::string_view text) {
  constexpr std::size_t kMostServers = 16;
  constexpr int kDepth = 4;
  if (util::nestsDeeperThan(text, kDepth)) return std::nullopt;
  const auto servers = nlohmann::json::parse(text, nullptr, false);
  if (!servers.is_array() || servers.size() > kMostServers || !std::ranges::all_of(servers, isIceServer))
    return std::nullopt;
  return servers.dump();
}

bool isQuery(std::string_view text) { return isPrintable(text, "#?\"<>\\"); }

std::string CallsSettings::baseUrl() const {
  return apiUrl.find("/apps/") == std::string::npos ? apiUrl + "/apps/" + appId : apiUrl;
}

}  // namespace akbuzat::config
