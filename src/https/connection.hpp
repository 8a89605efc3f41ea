#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "akbuzat/https/client.hpp"
#include "https/connector.hpp"
#include "https/deadline.hpp"
#include "https/response_reader.hpp"
#include "https/url.hpp"

namespace akbuzat::https {

/// One connection to an origin, plain or with TLS: opened, then one exchange after the other, idle in between. Shared
/// by its `Origin` and its operations; on the client's executor. After `close`, which the owner must call before it
/// goes, no handler is called.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  struct Result {
    Outcome outcome;
    /// Only of failures: the upstream cannot have acted on the request, because it never had the whole of it.
    bool unprocessed = false;
  };
  using OpenHandler = std::function<void(std::optional<Failure>)>;
  using ExchangeHandler = std::function<void(Result)>;

  /// The options outlive it.
  Connection(const boost::asio::any_io_executor& executor, std::shared_ptr<boost::asio::ssl::context> tlsContext,
             Url origin, const ClientOptions& options);

  /// Once, first.
  void open(OpenHandler handler);
  /// One at a time, on an open connection.
  void exchange(std::shared_ptr<const std::string> request, bool isHead, ExchangeHandler handler);
  /// True after an exchange that leaves the connection fit for another.
  [[nodiscard]] bool reusable() const noexcept { return reusable_; }
  /// Waits for the next exchange. `ended` is called if the upstream ends the connection or the idle time is over.
  void rest(std::function<void()> ended);
  /// Whether a connection at rest still is one: the upstream may have ended it, and the news not been read yet.
  [[nodiscard]] bool alive();
  void close();

 private:
  using ErrorCode = boost::system::error_code;

  void onConnected(std::optional<boost::asio::ip::tcp::socket> socket);
  void startTls();
  void onHandshake(const ErrorCode& error);
  void opened(std::optional<Failure> failure);
  void read();
  void onRead(const ErrorCode& error, std::size_t size);
  void onWritten(const ErrorCode& error);
  void onEnd(const ErrorCode& error);
  [[nodiscard]] bool hasUnacknowledged();
  void finish(Result result);

  std::shared_ptr<boost::asio::ssl::context> tlsContext_;
  Url origin_;
  const ClientOptions& options_;
  std::shared_ptr<Connector> connector_;
  Deadline deadline_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  bool reusable_ = false;
  bool closed_ = false;

  OpenHandler openHandler_;
  ExchangeHandler exchangeHandler_;
  std::function<void()> restEnded_;
  std::optional<ResponseReader> reader_;
  bool writing_ = false;
  bool writeFailed_ = false;
  bool responding_ = false;
  /// A whole TLS record (RFC 8446 section 5.1).
  std::array<char, 16 * 1024> buffer_{};
};

}  // namespace akbuzat::https
