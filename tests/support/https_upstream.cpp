#include "support/https_upstream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <string_view>

#include "support/test_authority.hpp"

namespace akbuzat::test {
namespace {

constexpr std::chrono::seconds kPatience{30};

void lower(std::string& text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

TestAuthority::Subject subjectOf(HttpsUpstream::Certificate certificate) {
  TestAuthority::Subject subject{.names = {"DNS:localhost", "IP:127.0.0.1"}};
  if (certificate == HttpsUpstream::Certificate::otherName) subject.names = {"DNS:elsewhere.example"};
  if (certificate == HttpsUpstream::Certificate::expired) subject.to = -60;
  return subject;
}

/// The first line and the fields; `head` ends with an empty line.
UpstreamRequest parseHead(std::string_view head) {
  UpstreamRequest request;
  std::size_t begin = head.find("\r\n");
  const std::string_view line = head.substr(0, begin);
  const std::size_t space = std::min(line.find(' '), line.size());
  request.method = line.substr(0, space);
  request.target = line.substr(std::min(space + 1, line.size()));
  request.target = request.target.substr(0, request.target.find(' '));
  for (begin += 2; begin < head.size();) {
    const std::size_t end = head.find("\r\n", begin);
    const std::string_view field = head.substr(begin, end - begin);
    begin = end + 2;
    const std::size_t colon = field.find(": ");
    if (colon == std::string_view::npos) continue;
    std::string name{field.substr(0, colon)};
    lower(name);
    request.headers[name] = field.substr(colon + 2);
  }
  return request;
}

}  // namespace

/// One accepted connection, read and written by its thread; others may shut it down.
class HttpsUpstream::Peer {
 public:
  Peer(int fd, SSL_CTX* tls) : fd_(fd), ssl_(tls == nullptr ? nullptr : SSL_new(tls), SSL_free) {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (ssl_) SSL_set_fd(ssl_.get(), fd_);
  }
  ~Peer() { ::close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool start() { return !ssl_ || SSL_accept(ssl_.get()) == 1; }

  [[nodiscard]] std::string serverName() const {
    const char* const name = ssl_ ? SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name) : nullptr;
    return name == nullptr ? "" : name;
  }

  /// False at the end.
  bool read() {
    char chunk[16 * 1024];
    const long count = ssl_ ? SSL_read(ssl_.get(), chunk, sizeof chunk) : ::recv(fd_, chunk, sizeof chunk, 0);
    if (count <= 0) return false;
    received_.append(chunk, static_cast<std::size_t>(count));
    return true;
  }
  /// The next request, or nothing at the end.
  std::optional<UpstreamRequest> next() {
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
      if (!read()) return std::nullopt;
    UpstreamRequest request = parseHead(std::string_view{received_}.substr(0, end + 2));
    received_.erase(0, end + 4);
    const auto length = request.headers.find("content-length");
    const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
    while (received_.size() < size)
      if (!read()) return std::nullopt;
    request.body = received_.substr(0, size);
    received_.erase(0, size);
    return request;
  }
  bool write(std::string_view text) {
    while (!text.empty()) {
      const long count = ssl_ ? SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()))
                              : ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  void sayGoodbye() {
    if (ssl_) SSL_shutdown(ssl_.get());
  }
  void shutDown() const { ::shutdown(fd_, SHUT_RDWR); }

