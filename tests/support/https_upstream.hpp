#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <openssl/ssl.h>

#include "support/temporary_folder.hpp"

namespace akbuzat::test {

struct UpstreamRequest {
  std::string method;
  std::string target;
  /// Names in lower case.
  std::map<std::string, std::string> headers;
  std::string body;
  /// What the client called the upstream in its TLS handshake (SNI); empty: nothing.
  std::string serverName;
  /// Which of the upstream's connections it came on: 1, 2, …
  std::size_t connection = 0;
};

struct UpstreamAnswer {
  unsigned status = 200;
  /// Content-Length is added.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  /// Sent instead of all above, as it is.
  std::optional<std::string> raw{};

  enum class Manner {
    proper,
    /// One byte after the other, `pause` between them.
    byteByByte,
    /// The first half only; then the connection ends.
    cut,
    /// Nothing, until the client goes.
    never,
    /// Nothing; the connection ends at once.
    hangUp,
    /// The whole; then the connection ends, which the answer has not announced.
    thenHangUp,
  };
  Manner manner = Manner::proper;
  /// Before the first byte.
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds pause{1};
};

/// A scripted upstream on a real socket of 127.0.0.1, with TLS or plain. Each connection has a thread of its own, which
/// calls `script` for what it answers; `script` guards what it shares.
class HttpsUpstream {
 public:
  enum class Certificate {
    /// No TLS.
    none,
    /// For localhost and 127.0.0.1, by an authority whose file is `authorities()`.
    right,
    /// By the same authority, for elsewhere.example.
    otherName,
    expired,
    /// By an authority that is not in `authorities()`.
    unknown,
  };
  using Script = std::function<UpstreamAnswer(const UpstreamRequest&)>;

  explicit HttpsUpstream(Script script, Certificate certificate = Certificate::right);
  ~HttpsUpstream();
  HttpsUpstream(const HttpsUpstream&) = delete;
  HttpsUpstream& operator=(const HttpsUpstream&) = delete;

  /// From the next request on.
  void answerWith(Script script);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string url(const std::string& target = "/", const std::string& host = "127.0.0.1") const;
  /// For https::ClientOptions::extraAuthorities. Empty if there is no TLS.
  [[nodiscard]] std::filesystem::path authorities() const;

  /// All that have come so far, in order.
  [[nodiscard]] std::vector<UpstreamRequest> requests() const;
  /// Waits for the first `count` requests to have come. Throws after 30 s.
  std::vector<UpstreamRequest> waitForRequests(std::size_t count) const;
  /// Connections accepted so far (with TLS: whether or not the handshake was well).
  [[nodiscard]] std::size_t connections() const;
  /// How many of them are open now.
  [[nodiscard]] std::size_t openConnections() const;
  /// Waits until as many are open. Throws after 30 s.
  void waitForOpenConnections(std::size_t count) const;
  /// Ends the next ones as soon as they are accepted.
  void refuseConnections(std::size_t count);
  /// Ends all connections, as an upstream that does not keep them for long, and waits until they are.
  void closeConnections();

 private:
  class Peer;
  struct Served {
    std::unique_ptr<Peer> peer;
    std::thread thread;
    bool over = false;
  };

  [[nodiscard]] std::size_t countOpen() const;
  void accept();
  void serve(Peer& peer, std::size_t number);

  Script script_;
  TemporaryFolder folder_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<UpstreamRequest> requests_;
  std::list<Served> served_;
  std::size_t refusals_ = 0;
  std::thread acceptor_;
};

}  // namespace akbuzat::test
