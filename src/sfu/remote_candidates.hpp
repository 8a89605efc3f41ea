#pragma once

#include <string>
#include <vector>

#include "akbuzat/transport/path.hpp"

namespace akbuzat::sfu {

/// Where a peer that we have to look for says it is: its UDP candidates (RFC 8839 section 5.1), `lines` being the texts
/// behind "a=", best first. Passed over are TCP, names (such as mDNS's), what is malformed, and what a program must not
/// make this server send to: the unspecified, multicast and broadcast addresses always; loopback and link-local ones
/// unless `own`, the addresses that this server announces, has one of the same kind. Other private networks are in
/// order: a peer may well be in one.
[[nodiscard]] std::vector<transport::Endpoint> reachableCandidates(const std::vector<std::string>& lines,
                                                                   const std::vector<std::string>& own);

}  // namespace akbuzat::sfu
