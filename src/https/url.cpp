#include "https/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "akbuzat/util/text.hpp"

namespace akbuzat::https {
namespace {

/// RFC 1035 section 2.3.4: 255 octets in the wire format, which is 253 characters of text.
constexpr std::size_t kMaxName = 253;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool isAddress(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(family, text.c_str(), address.data()) == 1;
}

/// Takes `prefix` off, whatever the case.
bool skip(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() ||
      !std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) { return a == util::toLower(b); }))
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool isNameCharacter(char c) { return (c >= 'a' && c <= 'z') || isDigit(c) || c == '-' || c == '.' || c == '_'; }

bool readName(Url& url) {
  const std::string& host = url.host;
  if (host.empty() || host.size() > kMaxName || host.front() == '.' || host.find("..") != std::string::npos ||
      !std::all_of(host.begin(), host.end(), isNameCharacter))
    return false;
  const std::string_view last = std::string_view{host}.substr(host.rfind('.') + 1);
  if (!last.empty() && std::all_of(last.begin(), last.end(), isDigit)) {
    // Resolvers take "127.1" for an address; whoever checks certificates or lists does not.
    url.hostIsAddress = isAddress(AF_INET, host);
    return url.hostIsAddress;
  }
  return true;
}

bool readPort(std::string_view text, std::uint16_t& port) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), isDigit)) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool readAuthority(std::string_view text, Url& url) {
  std::string_view after;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    url.host = text.substr(1, end - 1);
    after = text.substr(end + 1);
    url.hostIsAddress = isAddress(AF_INET6, url.host);
    if (!url.hostIsAddress) return false;
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    url.host = text.substr(0, end);
    after = text.substr(end);
  }
  std::transform(url.host.begin(), url.host.end(), url.host.begin(), util::toLower);
  if (!url.hostIsAddress && !readName(url)) return false;
  return after.empty() || (after.front() == ':' && readPort(after.substr(1), url.port));
}

}  // namespace

std::string Url::hostHeader() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::origin() const {
  return (tls ? "https://" : "http://") + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
         std::to_string(port);
}

std::optional<Url> parseUrl(std::string_view text) {
  Url url;
  if (skip(text, "http://")) {
    url.tls = false;
    url.port = 80;
  } else if (!skip(text, "https://")) {
    return std::nullopt;
  }
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  if (!readAuthority(text.substr(0, end), url)) return std::nullopt;
  url.target = text.substr(end);
  if (!std::all_of(url.target.begin(), url.target.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '#'; }))
    return std::nullopt;
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

}  // namespace akbuzat::https
