#include "http/transport.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <openssl/err.h>

namespace akbuzat::http {
namespace {

/// One TLS record's worth: SSL_write is called once for all small buffers, not once for each.
constexpr std::size_t kCoalesceSize = 16 * 1024;

bool isWouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

IoResult Transport::handshake() {
  ERR_clear_error();
  return tlsResult(SSL_do_handshake(ssl_.get()), 0, false);
}

IoResult Transport::read(std::span<char> buffer) {
  if (ssl_) {
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
    return tlsResult(result, count, false);
  }
  return receive(buffer, 0);
}

IoResult Transport::peek(char& first) { return receive({&first, 1}, MSG_PEEK); }

IoResult Transport::readPlain(std::span<char> buffer) { return receive(buffer, 0); }

util::FileDescriptor Transport::release() {
  ssl_.reset();
  return std::move(socket_);
}

IoResult Transport::receive(std::span<char> buffer, int flags) {
  for (;;) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), flags);
    if (count > 0) return {IoStatus::done, static_cast<std::size_t>(count)};
    if (count == 0) return {IoStatus::closed};
    if (errno == EINTR) continue;
    return {isWouldBlock(errno) ? IoStatus::wouldBlock : IoStatus::failed};
  }
}

IoResult Transport::write(std::span<const iovec> buffers) {
  if (ssl_) return writeTls(buffers);
  msghdr message{};
  // sendmsg does not write to the buffers; its interface is not const-correct.
  message.msg_iov = const_cast<iovec*>(buffers.data());
  message.msg_iovlen = buffers.size();
  for (;;) {
    const ssize_t count = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
    if (count >= 0) return {IoStatus::done, static_cast<std::size_t>(count)};
    if (errno == EINTR) continue;
    return {isWouldBlock(errno) ? IoStatus::wouldBlock : IoStatus::failed};
  }
}

IoResult Transport::writeTls(std::span<const iovec> buffers) {
  thread_local std::array<char, kCoalesceSize> scratch;
  const char* data = scratch.data();
  std::size_t size = 0;
  if (buffers.size() == 1) {
    data = static_cast<const char*>(buffers[0].iov_base);
    size = buffers[0].iov_len;
  } else {
    for (const iovec& buffer : buffers) {
      const std::size_t part = std::min(buffer.iov_len, scratch.size() - size);
      std::memcpy(scratch.data() + size, buffer.iov_base, part);
      size += part;
      if (size == scratch.size()) break;
    }
  }
  // A repeated write must not be shorter than the one before (SSL_write(3)); it is longer if more was queued meanwhile.
  size = std::min(size, kCoalesceSize);
  if (size == 0) return {IoStatus::done};
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), data, size, &count);
  return tlsResult(result, count, true);
}

IoResult Transport::tlsResult(int result, std::size_t bytes, bool writing) {
  if (result == 1) return {IoStatus::done, bytes};
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      // Only renegotiation makes a write wait for reading, and that is switched off.
      return {writing ? IoStatus::failed : IoStatus::wouldBlock};
    case SSL_ERROR_WANT_WRITE: return {writing ? IoStatus::wouldBlock : IoStatus::wantsWrite};
    case SSL_ERROR_ZERO_RETURN: return {IoStatus::closed};
    default: ERR_clear_error(); return {IoStatus::failed};
  }
}

void Transport::shutDownWrite() {
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    // Sends close_notify if there is room for it; whether it got there does not matter, the connection ends anyway.
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_.get(), SHUT_WR);
}

void Transport::resetOnClose() {
  const linger now{1, 0};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Transport::close() {
  ssl_.reset();
  socket_.reset();
}

}  // namespace akbuzat::http
