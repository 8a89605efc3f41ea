#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace akbuzat::sfu {

/// The addresses under which this machine can be reached, as text: `announced` if it is not empty, else `listen` if it
/// is one address, else those of the interfaces that are up (no loopback unless there is nothing else, no IPv6
/// link-local, at most 16; IPv4 first).
[[nodiscard]] std::vector<std::string> reachableAddresses(const std::vector<std::string>& announced,
                                                          const std::string& listen);

/// ICE candidates for SDP (RFC 8839 section 5.1), the text behind "a=": one UDP host candidate for each address on
/// `udpPort`, then one passive TCP candidate (RFC 6544 section 4.5) on `tcpPort`, of lower priority, IPv6 before IPv4
/// in each (RFC 8421). No TCP if `tcpPort` is 0; `tcpOnV6`: whether the TCP port takes IPv6 connections.
[[nodiscard]] std::vector<std::string> candidateLines(const std::vector<std::string>& addresses, std::uint16_t udpPort,
                                                      std::uint16_t tcpPort, bool tcpOnV6);

}  // namespace akbuzat::sfu
