#include "sfu/udp_socket.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "sfu/socket_address.hpp"

namespace akbuzat::sfu {

namespace {

/// Asked for in each direction, a thirtieth of a second at 1 Gbit/s: while the shard does something else for so long,
/// nothing must be lost. The system gives less without a word (net.core.rmem_max, wmem_max).
constexpr int kBufferBytes = 4 * 1024 * 1024;

[[noreturn]] void fail(int error, const std::string& address, std::uint16_t port) {
  const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  throw std::system_error(error, std::generic_category(),
                          "The media's UDP address " + host + ":" + std::to_string(port) + " cannot be used");
}

void setOption(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

}  // namespace

UdpSocket openUdpSocket(const std::string& address, std::uint16_t port) {
  transport::Endpoint endpoint;
  if (!parseAddress(address, endpoint)) fail(EINVAL, address, port);
  endpoint.port = port;
  const bool anyV4 = address == "0.0.0.0";
  UdpSocket socket{.fd = {}, .family = AF_INET6, .port = 0};
  socket.fd = util::FileDescriptor(::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd) {
    if (anyV4) endpoint.address.fill(0);
    setOption(socket.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    setOption(socket.fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  } else {
    if (errno != EAFNOSUPPORT || (!endpoint.isV4() && address != "::")) fail(errno, address, port);
    if (!endpoint.isV4()) mapV4(in_addr{INADDR_ANY}, endpoint);
    socket.family = AF_INET;
    socket.fd = util::FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.fd) fail(errno, address, port);
    setOption(socket.fd.get(), IPPROTO_IP, IP_PKTINFO, 1);
  }
  setOption(socket.fd.get(), SOL_SOCKET, SO_RCVBUF, kBufferBytes);
  setOption(socket.fd.get(), SOL_SOCKET, SO_SNDBUF, kBufferBytes);

  SocketAddress bound;
  write(endpoint, socket.family, bound);
  if (::bind(socket.fd.get(), bound.data(), bound.size) != 0) fail(errno, address, port);
  if (::getsockname(socket.fd.get(), bound.data(), &bound.size) != 0) fail(errno, address, port);
  socket.port = read(bound).port;
  return socket;
}

}  // namespace akbuzat::sfu
