#include "akbuzat/transport/peer_transport.hpp"

namespace akbuzat::transport {

DatagramKind classify(util::Bytes datagram) noexcept {
  if (datagram.size() < 2) return DatagramKind::unknown;
  // RFC 7983 section 7.
  const std::uint8_t first = datagram[0];
  if (first <= 3) return DatagramKind::stun;
  if (first >= 20 && first <= 63) return DatagramKind::dtls;
  if (first < 128 || first > 191) return DatagramKind::unknown;
  // RFC 5761 section 4: RTP does not use the payload types 64 to 95, so that with the marker bit set the second byte
  // is never one of RTCP's packet types.
  return datagram[1] >= 192 && datagram[1] <= 223 ? DatagramKind::rtcp : DatagramKind::rtp;
}

}  // namespace akbuzat::transport