 private:
  int fd_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  std::string received_;
};

HttpsUpstream::HttpsUpstream(Script script, Certificate certificate)
    : script_(std::move(script)),
      tls_(certificate == Certificate::none ? nullptr : SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  // OpenSSL writes without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  if (tls_) {
    const TestAuthority authority;
    authority.issue(folder_.path(), subjectOf(certificate));
    if (certificate == Certificate::unknown) {
      TestAuthority().write(authorities());
    } else {
      authority.write(authorities());
    }
    if (SSL_CTX_use_certificate_file(tls_.get(), (folder_.path() / "cert.pem").c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(tls_.get(), (folder_.path() / "key.pem").c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("cannot use the certificate");
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener_, 512) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept(); });
}

HttpsUpstream::~HttpsUpstream() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (Served& served : served_) served.peer->shutDown();
  for (Served& served : served_) served.thread.join();
}

void HttpsUpstream::answerWith(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

std::string HttpsUpstream::url(const std::string& target, const std::string& host) const {
  return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + target;
}

std::filesystem::path HttpsUpstream::authorities() const {
  return tls_ ? folder_.path() / "authorities.pem" : std::filesystem::path{};
}

std::vector<UpstreamRequest> HttpsUpstream::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<UpstreamRequest> HttpsUpstream::waitForRequests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; }))
    throw std::runtime_error("the upstream was not asked");
  return requests_;
}

std::size_t HttpsUpstream::connections() const {
  const std::lock_guard lock(mutex_);
  return served_.size();
}

std::size_t HttpsUpstream::openConnections() const {
  const std::lock_guard lock(mutex_);
  return countOpen();
}

std::size_t HttpsUpstream::countOpen() const {
  return static_cast<std::size_t>(
      std::count_if(served_.begin(), served_.end(), [](const Served& served) { return !served.over; }));
}

void HttpsUpstream::waitForOpenConnections(std::size_t count) const {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return countOpen() == count; }))
    throw std::runtime_error("the upstream's connections stay");
}

void HttpsUpstream::refuseConnections(std::size_t count) {
  const std::lock_guard lock(mutex_);
  refusals_ = count;
}

void HttpsUpstream::closeConnections() {
  {
    const std::lock_guard lock(mutex_);
    for (const Served& served : served_) served.peer->shutDown();
  }
  waitForOpenConnections(0);
}

void HttpsUpstream::accept() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(mutex_);
    const bool refused = refusals_ > 0;
    if (refused) --refusals_;
    Served& served = served_.emplace_back();
    served.peer = std::make_unique<Peer>(fd, tls_.get());
    served.thread = std::thread([this, &served, number = served_.size(), refused] {
      if (!refused) serve(*served.peer, number);
      served.peer->shutDown();
      const std::lock_guard end(mutex_);
      served.over = true;
      changed_.notify_all();
    });
  }
}

void HttpsUpstream::serve(Peer& peer, std::size_t number) {
  if (!peer.start()) return;
  while (std::optional<UpstreamRequest> request = peer.next()) {
    request->connection = number;
    request->serverName = peer.serverName();
    Script script;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(*request);
      changed_.notify_all();
      script = script_;
    }
    const UpstreamAnswer answer = script(*request);
    if (answer.delay.count() > 0) std::this_thread::sleep_for(answer.delay);
    std::string text;
    if (answer.raw) {
      text = *answer.raw;
    } else {
      text = "HTTP/1.1 " + std::to_string(answer.status) + " As scripted\r\n";
      for (const auto& [name, value] : answer.headers) text.append(name).append(": ").append(value).append("\r\n");
      text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
      if (request->method != "HEAD") text += answer.body;
    }
    using Manner = UpstreamAnswer::Manner;
    switch (answer.manner) {
      case Manner::proper:
        if (!peer.write(text)) return;
        break;
      case Manner::byteByByte:
        for (std::size_t i = 0; i < text.size(); ++i) {
          if (!peer.write(std::string_view{text}.substr(i, 1))) return;
          std::this_thread::sleep_for(answer.pause);
        }
        break;
      case Manner::cut: peer.write(std::string_view{text}.substr(0, text.size() / 2)); return;
      case Manner::never:
        while (peer.read()) {
        }
        return;
      case Manner::hangUp: return;
      case Manner::thenHangUp:
        peer.write(text);
        peer.sayGoodbye();
        return;
    }
  }
}

}  // namespace akbuzat::test
