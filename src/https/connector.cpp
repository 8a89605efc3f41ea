#include "https/connector.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/ip/address.hpp>

namespace akbuzat::https {
namespace {

using boost::asio::ip::tcp;

/// RFC 8305 section 5: the recommended Connection Attempt Delay.
constexpr std::chrono::milliseconds kAttemptDelay{250};
/// With the delay above more could not be tried in a usual limit for connecting.
constexpr std::size_t kMaxAddresses = 8;

/// The two families by turns, that of the first address first (RFC 8305 section 4).
std::vector<tcp::endpoint> alternate(const tcp::resolver::results_type& results) {
  std::vector<tcp::endpoint> first;
  std::vector<tcp::endpoint> second;
  for (const auto& result : results) {
    const tcp::endpoint endpoint = result.endpoint();
    const bool isFirst = first.empty() || first.front().protocol() == endpoint.protocol();
    (isFirst ? first : second).push_back(endpoint);
  }
  std::vector<tcp::endpoint> all;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()) && all.size() < kMaxAddresses; ++i) {
    if (i < first.size()) all.push_back(first[i]);
    if (i < second.size()) all.push_back(second[i]);
  }
  return all;
}

}  // namespace

Connector::Connector(const boost::asio::any_io_executor& executor) : resolver_(executor), nextTry_(executor) {}

void Connector::start(const std::string& host, std::uint16_t port, Handler handler) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  // Without the resolver's thread, which may be busy with a name that takes long.
  if (!error) return start({Endpoint{address, port}}, std::move(handler));
  handler_ = std::move(handler);
  resolver_.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [self = shared_from_this()](const boost::system::error_code& failed, const tcp::resolver::results_type& results) {
        if (!self->handler_) return;
        self->start(failed ? std::vector<Endpoint>{} : alternate(results), std::exchange(self->handler_, nullptr));
      });
}

void Connector::start(std::vector<Endpoint> endpoints, Handler handler) {
  handler_ = std::move(handler);
  endpoints_ = std::move(endpoints);
  tryNext();
}

void Connector::tryNext() {
  if (next_ == endpoints_.size()) {
    if (trying_.empty()) finish(std::nullopt);
    return;
  }
  const Endpoint endpoint = endpoints_[next_++];
  const auto socket = std::make_shared<Socket>(resolver_.get_executor());
  trying_.push_back(socket);
  if (next_ < endpoints_.size()) nextTry_.arm(kAttemptDelay, [this] { tryNext(); });
  socket->async_connect(endpoint, [self = shared_from_this(), socket](const boost::system::error_code& error) {
    self->onConnected(socket, !error);
  });
}

void Connector::onConnected(const std::shared_ptr<Socket>& socket, bool connected) {
  if (!handler_) return;
  std::erase(trying_, socket);
  if (connected) return finish(std::move(*socket));
  nextTry_.disarm();
  tryNext();
}

void Connector::finish(std::optional<Socket> socket) {
  const Handler handler = std::exchange(handler_, nullptr);
  cancel();
  handler(std::move(socket));
}

void Connector::cancel() {
  handler_ = nullptr;
  resolver_.cancel();
  nextTry_.disarm();
  boost::system::error_code ignored;
  for (const auto& socket : trying_) socket->close(ignored);
  trying_.clear();
}

}  // namespace akbuzat::https
