#include "http/listen_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "http/client_address.hpp"

namespace akbuzat::http {
namespace {

namespace ip = boost::asio::ip;

/// The system cuts it to net.core.somaxconn. Long, because all members of a big call come back at once after a restart.
constexpr int kBacklog = 4096;

class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const ip::address& address, std::uint16_t port) {
    if (address.is_v4()) {
      auto* v4 = reinterpret_cast<sockaddr_in*>(&storage_);
      v4->sin_family = AF_INET;
      v4->sin_port = htons(port);
      const auto bytes = address.to_v4().to_bytes();
      std::memcpy(&v4->sin_addr, bytes.data(), bytes.size());
      size_ = sizeof(sockaddr_in);
    } else {
      auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage_);
      v6->sin6_family = AF_INET6;
      v6->sin6_port = htons(port);
      const auto bytes = address.to_v6().to_bytes();
      std::memcpy(&v6->sin6_addr, bytes.data(), bytes.size());
      v6->sin6_scope_id = static_cast<std::uint32_t>(address.to_v6().scope_id());
      size_ = sizeof(sockaddr_in6);
    }
  }

  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t* sizePointer() { return &size_; }
  [[nodiscard]] socklen_t size() const { return size_; }
  [[nodiscard]] int family() const { return storage_.ss_family; }

  [[nodiscard]] std::uint16_t port() const {
    if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
  }
  [[nodiscard]] ip::address address() const {
    if (family() == AF_INET6) {
      ip::address_v6::bytes_type bytes;
      std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr, bytes.size());
      return unmapped(ip::address_v6(bytes));
    }
    ip::address_v4::bytes_type bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr, bytes.size());
    return ip::address_v4(bytes);
  }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = sizeof(sockaddr_storage);
};

void setOption(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

class Binder {
 public:
  Binder(std::string addressText, std::uint16_t port) : text_(std::move(addressText)), port_(port) {
    boost::system::error_code error;
    address_ = ip::make_address(text_, error);
    if (error) fail(EINVAL);
  }

  util::FileDescriptor bind(bool shared) {
    SocketAddress target(address_, port_);
    util::FileDescriptor fd(::socket(target.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) fail(errno);
    setOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (shared) setOption(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    // [::] takes IPv4 too, whatever the system's default is.
    if (target.family() == AF_INET6) setOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (::bind(fd.get(), target.data(), target.size()) != 0) fail(errno);
    return fd;
  }

  util::FileDescriptor listen() {
    util::FileDescriptor fd = bind(true);
    if (::listen(fd.get(), kBacklog) != 0) fail(errno);
    return fd;
  }

  void usePort(std::uint16_t port) { port_ = port; }

 private:
  [[noreturn]] void fail(int error) const {
    const std::string host = text_.find(':') == std::string::npos ? text_ : "[" + text_ + "]";
    throw std::system_error(error, std::generic_category(),
                            "LISTEN " + host + ":" + std::to_string(port_) + " cannot be used");
  }

  std::string text_;
  std::uint16_t port_;
  ip::address address_;
};

}  // namespace

std::vector<util::FileDescriptor> listenOn(const std::string& address, std::uint16_t port, std::size_t count) {
  Binder binder(address, port);
  // SO_REUSEPORT would share the port with another server of the same user, and half of the clients would get that one.
  // A socket without it is refused instead.
  if (port != 0) binder.bind(false);
  std::vector<util::FileDescriptor> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    sockets.push_back(binder.listen());
    if (i == 0) binder.usePort(localPort(sockets[0].get()));
  }
  return sockets;
}

std::uint16_t localPort(int fd) {
  SocketAddress address;
  if (::getsockname(fd, address.data(), address.sizePointer()) != 0)
    throw std::system_error(errno, std::generic_category(), "getsockname");
  return address.port();
}

Accepted acceptOne(int listener) {
  SocketAddress address;
  Accepted accepted;
  accepted.socket =
      util::FileDescriptor(::accept4(listener, address.data(), address.sizePointer(), SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.socket) {
    accepted.error = errno;
    return accepted;
  }
  accepted.peer = address.address();
  setOption(accepted.socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  return accepted;
}

}  // namespace akbuzat::http
