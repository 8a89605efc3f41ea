#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace akbuzat::https {

struct Request {
  std::string method = "GET";
  /// Absolute, https:// or http://, in ASCII, without a fragment and without a user.
  std::string url{};
  /// Host, Content-Length, Connection and what else belongs to one connection are the client's own: left out here.
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  /// True if doing it twice does no more than doing it once: then it is tried again where that can help.
  bool repeatable = false;
};

struct Response {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};

  /// The value of the first header of this name, whatever the case, or nothing.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Why there is no response.
enum class Failure {
  /// The URL is not as Request::url says, or the method or a header has characters that it cannot have.
  badRequest,
  /// The name has no address, or nobody listens there.
  unreachable,
  /// The certificate has expired, is of another name, or no authority we trust has signed it.
  certificate,
  /// Another fault of TLS.
  tls,
  /// One of the limits in time.
  timeout,
  /// The connection ended before the response was whole.
  cut,
  malformed,
  /// The response is larger than allowed.
  tooLarge,
  /// The upstream has failed so often lately that it is left alone for a while.
  resting,
  /// Too many requests are waiting already.
  busy,
  /// The client has been stopped.
  stopped,
};
/// For logs: what happened, in a few words and without the URL.
[[nodiscard]] std::string_view describe(Failure failure) noexcept;

using Outcome = std::variant<Response, Failure>;
/// Called once, on the client's executor.
using Handler = std::function<void(Outcome)>;

struct ClientOptions {
  std::chrono::milliseconds connectTimeout{3'000};
  std::chrono::milliseconds tlsTimeout{3'000};
  /// From the request's last byte to the response's first.
  std::chrono::milliseconds firstByteTimeout{10'000};
  /// Everything, repetitions included.
  std::chrono::milliseconds totalTimeout{15'000};
  /// Kept open between requests.
  std::chrono::milliseconds idleTimeout{30'000};
  std::size_t maxBodyBytes = 1024 * 1024;
  std::size_t maxHeaderBytes = 16 * 1024;
  /// Connections to one origin; further requests wait.
  std::size_t maxConnections = 16;
  /// Requests of one origin that wait for a connection; the next one fails with `busy`.
  std::size_t maxWaiting = 512;
  /// So many failed requests in a row, repetitions not counted, and the origin is left alone for `firstRest` and up to
  /// a quarter more. Then one request tries it; if that fails too, the rest is twice as long, up to `longestRest`.
  unsigned failuresBeforeRest = 5;
  std::chrono::milliseconds firstRest{1'000};
  std::chrono::milliseconds longestRest{60'000};
  /// Trusted beside the system's authorities (PEM); empty: none. The system's can be named by SSL_CERT_FILE.
  std::filesystem::path extraAuthorities{};
};

/// Requests to other servers over HTTP/1.1, with TLS verified against the authorities and the host's name. Connections
/// are kept and used again. An origin that keeps failing is left alone for a while (circuit breaker), so that callers
/// hear of it at once; time-outs, broken connections and 5xx are failures, 4xx are not. A request that the upstream
/// cannot have got whole is tried once more; one that is `repeatable` up to twice more, after a pause or when the
/// upstream's Retry-After says (429, 502, 503, 504), as long as the total time allows. Follows no redirect, keeps no
/// cookie; of a URL it logs the origin alone, and of headers and bodies nothing: they may hold secrets.
/// Owned by the composition root; works on one executor.
class Client {
 public:
  /// `executor` must be serial. Throws std::runtime_error if `extraAuthorities` cannot be used.
  explicit Client(boost::asio::any_io_executor executor, ClientOptions options = {});
  /// What is under way is dropped without an answer: `stop` first where somebody waits for one. On the executor, or
  /// while that does not run: then no handler is called afterwards.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Any thread; returns at once.
  void send(Request request, Handler handler);

  /// Answers all that is under way or waiting with `stopped`, and everything after. Any thread.
  void stop();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace akbuzat::https
