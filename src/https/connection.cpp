#include "https/connection.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>

#include "https/tls.hpp"

namespace akbuzat::https {

Connection::Connection(const boost::asio::any_io_executor& executor,
                       std::shared_ptr<boost::asio::ssl::context> tlsContext, Url origin, const ClientOptions& options)
    : tlsContext_(std::move(tlsContext)),
      origin_(std::move(origin)),
      options_(options),
      deadline_(executor),
      socket_(executor) {}

void Connection::open(OpenHandler handler) {
  openHandler_ = std::move(handler);
  deadline_.arm(options_.connectTimeout, [this] { opened(Failure::timeout); });
  connector_ = std::make_shared<Connector>(socket_.get_executor());
  connector_->start(origin_.host, origin_.port,
                    [self = shared_from_this()](std::optional<boost::asio::ip::tcp::socket> socket) {
                      self->onConnected(std::move(socket));
                    });
}

void Connection::onConnected(std::optional<boost::asio::ip::tcp::socket> socket) {
  connector_.reset();
  if (closed_) return;
  if (!socket) return opened(Failure::unreachable);
  socket_ = std::move(*socket);
  // A request is written at once: nothing is gained by waiting for more.
  ErrorCode ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  if (!origin_.tls) return opened(std::nullopt);
  startTls();
}

void Connection::startTls() {
  tls_.emplace(socket_, *tlsContext_);
  if (!expectHost(tls_->native_handle(), origin_)) return opened(Failure::tls);
  deadline_.arm(options_.tlsTimeout, [this] { opened(Failure::timeout); });
  tls_->async_handshake(boost::asio::ssl::stream_base::client,
                        [self = shared_from_this()](const ErrorCode& error) { self->onHandshake(error); });
}

void Connection::onHandshake(const ErrorCode& error) {
  if (closed_) return;
  if (!error) return opened(std::nullopt);
  const bool verified = SSL_get_verify_result(tls_->native_handle()) == X509_V_OK;
  opened(verified ? Failure::tls : Failure::certificate);
}

void Connection::opened(std::optional<Failure> failure) {
  const auto self = shared_from_this();
  deadline_.disarm();
  const OpenHandler handler = std::exchange(openHandler_, nullptr);
  if (failure) {
    close();
  } else {
    // From here to the end one read is always waiting: between exchanges it notices that the upstream has gone.
    read();
  }
  if (handler) handler(failure);
}

void Connection::exchange(std::shared_ptr<const std::string> request, bool isHead, ExchangeHandler handler) {
  deadline_.disarm();
  restEnded_ = nullptr;
  exchangeHandler_ = std::move(handler);
  reader_.emplace(options_.maxHeaderBytes, options_.maxBodyBytes, isHead);
  reusable_ = false;
  responding_ = false;
  writeFailed_ = false;
  writing_ = true;
  const auto buffer = boost::asio::buffer(*request);
  auto written = [self = shared_from_this(), request](const ErrorCode& error, std::size_t) { self->onWritten(error); };
  if (tls_) {
    boost::asio::async_write(*tls_, buffer, std::move(written));
  } else {
    boost::asio::async_write(socket_, buffer, std::move(written));
  }
}

void Connection::onWritten(const ErrorCode& error) {
  if (closed_) return;
  writing_ = false;
  // Not the end yet: the upstream may have answered before it hung up, and reading tells.
  writeFailed_ = static_cast<bool>(error);
  if (!responding_ && exchangeHandler_)
    deadline_.arm(options_.firstByteTimeout, [this] { finish({Failure::timeout}); });
}

void Connection::read() {
  auto done = [self = shared_from_this()](const ErrorCode& error, std::size_t size) { self->onRead(error, size); };
  if (tls_) {
    tls_->async_read_some(boost::asio::buffer(buffer_), std::move(done));
  } else {
    socket_.async_read_some(boost::asio::buffer(buffer_), std::move(done));
  }
}

void Connection::onRead(const ErrorCode& error, std::size_t size) {
  if (closed_) return;
  if (!exchangeHandler_) {
    // At rest: whatever comes, an end or what nobody has asked for, ends it.
    const auto ended = std::exchange(restEnded_, nullptr);
    close();
    if (ended) ended();
    return;
  }
  if (error) return onEnd(error);
  if (!responding_) {
    responding_ = true;
    deadline_.disarm();
  }
  reader_->put({buffer_.data(), size});
  if (!reader_->done()) return read();
  reusable_ = reader_->keepsAlive() && !writing_;
  if (reusable_) read();
  finish({reader_->take()});
}

void Connection::onEnd(const ErrorCode& error) {
  const bool ended = error == boost::asio::error::eof || error == boost::asio::ssl::error::stream_truncated;
  const bool unprocessed = !responding_ && (writeFailed_ || (ended && hasUnacknowledged()));
  // Without close_notify (RFC 8446 section 6.1) nobody knows whether the upstream meant to end here.
  if (error == boost::asio::error::eof) reader_->putEnd();
  finish({reader_->done() ? reader_->take() : Outcome{Failure::cut}, unprocessed});
}

/// An upstream that ends a connection at rest while a request is on its way leaves that request, or its last part,
/// without acknowledgement; one that has read the request acknowledges it with the FIN, if not before.
bool Connection::hasUnacknowledged() {
  int count = 0;
  // tcp(7): bytes in the send queue, where they stay until they are acknowledged.
  return ::ioctl(socket_.native_handle(), SIOCOUTQ, &count) == 0 && count > 0;
}

void Connection::finish(Result result) {
  const auto self = shared_from_this();
  deadline_.disarm();
  const ExchangeHandler handler = std::exchange(exchangeHandler_, nullptr);
  if (!reusable_) close();
  if (handler) handler(std::move(result));
}

void Connection::rest(std::function<void()> ended) {
  restEnded_ = std::move(ended);
  deadline_.arm(options_.idleTimeout, [this] {
    const auto self = shared_from_this();
    const auto over = std::exchange(restEnded_, nullptr);
    close();
    if (over) over();
  });
}

bool Connection::alive() {
  if (closed_) return false;
  pollfd poll{socket_.native_handle(), POLLIN | POLLRDHUP, 0};
  if (::poll(&poll, 1, 0) < 0) return false;
  // With TLS there is more than data that may have come: session tickets do at any time (RFC 8446 section 4.6.1).
  const int fatal = POLLRDHUP | POLLHUP | POLLERR | (tls_ ? 0 : POLLIN);
  return (poll.revents & fatal) == 0;
}

void Connection::close() {
  closed_ = true;
  reusable_ = false;
  deadline_.disarm();
  openHandler_ = nullptr;
  exchangeHandler_ = nullptr;
  restEnded_ = nullptr;
  if (connector_) connector_->cancel();
  connector_.reset();
  ErrorCode ignored;
  socket_.close(ignored);
}

}  // namespace akbuzat::https
