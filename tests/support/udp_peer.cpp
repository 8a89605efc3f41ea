#include "support/udp_peer.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace akbuzat::test {

using Clock = std::chrono::steady_clock;

UdpPeer::UdpPeer(std::uint16_t port)
    : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), buffers_(kBatch), sizes_(kBatch) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  // As much as comes while the thread is busy elsewhere.
  const int size = 4 << 20;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd_);
    throw std::system_error(error, std::generic_category(), "connect");
  }
}

UdpPeer::~UdpPeer() { ::close(fd_); }

void UdpPeer::work() {
  const auto now = Clock::now();
  if (now >= peer.deadline()) peer.tick(now);
  auto& outgoing = peer.outgoing();
  for (; !outgoing.empty(); outgoing.pop_front()) {
    ::send(fd_, outgoing.front().data(), outgoing.front().size(), MSG_NOSIGNAL);
  }
}

std::size_t UdpPeer::read() {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> parts{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    parts[i] = {buffers_[i].data(), buffers_[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int count = ::recvmmsg(fd_, messages.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (count <= 0) return 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) sizes_[i] = messages[i].msg_len;
  return static_cast<std::size_t>(count);
}

std::size_t UdpPeer::receive() {
  std::size_t all = 0;
  while (const std::size_t count = read()) {
    for (std::size_t i = 0; i < count; ++i) peer.receive({buffers_[i].data(), sizes_[i]}, Clock::now());
    all += count;
    if (count < kBatch) break;
  }
  return all;
}

std::size_t UdpPeer::discard() {
  std::size_t all = 0;
  while (const std::size_t count = read()) {
    all += count;
    if (count < kBatch) break;
  }
  return all;
}

}  // namespace akbuzat::test
