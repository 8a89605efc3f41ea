#include "akbuzat/realtime/ice_server.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "akbuzat/util/json_depth.hpp"

namespace akbuzat::realtime {
namespace {

using Json = nlohmann::json;

// What a TURN service answers is a tenth of these.
constexpr std::size_t kMaxJsonBytes = 64 * 1024;
constexpr std::size_t kMaxServers = 16;
constexpr std::size_t kMaxUrls = 16;
constexpr std::size_t kMaxUrlBytes = 512;
/// STUN's USERNAME has 508 bytes at most (RFC 8489 section 14.3).
constexpr std::size_t kMaxCredentialBytes = 512;
/// {"iceServers":[{"urls":[…]}]}
constexpr int kJsonDepth = 4;

/// nullopt if the member is there and is no string of at most `maxBytes`; empty if it is absent.
std::optional<std::string> text(const Json& object, const char* name, std::size_t maxBytes) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return std::string{};
  if (!member->is_string() || member->get_ref<const std::string&>().size() > maxBytes) return std::nullopt;
  return member->get<std::string>();
}

std::optional<std::vector<std::string>> urlsOf(const Json& server) {
  const auto member = server.find("urls");
  if (member == server.end()) return std::nullopt;
  const bool isList = member->is_array();
  if (isList && member->size() > kMaxUrls) return std::nullopt;
  std::vector<std::string> urls;
  const auto add = [&urls](const Json& url) {
    if (!url.is_string() || url.get_ref<const std::string&>().size() > kMaxUrlBytes) return false;
    urls.push_back(url.get<std::string>());
    return true;
  };
  const bool whole = isList ? std::ranges::all_of(*member, add) : add(*member);
  if (!whole) return std::nullopt;
  return urls;
}

std::optional<IceServer> parseServer(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  auto urls = urlsOf(json);
  auto username = text(json, "username", kMaxCredentialBytes);
  auto credential = text(json, "credential", kMaxCredentialBytes);
  if (!urls || !username || !credential) return std::nullopt;
  return IceServer{std::move(*urls), std::move(*username), std::move(*credential)};
}

/// In the order in which servers are given to browsers.
enum class Rank { tlsOnItsPort, tlsOnHttpsPort, relay, stun };

constexpr std::uint16_t kStunPort = 3478;  // RFC 8489 section 18.6
constexpr std::uint16_t kTlsPort = 5349;   // the same
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kDnsPort = 53;

bool isHost(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return std::ranges::all_of(host.substr(1, host.size() - 2), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
    });
  }
  return !host.empty() && std::ranges::all_of(host, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_';
  });
}

/// The port of "host" or "host:port"; nullopt if it is neither.
std::optional<std::uint16_t> portOf(std::string_view authority, std::uint16_t byDefault) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (!isHost(authority.substr(0, colon))) return std::nullopt;
  if (colon == std::string_view::npos) return byDefault;
  const std::string_view digits = authority.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (fault != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

/// nullopt for what is no address of STUN (RFC 7064 section 3.1) or TURN (RFC 7065 section 3.1), or is blocked.
std::optional<Rank> rankOf(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = url.substr(0, colon);
  const bool relay = scheme == "turn" || scheme == "turns";
  const bool secure = scheme == "turns" || scheme == "stuns";
  if (!relay && scheme != "stun" && scheme != "stuns") return std::nullopt;
  std::string_view authority = url.substr(colon + 1);
  if (const auto question = authority.find('?'); question != std::string_view::npos) {
    const std::string_view query = authority.substr(question + 1);
    if (!relay || (query != "transport=udp" && query != "transport=tcp")) return std::nullopt;
    authority = authority.substr(0, question);
  }
  const auto port = portOf(authority, secure ? kTlsPort : kStunPort);
  if (!port || *port == kDnsPort) return std::nullopt;
  if (!relay) return Rank::stun;
  if (secure && *port == kTlsPort) return Rank::tlsOnItsPort;
  return secure && *port == kHttpsPort ? Rank::tlsOnHttpsPort : Rank::relay;
}

/// One address with what belongs to it.
struct Address {
  Rank rank = Rank::stun;
  std::string_view url;
  std::string_view username;
  std::string_view credential;

  [[nodiscard]] bool sharesCredential(const IceServer& server) const {
    return username == server.username && credential == server.credential;
  }
};

}  // namespace

