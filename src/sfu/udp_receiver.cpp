#include "sfu/udp_receiver.hpp"

#include <netinet/in.h>

#include <cstring>

#include "akbuzat/transport/datagram_sink.hpp"
#include "sfu/socket_address.hpp"
#include "sfu/udp_socket.hpp"

namespace akbuzat::sfu {

namespace {

/// in_pktinfo is smaller.
constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(in6_pktinfo));

/// The address that a datagram was sent to (RFC 3542 section 6.2, ip(7)).
void readLocal(msghdr& message, transport::Endpoint& local) noexcept {
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      std::memcpy(local.address.data(), &info.ipi6_addr, local.address.size());
    } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      mapV4(info.ipi_addr, local);
    }
  }
}

}  // namespace

struct UdpReceiver::Slot {
  std::array<std::uint8_t, transport::DatagramSink::kMaxDatagram> bytes;
  SocketAddress remote;
  iovec part;
  alignas(cmsghdr) std::array<std::uint8_t, kControlSize> control;
};

UdpReceiver::UdpReceiver(const UdpSocket& socket)
    : fd_(socket.fd.get()), port_(socket.port), slots_(std::make_unique<std::array<Slot, kBatch>>()) {
  for (std::size_t i = 0; i < kBatch; ++i) {
    Slot& slot = (*slots_)[i];
    slot.part = {slot.bytes.data(), slot.bytes.size()};
    msghdr& header = messages_[i].msg_hdr;
    header.msg_name = &slot.remote.storage;
    header.msg_iov = &slot.part;
    header.msg_iovlen = 1;
    header.msg_control = slot.control.data();
  }
}

UdpReceiver::~UdpReceiver() = default;

std::size_t UdpReceiver::receive() noexcept {
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_namelen = sizeof(sockaddr_in6);
    message.msg_hdr.msg_controllen = kControlSize;
  }
  const int count = ::recvmmsg(fd_, messages_.data(), kBatch, MSG_DONTWAIT, nullptr);
  // Whatever the error is, the next readiness tries again.
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool UdpReceiver::get(std::size_t index, Datagram& datagram) const noexcept {
  mmsghdr message = messages_[index];
  if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0 || message.msg_len == 0) return false;
  Slot& slot = (*slots_)[index];
  datagram.bytes = util::MutableBytes(slot.bytes).first(message.msg_len);
  datagram.path.connection = 0;
  datagram.path.remote = read(slot.remote);
  readLocal(message.msg_hdr, datagram.path.local);
  datagram.path.local.port = port_;
  return true;
}

}  // namespace akbuzat::sfu
