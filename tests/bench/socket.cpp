#include "bench/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace akbuzat::bench {

namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

Target makeTarget(const std::string& address, std::uint16_t port) {
  Target target;
  target.host = (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + std::to_string(port);
  auto* v4 = reinterpret_cast<sockaddr_in*>(&target.address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&target.address);
  if (::inet_pton(AF_INET, address.c_str(), &v4->sin_addr) == 1 && address.starts_with("127.")) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    target.size = sizeof(sockaddr_in);
  } else if (address == "::1" && ::inet_pton(AF_INET6, address.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    target.size = sizeof(sockaddr_in6);
  } else {
    throw std::invalid_argument("--url must name 127.x.x.x, [::1] or localhost.");
  }
  return target;
}

}  // namespace

Descriptor::~Descriptor() { close(); }

void Descriptor::close() {
  if (value_ >= 0) ::close(value_);
  value_ = -1;
}

Target parseTarget(const std::string& url) {
  constexpr std::string_view kScheme = "ws://";
  std::string rest = url.starts_with(kScheme) ? url.substr(kScheme.size()) : std::string{};
  if (rest.ends_with('/')) rest.pop_back();
  const auto colon = rest.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string::npos) std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), port);
  if (port == 0) throw std::invalid_argument("--url must be ws://ADDRESS:PORT.");
  std::string host = rest.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return makeTarget(host, port);
}

Target loopbackTarget(std::uint16_t port) { return makeTarget("127.0.0.1", port); }

Descriptor beginConnect(const Target& target) {
  Descriptor socket(::socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) fail("socket");
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
  if (::connect(socket.get(), address, target.size) != 0 && errno != EINPROGRESS) fail("connect");
  return socket;
}

std::pair<Descriptor, std::uint16_t> listenOnLoopback(int backlog) {
  Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!listener || ::bind(listener.get(), generic, size) != 0 || ::listen(listener.get(), backlog) != 0 ||
      ::getsockname(listener.get(), generic, &size) != 0) {
    fail("listen");
  }
  return {std::move(listener), ntohs(address.sin_port)};
}

std::string fetchCookie(const Target& target) {
  const Descriptor socket(::socket(target.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval limit{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&target.address), target.size) != 0)
    fail("connect");
  const std::string body = "username=Bench";
  const std::string request =
      "POST /set-username HTTP/1.1\r\nHost: " + target.host +
      "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\nConnection: close\r\n\r\n" + body;
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) fail("send");
  std::string answer;
  char buffer[4096];
  while (answer.size() < 65'536 && answer.find("\r\n\r\n") == std::string::npos) {
    const auto got = ::recv(socket.get(), buffer, sizeof buffer, 0);
    if (got <= 0) break;
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  std::string lower = answer;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::string_view kHeader = "\r\nset-cookie:";
  const auto header = lower.find(kHeader);
  if (header == std::string::npos)
    throw std::runtime_error("No cookie from /set-username, but: " + answer.substr(0, answer.find('\r')));
  const auto begin = answer.find_first_not_of(' ', header + kHeader.size());
  return answer.substr(begin, answer.find_first_of(";\r", begin) - begin);
}

void raiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace akbuzat::bench
