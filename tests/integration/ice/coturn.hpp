#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

#include "support/temporary_folder.hpp"

namespace akbuzat::test {

/// Debian's TURN server as a child process on a free UDP port of 127.0.0.1, with time-limited names. Killed with the
/// object.
class Coturn {
 public:
  /// Throws if there is no such program. It may not listen yet.
  explicit Coturn(const std::string& secret);
  ~Coturn();
  Coturn(const Coturn&) = delete;
  Coturn& operator=(const Coturn&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "turn:127.0.0.1:" + std::to_string(port_) + "?transport=udp"; }

 private:
  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace akbuzat::test
