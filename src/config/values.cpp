#include "config/values.hpp"

#include "akbuzat/util/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include <boost/asio/ip/address.hpp>

namespace akbuzat::config {

namespace ip = boost::asio::ip;

namespace {

template <class Number>
std::optional<Number> wholeNumber(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool isDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint16_t> parsePort(std::string_view text) {
  return isDigits(text) ? wholeNumber<std::uint16_t>(text) : std::nullopt;
}

std::optional<ip::address> parseAddress(std::string_view text) {
  // A scope ("fe80::1%eth0") is one machine's matter and not part of an address that is compared or announced.
  if (text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return address;
}

/// A host of a URL: letters, digits, '-' and '.', no empty label.
bool isHostName(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.find("..") != std::string_view::npos)
    return false;
  return std::ranges::all_of(
      host, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

bool addNetwork(TrustedProxies& networks, std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parseAddress(text.substr(0, slash));
  if (!address) return false;
  unsigned prefix = address->is_v4() ? 32 : 128;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto given = isDigits(digits) ? wholeNumber<unsigned>(digits) : std::nullopt;
    if (!given || *given > prefix) return false;
    prefix = *given;
  }
  if (address->is_v4()) {
    networks.v4.push_back(ip::network_v4(address->to_v4(), static_cast<unsigned short>(prefix)).canonical());
  } else if (address->to_v6().is_v4_mapped() && prefix >= 96) {
    const auto v4 = ip::make_address_v4(ip::v4_mapped, address->to_v6());
    networks.v4.push_back(ip::network_v4(v4, static_cast<unsigned short>(prefix - 96)).canonical());
  } else {
    networks.v6.push_back(ip::network_v6(address->to_v6(), static_cast<unsigned short>(prefix)).canonical());
  }
  return true;
}

}  // namespace

std::optional<std::int64_t> parseInteger(std::string_view text) { return wholeNumber<std::int64_t>(text); }

std::optional<std::uint64_t> parseSize(std::string_view text) {
  unsigned shift = 0;
  switch (text.empty() ? '\0' : util::toLower(text.back())) {
    case 'k': shift = 10; break;
    case 'm': shift = 20; break;
    case 'g': shift = 30; break;
    default: break;
  }
  if (shift != 0) text.remove_suffix(1);
  if (!isDigits(text)) return std::nullopt;
  const auto number = wholeNumber<std::uint64_t>(text);
  if (!number || *number > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
  return *number << shift;
}

std::string printSize(std::uint64_t bytes) {
  constexpr std::array<std::pair<unsigned, const char*>, 3> kUnits{{{30, "G"}, {20, "M"}, {10, "k"}}};
  for (const auto& [shift, unit] : kUnits) {
    if (bytes != 0 && (bytes & ((std::uint64_t{1} << shift) - 1)) == 0) return std::to_string(bytes >> shift) + unit;
  }
  return std::to_string(bytes);
}

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) {
  std::int64_t unit = 1000;
  if (text.ends_with("ms")) {
    unit = 1;
    text.remove_suffix(2);
  } else if (text.ends_with("s")) {
    text.remove_suffix(1);
  }
  if (!isDigits(text)) return std::nullopt;
  const auto number = wholeNumber<std::int64_t>(text);
  if (!number || *number > std::numeric_limits<std::int64_t>::max() / unit) return std::nullopt;
  return std::chrono::milliseconds(*number * unit);
}

std::string printDuration(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + "s" : std::to_string(count) + "ms";
}

std::optional<double> parseRate(std::string_view text) {
  // Only the plain form: from_chars would also take "1e9", "inf" and "nan".
  if (!std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; })) return std::nullopt;
  return wholeNumber<double>(text);
}

std::string printRate(double rate) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), rate);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string{};
}

std::optional<bool> parseBoolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<Endpoint> parseEndpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = parseAddress(host);
  const auto port = parsePort(text.substr(colon + 1));
  if (!address || !port || address->is_v6() != bracketed) return std::nullopt;
  return Endpoint{address->to_string(), *port};
}

std::string printEndpoint(const std::string& address, std::uint16_t port) {
  const bool v6 = address.find(':') != std::string::npos;
  return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

std::optional<TrustedProxies> parseNetworks(std::string_view text) {
  TrustedProxies networks;
  while (true) {
    const auto comma = text.find(',');
    if (!addNetwork(networks, util::trim(text.substr(0, comma)))) return std::nullopt;
    if (comma == std::string_view::npos) return networks;
    text.remove_prefix(comma + 1);
  }
}

std::string printNetworks(const TrustedProxies& networks) {
  std::string text;
  const auto add = [&text](const auto& network) {
    if (!text.empty()) text += ", ";
    text += network.to_string();
  };
  std::ranges::for_each(networks.v4, add);
  std::ranges::for_each(networks.v6, add);
  return text;
}

std::optional<std::vector<std::string>> parseAddresses(std::string_view text) {
  std::vector<std::string> addresses;
  while (true) {
    const auto comma = text.find(',');
    const auto address = parseAddress(util::trim(text.substr(0, comma)));
    if (!address) return std::nullopt;
    auto canonical = address->to_string();
    if (std::ranges::find(addresses, canonical) == addresses.end()) addresses.push_back(std::move(canonical));
    if (comma == std::string_view::npos) return addresses;
    text.remove_prefix(comma + 1);
  }
}

std::string printAddresses(const std::vector<std::string>& addresses) {
  std::string text;
  for (const auto& address : addresses) text += (text.empty() ? "" : ", ") + address;
  return text;
}

bool isAppId(std::string_view text) { return util::isIdentifier(text); }

std::optional<std::string> parseOrigin(std::string_view text) {
  std::string url(text);
  std::ranges::transform(url, url.begin(), util::toLower);
  if (url.ends_with('/') && !url.ends_with("//")) url.pop_back();
  const std::string scheme = url.starts_with("https://") ? "https" : url.starts_with("http://") ? "http" : "";
  if (scheme.empty()) return std::nullopt;
  std::string_view host = std::string_view(url).substr(scheme.size() + 3);
  std::string port;
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
    const auto number = parsePort(host.substr(colon + 1));
    if (!number || *number == 0) return std::nullopt;
    if (*number != (scheme == "https" ? 443 : 80)) port = ":" + std::to_string(*number);
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    const auto address = parseAddress(host.substr(1, host.size() - 2));
    if (!address || !address->is_v6()) return std::nullopt;
    return scheme + "://[" + address->to_string() + "]" + port;
  }
  if (!isHostName(host)) return std::nullopt;
  return scheme + "://" + std::string(host) + port;
}

bool isHeaderName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (util::toLower(c) >= 'a' && util::toLower(c) <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  std::string quoted = "\"";
  for (const char c : text.substr(0, kLongest)) quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  if (text.size() > kLongest) {
    // The cut may have gone through a character: its continuation bytes go, and its first byte with them.
    const auto byte = [&quoted] { return static_cast<unsigned char>(quoted.back()); };
    while ((byte() & 0xc0) == 0x80) quoted.pop_back();
    if (byte() >= 0xc0) quoted.pop_back();
    quoted += "…";
  }
  return quoted + "\"";
}

}  // namespace akbuzat::config
