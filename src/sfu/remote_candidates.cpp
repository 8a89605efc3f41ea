#include "sfu/remote_candidates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "sfu/socket_address.hpp"

namespace akbuzat::sfu {
namespace {

namespace ip = boost::asio::ip;

enum class Scope { nowhere, loopback, linkLocal, other };

Scope scopeOf(const transport::Endpoint& endpoint) {
  const auto& bytes = endpoint.address;
  if (endpoint.isV4()) {
    const std::uint8_t first = bytes[12];
    if (first == 127) return Scope::loopback;                           // RFC 1122 section 3.2.1.3
    if (first == 169 && bytes[13] == 254) return Scope::linkLocal;      // RFC 3927
    return first == 0 || first >= 224 ? Scope::nowhere : Scope::other;  // RFC 1122, 5771, 1112 section 4, 919
  }
  const ip::address_v6 address{bytes};
  if (address.is_loopback()) return Scope::loopback;
  if (address.is_link_local()) return Scope::linkLocal;
  return address.is_unspecified() || address.is_multicast() ? Scope::nowhere : Scope::other;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Candidate {
  std::uint32_t priority = 0;
  transport::Endpoint endpoint;
};

/// "candidate:FOUNDATION COMPONENT PROTOCOL PRIORITY ADDRESS PORT typ TYPE …"
std::optional<Candidate> parse(std::string_view line) {
  enum Field { foundation, component, protocol, priority, address, port, count };
  std::array<std::string_view, count> fields;
  for (std::string_view& field : fields) {
    const std::size_t end = line.find(' ');
    if (end == std::string_view::npos) return std::nullopt;
    field = line.substr(0, end);
    line.remove_prefix(end + 1);
  }
  const auto isUdp = [](std::string_view text) {
    return text.size() == 3 && (text[0] | 0x20) == 'u' && (text[1] | 0x20) == 'd' && (text[2] | 0x20) == 'p';
  };
  const auto rank = number<std::uint32_t>(fields[priority]);
  const auto portNumber = number<std::uint16_t>(fields[port]);
  Candidate candidate;
  if (fields[component] != "1" || !isUdp(fields[protocol]) || !rank || !portNumber || *portNumber == 0 ||
      !parseAddress(std::string{fields[address]}, candidate.endpoint)) {
    return std::nullopt;
  }
  candidate.priority = *rank;
  candidate.endpoint.port = *portNumber;
  return candidate;
}

}  // namespace

std::vector<transport::Endpoint> reachableCandidates(const std::vector<std::string>& lines,
                                                     const std::vector<std::string>& own) {
  const auto weAreIn = [&own](Scope scope) {
    return std::ranges::any_of(own, [scope](const std::string& text) {
      transport::Endpoint endpoint;
      return parseAddress(text, endpoint) && scopeOf(endpoint) == scope;
    });
  };
  std::vector<Candidate> candidates;
  for (const std::string& line : lines) {
    const auto candidate = parse(line);
    if (!candidate) continue;
    const Scope scope = scopeOf(candidate->endpoint);
    if (scope == Scope::other || (scope != Scope::nowhere && weAreIn(scope))) candidates.push_back(*candidate);
  }
  std::ranges::stable_sort(candidates, std::greater{}, &Candidate::priority);
  std::vector<transport::Endpoint> endpoints;
  for (const Candidate& candidate : candidates) {
    if (std::ranges::find(endpoints, candidate.endpoint) == endpoints.end()) endpoints.push_back(candidate.endpoint);
  }
  return endpoints;
}

}  // namespace akbuzat::sfu
