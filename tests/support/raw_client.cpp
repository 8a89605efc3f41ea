#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace akbuzat::test {
namespace {

constexpr timeval kHang{30, 0};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

struct RawClient::Impl {
  int fd = -1;
  std::uint16_t port = 0;
  Options options;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;

  ~Impl() {
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0) ::close(fd);
  }
};

RawClient::RawClient(std::uint16_t port, Options options) : impl_(std::make_unique<Impl>()) {
  impl_->port = port;
  impl_->options = options;
  impl_->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (impl_->fd < 0) throw std::system_error(errno, std::generic_category(), "socket");
  ::setsockopt(impl_->fd, SOL_SOCKET, SO_RCVTIMEO, &kHang, sizeof kHang);
  ::setsockopt(impl_->fd, SOL_SOCKET, SO_SNDTIMEO, &kHang, sizeof kHang);
  if (options.receiveBuffer != 0)
    ::setsockopt(impl_->fd, SOL_SOCKET, SO_RCVBUF, &options.receiveBuffer, sizeof options.receiveBuffer);
  if (!options.connectLater) connect();
}

RawClient::~RawClient() = default;
RawClient::RawClient(RawClient&&) noexcept = default;
RawClient& RawClient::operator=(RawClient&&) noexcept = default;

void RawClient::connect() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(impl_->port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(impl_->fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::system_error(errno, std::generic_category(), "connect");
  if (!impl_->options.tls) return;
  impl_->context = SSL_CTX_new(TLS_client_method());
  if (impl_->options.tlsVersion != 0) {
    SSL_CTX_set_min_proto_version(impl_->context, impl_->options.tlsVersion);
    SSL_CTX_set_max_proto_version(impl_->context, impl_->options.tlsVersion);
  }
  impl_->ssl = SSL_new(impl_->context);
  SSL_set_fd(impl_->ssl, impl_->fd);
  if (SSL_connect(impl_->ssl) != 1) throw std::runtime_error("TLS handshake failed");
}

bool RawClient::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    if (impl_->ssl != nullptr) {
      std::size_t count = 0;
      if (SSL_write_ex(impl_->ssl, bytes.data() + sent, bytes.size() - sent, &count) != 1) return false;
      sent += count;
    } else {
      const ssize_t count = ::send(impl_->fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count < 0) return false;
      sent += static_cast<std::size_t>(count);
    }
  }
  return true;
}

/// 0 at the end.
std::size_t RawClient::receive(char* data, std::size_t size) {
  if (impl_->ssl != nullptr) {
    std::size_t count = 0;
    return SSL_read_ex(impl_->ssl, data, size, &count) == 1 ? count : 0;
  }
  const ssize_t count = ::recv(impl_->fd, data, size, 0);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("the server does not answer");
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

bool RawClient::fill() {
  std::array<char, 64 * 1024> chunk;
  const std::size_t count = receive(chunk.data(), chunk.size());
  buffer_.append(chunk.data(), count);
  return count > 0;
}

HttpAnswer RawClient::read(bool head) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) throw std::runtime_error("the connection ended before an answer");
  }
  HttpAnswer answer;
  answer.status = static_cast<unsigned>(std::stoul(buffer_.substr(9, 3)));
  std::size_t line = buffer_.find("\r\n") + 2;
  while (line < end + 2) {
    const std::size_t next = buffer_.find("\r\n", line);
    const std::size_t colon = buffer_.find(": ", line);
    answer.headers[lower(buffer_.substr(line, colon - line))] = buffer_.substr(colon + 2, next - colon - 2);
    line = next + 2;
  }
  buffer_.erase(0, end + 4);
  const auto length = answer.headers.find("content-length");
  if (!head && length != answer.headers.end()) answer.body = readBytes(std::stoul(length->second));
  return answer;
}

std::string RawClient::readBytes(std::size_t count) {
  while (buffer_.size() < count && fill()) {
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, bytes.size());
  return bytes;
}

std::string RawClient::readToEnd() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawClient::atEnd() { return buffer_.empty() && !fill(); }

void RawClient::shutDownWrite() { ::shutdown(impl_->fd, SHUT_WR); }

void RawClient::abort() {
  const linger now{1, 0};
  ::setsockopt(impl_->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(impl_->fd);
  impl_->fd = -1;
}

std::string RawClient::certificateName() const {
  X509* certificate = SSL_get1_peer_certificate(impl_->ssl);
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  X509_free(certificate);
  return name.data();
}

}  // namespace akbuzat::test
