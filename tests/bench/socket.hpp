#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace akbuzat::bench {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const { return value_; }
  void close();
  explicit operator bool() const { return value_ >= 0; }

 private:
  int value_ = -1;
};

/// A server on this machine.
struct Target {
  sockaddr_storage address{};
  socklen_t size = 0;
  /// As in a Host header.
  std::string host;
};

/// "ws://127.0.0.1:8787", also [::1] and localhost. Throws std::invalid_argument for anything that is not loopback: a
/// load generator is no tool to point at others.
Target parseTarget(const std::string& url);
Target loopbackTarget(std::uint16_t port);

/// Begins to connect, without blocking and without Nagle's delay. Throws std::system_error.
Descriptor beginConnect(const Target& target);

/// A listening socket on a free port of 127.0.0.1, and the port. Throws std::system_error.
std::pair<Descriptor, std::uint16_t> listenOnLoopback(int backlog);

/// Takes a name on the server and answers its cookie ("__session=…"). Throws std::runtime_error.
std::string fetchCookie(const Target& target);

/// Lets this process have as many descriptors as it may.
void raiseDescriptorLimit();

}  // namespace akbuzat::bench
