#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "akbuzat/sfu/media_socket.hpp"
#include "akbuzat/util/file_descriptor.hpp"
#include "sfu/socket_address.hpp"

namespace akbuzat::sfu::test {

inline transport::Endpoint endpoint(const std::string& address, std::uint16_t port) {
  transport::Endpoint made;
  if (!parseAddress(address, made)) throw std::invalid_argument(address);
  made.port = port;
  return made;
}

/// What a media socket has told. Sends "echo", and what begins with it, back.
struct Recorder final : MediaSocket::Receiver {
  struct Datagram {
    std::string text;
    transport::Path path;
  };
  std::vector<Datagram> datagrams;
  std::vector<std::uint32_t> lost;
  std::size_t turns = 0;
  MediaSocket* socket = nullptr;

  void onDatagram(util::MutableBytes datagram, const transport::Path& from, util::TimePoint) override {
    datagrams.push_back({{datagram.begin(), datagram.end()}, from});
    if (!datagrams.back().text.starts_with("echo")) return;
    std::copy(datagram.begin(), datagram.end(), socket->buffer().begin());
    socket->send(from, datagram.size());
  }
  void onConnectionLost(std::uint32_t connection, util::TimePoint) override { lost.push_back(connection); }
  void onTurnEnded(util::TimePoint) override { ++turns; }
};

/// A blocking socket of a peer. A wait of half a minute is a hang and ends with an exception.
class UdpPeer {
 public:
  explicit UdpPeer(const std::string& address) {
    const auto own = endpoint(address, 0);
    family_ = own.isV4() ? AF_INET : AF_INET6;
    fd_ = util::FileDescriptor(::socket(family_, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const timeval hang{30, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &hang, sizeof hang);
    const int room = 1 << 20;
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    SocketAddress bound;
    write(own, family_, bound);
    usable_ = ::bind(fd_.get(), bound.data(), bound.size) == 0;
    ::getsockname(fd_.get(), bound.data(), &bound.size);
    endpoint_ = read(bound);
  }

  /// False if the machine has no such address.
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] const transport::Endpoint& local() const { return endpoint_; }
  [[nodiscard]] const transport::Endpoint& lastFrom() const { return from_; }

  void sendTo(const transport::Endpoint& to, const std::string& text) {
    SocketAddress address;
    write(to, family_, address);
    if (::sendto(fd_.get(), text.data(), text.size(), 0, address.data(), address.size) < 0)
      throw std::system_error(errno, std::generic_category(), "sendto");
  }
  /// To a port of the machine's first loopback address.
  void send(std::uint16_t port, const std::string& text) { sendTo(test::endpoint("127.0.0.1", port), text); }

  std::string receive() {
    std::array<char, 2000> buffer;
    SocketAddress address;
    const ssize_t count = ::recvfrom(fd_.get(), buffer.data(), buffer.size(), 0, address.data(), &address.size);
    if (count < 0) throw std::runtime_error("no datagram came");
    from_ = read(address);
    return {buffer.data(), static_cast<std::size_t>(count)};
  }

 private:
  int family_ = AF_INET;
  util::FileDescriptor fd_;
  bool usable_ = false;
  transport::Endpoint endpoint_;
  transport::Endpoint from_;
};

/// A blocking TCP client and the other end of its connection, over loopback.
class TcpPeer {
 public:
  /// `receiveBuffer`: 0 is the system's default.
  explicit TcpPeer(const std::string& address = "127.0.0.1", int receiveBuffer = 0) {
    const auto own = endpoint(address, 0);
    const int family = own.isV4() ? AF_INET : AF_INET6;
    const util::FileDescriptor listener(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    SocketAddress bound;
    write(own, family, bound);
    if (::bind(listener.get(), bound.data(), bound.size) != 0 || ::listen(listener.get(), 1) != 0) return;
    ::getsockname(listener.get(), bound.data(), &bound.size);
    client_ = util::FileDescriptor(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval hang{30, 0};
    ::setsockopt(client_.get(), SOL_SOCKET, SO_RCVTIMEO, &hang, sizeof hang);
    if (receiveBuffer != 0) ::setsockopt(client_.get(), SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
    if (::connect(client_.get(), bound.data(), bound.size) != 0)
      throw std::system_error(errno, std::generic_category(), "connect");
    remote_ = read(bound);
    server_ = util::FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    SocketAddress mine;
    ::getsockname(client_.get(), mine.data(), &mine.size);
    local_ = read(mine);
  }

  /// False if the machine has no such address.
  [[nodiscard]] bool usable() const { return static_cast<bool>(client_); }
  [[nodiscard]] int takeServer() { return server_.release(); }
  [[nodiscard]] const transport::Endpoint& local() const { return local_; }
  [[nodiscard]] const transport::Endpoint& remote() const { return remote_; }

  static std::string frame(const std::string& datagram) {
    return std::string{static_cast<char>(datagram.size() >> 8U), static_cast<char>(datagram.size())} + datagram;
  }
  /// False if the other end has closed.
  bool sendRaw(const std::string& bytes) {
    return ::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  bool send(const std::string& datagram) { return sendRaw(frame(datagram)); }

  /// The next datagram; empty at the end.
  std::string receive() {
    const std::string size = readBytes(2);
    if (size.size() < 2) return {};
    return readBytes(static_cast<std::size_t>(static_cast<unsigned char>(size[0])) << 8U |
                     static_cast<unsigned char>(size[1]));
  }
  bool atEnd() { return readBytes(1).empty(); }

  void close() { client_.reset(); }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(client_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    client_.reset();
  }

 private:
  std::string readBytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t got = 0;
    while (got < count) {
      const ssize_t more = ::recv(client_.get(), bytes.data() + got, count - got, 0);
      if (more < 0 && errno == EAGAIN) throw std::runtime_error("nothing came");
      if (more <= 0) break;
      got += static_cast<std::size_t>(more);
    }
    bytes.resize(got);
    return bytes;
  }

  util::FileDescriptor client_;
  util::FileDescriptor server_;
  transport::Endpoint local_;
  transport::Endpoint remote_;
};

}  // namespace akbuzat::sfu::test
