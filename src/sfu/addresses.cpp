#include "akbuzat/sfu/addresses.hpp"

#include <boost/asio/ip/address.hpp>

#include "sfu/interface_addresses.hpp"

namespace akbuzat::sfu {

namespace ip = boost::asio::ip;

namespace {

/// The component of an RTP session, the only one where RTCP is multiplexed (RFC 8445 section 4).
constexpr unsigned kComponent = 1;
/// Type preference of a host candidate (RFC 8445 section 5.1.2.2), and for TCP what browsers use themselves, which is
/// below all kinds of UDP but relayed (RFC 6544 section 4.2).
constexpr std::uint32_t kUdpPreference = 126;
constexpr std::uint32_t kTcpPreference = 90;
/// The direction preference of passive host candidates, and where it lies (RFC 6544 section 4.2).
constexpr std::uint32_t kPassivePreference = 4;
constexpr unsigned kDirectionShift = 13;
constexpr std::uint32_t kMaxOtherPreference = (1U << kDirectionShift) - 1;
constexpr std::uint32_t kMaxLocalPreference = 65535;

/// RFC 8445 section 5.1.2.1.
constexpr std::uint32_t priority(std::uint32_t type, std::uint32_t local) {
  return (type << 24U) | (local << 8U) | (256 - kComponent);
}

/// The IP addresses among `texts`, IPv6 first, else in their order: where both ways work, the one without NAT is better
/// (RFC 8421 section 4).
std::vector<ip::address> inOrder(const std::vector<std::string>& texts) {
  std::vector<ip::address> v6;
  std::vector<ip::address> v4;
  for (const std::string& text : texts) {
    boost::system::error_code error;
    const auto address = ip::make_address(text, error);
    if (!error) (address.is_v6() ? v6 : v4).push_back(address);
  }
  v6.insert(v6.end(), v4.begin(), v4.end());
  return v6;
}

}  // namespace

std::vector<std::string> reachableAddresses(const std::vector<std::string>& announced, const std::string& listen) {
  if (!announced.empty()) return announced;
  boost::system::error_code error;
  const auto address = ip::make_address(listen, error);
  if (!error && !address.is_unspecified()) return {address.to_string()};
  return chooseAddresses(interfaceAddresses());
}

std::vector<std::string> candidateLines(const std::vector<std::string>& addresses, std::uint16_t udpPort,
                                        std::uint16_t tcpPort, bool tcpOnV6) {
  const auto ordered = inOrder(addresses);
  std::vector<std::string> lines;
  // Each is a base of its own, so none shares its foundation (RFC 8445 section 5.1.1.3).
  const auto add = [&lines](const char* protocol, std::uint32_t prio, const ip::address& address, std::uint16_t port,
                            const char* extension) {
    lines.push_back("candidate:" + std::to_string(lines.size() + 1) + " " + std::to_string(kComponent) + " " +
                    protocol + " " + std::to_string(prio) + " " + address.to_string() + " " + std::to_string(port) +
                    " typ host" + extension);
  };
  std::uint32_t rank = 0;
  for (const auto& address : ordered) {
    add("udp", priority(kUdpPreference, kMaxLocalPreference - rank), address, udpPort, "");
    ++rank;
  }
  if (tcpPort == 0) return lines;
  rank = 0;
  for (const auto& address : ordered) {
    if (address.is_v6() && !tcpOnV6) continue;
    const std::uint32_t local = (kPassivePreference << kDirectionShift) + kMaxOtherPreference - rank;
    add("tcp", priority(kTcpPreference, local), address, tcpPort, " tcptype passive");
    ++rank;
  }
  return lines;
}

}  // namespace akbuzat::sfu
