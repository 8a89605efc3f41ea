#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <span>

#include "akbuzat/util/file_descriptor.hpp"
#include "http/tls_context.hpp"

namespace akbuzat::http {

enum class IoStatus {
  done,
  /// To be tried again when the socket is readable (read, handshake) or writable (write).
  wouldBlock,
  /// A read or handshake that waits for the socket to be writable.
  wantsWrite,
  /// The peer has sent all it will.
  closed,
  failed,
};

struct IoResult {
  IoStatus status;
  std::size_t bytes = 0;
};

/// One accepted non-blocking socket, plain or with TLS. Owned by its connection. No function blocks or throws.
class Transport {
 public:
  /// The largest TLS record (RFC 8446 section 5.1): with a smaller buffer a read could leave data in OpenSSL, of which
  /// epoll knows nothing.
  static constexpr std::size_t kMinReadBuffer = 16 * 1024;

  Transport(util::FileDescriptor socket, SslPtr ssl) : socket_(std::move(socket)), ssl_(std::move(ssl)) {}

  [[nodiscard]] int fd() const noexcept { return socket_.get(); }
  [[nodiscard]] bool tls() const noexcept { return ssl_ != nullptr; }

  /// TLS only. `done` once, then data may flow.
  IoResult handshake();
  /// `buffer` has at least kMinReadBuffer bytes. `done` with at least one byte.
  IoResult read(std::span<char> buffer);
  /// Writes some of the buffers' bytes, in order. After `wouldBlock` the next call must begin with the same bytes and
  /// not have fewer of them.
  IoResult write(std::span<const iovec> buffers);

  /// The first byte that has come, left where it is; nothing of TLS may have happened yet. `done` with one byte.
  IoResult peek(char& first);
  /// Like `read`, past TLS.
  IoResult readPlain(std::span<char> buffer);
  /// Gives the socket away, open; TLS ends without a word.
  [[nodiscard]] util::FileDescriptor release();

  /// Tells the peer that nothing more comes.
  void shutDownWrite();
  /// Makes `close` drop what the peer has not taken yet.
  void resetOnClose();
  void close();

 private:
  IoResult receive(std::span<char> buffer, int flags);
  IoResult tlsResult(int result, std::size_t bytes, bool writing);
  IoResult writeTls(std::span<const iovec> buffers);

  util::FileDescriptor socket_;
  SslPtr ssl_;
};

}  // namespace akbuzat::http