std::optional<std::vector<IceServer>> parseIceServers(std::string_view json) {
  if (json.size() > kMaxJsonBytes || util::nestsDeeperThan(json, kJsonDepth)) return std::nullopt;
  const Json document = Json::parse(json, nullptr, false);
  const auto wrapped = document.is_object() ? document.find("iceServers") : document.end();
  const Json& list = document.is_object() && wrapped != document.end() ? *wrapped : document;
  std::vector<IceServer> servers;
  if (list.is_object()) {
    auto server = parseServer(list);
    if (!server) return std::nullopt;
    servers.push_back(std::move(*server));
    return servers;
  }
  if (!list.is_array() || list.size() > kMaxServers) return std::nullopt;
  for (const Json& entry : list) {
    auto server = parseServer(entry);
    if (!server) return std::nullopt;
    servers.push_back(std::move(*server));
  }
  return servers;
}

std::vector<IceServer> arrange(const std::vector<IceServer>& servers) {
  std::vector<Address> addresses;
  for (const IceServer& server : servers) {
    for (const std::string& url : server.urls) {
      const auto rank = rankOf(url);
      if (!rank) continue;
      if (*rank == Rank::stun)
        addresses.push_back({*rank, url, {}, {}});
      else if (!server.username.empty() && !server.credential.empty())
        addresses.push_back({*rank, url, server.username, server.credential});
    }
  }
  std::ranges::stable_sort(addresses, {}, &Address::rank);
  std::vector<IceServer> arranged;
  const auto isKnown = [&arranged](const Address& address) {
    return std::ranges::any_of(arranged, [&address](const IceServer& server) {
      return address.sharesCredential(server) && std::ranges::find(server.urls, address.url) != server.urls.end();
    });
  };
  for (const Address& address : addresses) {
    if (isKnown(address)) continue;
    if (arranged.empty() || !address.sharesCredential(arranged.back()))
      arranged.push_back({{}, std::string{address.username}, std::string{address.credential}});
    arranged.back().urls.emplace_back(address.url);
  }
  return arranged;
}

std::optional<std::chrono::seconds> parseIceServersRequest(std::string_view body) {
  if (util::nestsDeeperThan(body, kJsonDepth)) return std::nullopt;
  const Json request = Json::parse(body, nullptr, false);
  if (!request.is_object()) return std::nullopt;
  const auto ttl = request.find("ttl");
  if (ttl == request.end() || !ttl->is_number_unsigned() || *ttl == 0U) return std::nullopt;
  // Longer than any credential lives.
  constexpr std::uint64_t kYear = 365ULL * 24 * 3600;
  return std::chrono::seconds{std::min(ttl->get<std::uint64_t>(), kYear)};
}

std::vector<IceServer> relaysOf(std::vector<IceServer> arranged) {
  std::erase_if(arranged, [](const IceServer& server) { return server.credential.empty(); });
  return arranged;
}

std::string writeIceServers(const std::vector<IceServer>& servers, std::optional<std::chrono::seconds> ttl) {
  Json list = Json::array();
  for (const IceServer& server : servers) {
    Json entry{{"urls", server.urls}};
    if (!server.credential.empty()) entry.update({{"username", server.username}, {"credential", server.credential}});
    list.push_back(std::move(entry));
  }
  Json answer{{"iceServers", std::move(list)}};
  if (ttl) answer["ttl"] = ttl->count();
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace akbuzat::realtime
