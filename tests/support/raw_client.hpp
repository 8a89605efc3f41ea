#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "support/http_client.hpp"

namespace akbuzat::test {

/// A blocking client of 127.0.0.1 that sends exactly the bytes it is told to, plain or over TLS. Every wait ends with
/// an exception after half a minute, which is a hang, not a measurement.
class RawClient {
 public:
  struct Options {
    bool tls = false;
    /// TLS1_2_VERSION …; 0: the best that both know.
    int tlsVersion = 0;
    /// Octets that the socket takes in before it tells the sender to wait; 0: the system's default.
    int receiveBuffer = 0;
    /// Makes the socket but leaves `connect` to the caller.
    bool connectLater = false;
  };

  RawClient(std::uint16_t port, Options options);
  explicit RawClient(std::uint16_t port) : RawClient(port, Options{}) {}
  ~RawClient();
  RawClient(RawClient&&) noexcept;
  RawClient& operator=(RawClient&&) noexcept;

  void connect();
  /// False if the server has closed.
  bool send(const std::string& bytes);
  /// One whole answer. `head`: to a HEAD request, so without a body. Throws if the connection ends before it.
  HttpAnswer read(bool head = false);
  /// Exactly so many bytes; fewer if the server closes.
  std::string readBytes(std::size_t count);
  /// All that comes until the server closes.
  std::string readToEnd();
  /// True if the server has closed and nothing more comes.
  bool atEnd();

  /// Sends nothing more, but reads on.
  void shutDownWrite();
  /// Closes with a reset.
  void abort();

  /// The subject's common name in the server's certificate.
  [[nodiscard]] std::string certificateName() const;

 private:
  struct Impl;
  std::size_t receive(char* data, std::size_t size);
  bool fill();

  std::unique_ptr<Impl> impl_;
  std::string buffer_;
};

}  // namespace akbuzat::test
