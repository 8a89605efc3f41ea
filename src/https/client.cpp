#include "akbuzat/https/client.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "akbuzat/util/text.hpp"
#include "https/origin.hpp"
#include "https/request_text.hpp"
#include "https/tls.hpp"
#include "https/url.hpp"

namespace akbuzat::https {

std::string_view Response::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [name](const auto& header) { return util::equalIgnoringCase(header.first, name); });
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

std::string_view describe(Failure failure) noexcept {
  switch (failure) {
    case Failure::badRequest: return "the URL, or a header, cannot be sent";
    case Failure::unreachable: return "the host has no address, or nobody listens there";
    case Failure::certificate:
      return "the certificate has expired, is of another name, or nobody trusted has signed it";
    case Failure::tls: return "no TLS connection could be agreed on";
    case Failure::timeout: return "it took too long";
    case Failure::cut: return "the connection ended before the response was whole";
    case Failure::malformed: return "the response is not one of HTTP/1.1";
    case Failure::tooLarge: return "the response is larger than allowed";
    case Failure::resting: return "it has failed so often lately that it is left alone for a while";
    case Failure::busy: return "too many requests are waiting for it";
    case Failure::stopped: return "the server is stopping";
  }
  return "of an unknown reason";
}

/// Lives as long as its posted tasks. All but the constructor is for the executor, unless it says otherwise.
class Client::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::any_io_executor executor, ClientOptions options)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        tlsContext_(makeTlsContext(options_.extraAuthorities)) {}

  void send(const Request& request, Handler handler) {
    if (stopped_) return deliver(std::move(handler), Failure::stopped);
    const std::optional<Url> url = parseUrl(request.url);
    std::optional<std::string> text = url ? writeRequest(request, *url) : std::nullopt;
    if (!text) return deliver(std::move(handler), Failure::badRequest);
    originOf(*url).send(request, std::move(*text), std::move(handler));
  }

  void stop() {
    stopped_ = true;
    for (const auto& [name, origin] : origins_) origin->stop();
    origins_.clear();
  }

  /// Like `stop`, without answers.
  void drop() {
    stopped_ = true;
    origins_.clear();
  }

  /// Any thread. From now on no handler is called.
  void silence() { silent_ = true; }

  [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept { return executor_; }

 private:
  /// There are as many as the configuration names.
  Origin& originOf(const Url& url) {
    auto& origin = origins_[url.origin()];
    if (!origin) {
      origin = std::make_unique<Origin>(
          executor_, tlsContext_, url, options_,
          [this](Handler handler, Outcome outcome) { deliver(std::move(handler), std::move(outcome)); });
    }
    return *origin;
  }

  /// Posted, so that a handler may do with the client whatever it likes.
  void deliver(Handler handler, Outcome outcome) {
    boost::asio::post(
        executor_, [self = shared_from_this(), handler = std::move(handler), outcome = std::move(outcome)]() mutable {
          if (!self->silent_) handler(std::move(outcome));
        });
  }

  boost::asio::any_io_executor executor_;
  ClientOptions options_;
  std::shared_ptr<boost::asio::ssl::context> tlsContext_;
  bool stopped_ = false;
  std::atomic<bool> silent_ = false;
  std::map<std::string, std::unique_ptr<Origin>> origins_;
};

Client::Client(boost::asio::any_io_executor executor, ClientOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

Client::~Client() {
  impl_->silence();
  const boost::asio::any_io_executor executor = impl_->executor();
  boost::asio::dispatch(executor, [impl = std::move(impl_)] { impl->drop(); });
}

void Client::send(Request request, Handler handler) {
  boost::asio::post(impl_->executor(),
                    [impl = impl_, request = std::move(request), handler = std::move(handler)]() mutable {
                      impl->send(request, std::move(handler));
                    });
}

void Client::stop() {
  boost::asio::post(impl_->executor(), [impl = impl_] { impl->stop(); });
}

}  // namespace akbuzat::https
