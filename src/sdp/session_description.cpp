#include "akbuzat/sdp/session_description.hpp"

#include <algorithm>

#include "sdp/text.hpp"

namespace akbuzat::sdp {

bool sends(Direction direction) noexcept {
  return direction == Direction::sendrecv || direction == Direction::sendonly;
}

bool receives(Direction direction) noexcept {
  return direction == Direction::sendrecv || direction == Direction::recvonly;
}

std::optional<std::string_view> Codec::parameter(std::string_view wanted) const {
  std::string_view rest = parameters;
  while (!rest.empty()) {
    std::string_view value = take(rest, ';');
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (equalsIgnoringCase(take(value, '='), wanted)) return value;
  }
  return std::nullopt;
}

TransportAttributes SessionDescription::transportOf(const MediaDescription& section) const {
  TransportAttributes own = section.transport;
  if (!own.ufrag) own.ufrag = transport.ufrag;
  if (!own.password) own.password = transport.password;
  if (own.fingerprints.empty()) own.fingerprints = transport.fingerprints;
  if (!own.setup) own.setup = transport.setup;
  return own;
}

}  // namespace akbuzat::sdp
