#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "https/deadline.hpp"

namespace akbuzat::https {

/// One try to reach a host: its addresses one after the other, the next when one fails or has not answered soon; the
/// first that takes the connection wins (RFC 8305). Sets itself no limit in time. Lives as long as its operations; on a
/// serial executor.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  /// Nothing: the host has no address, or none of them took it.
  using Handler = std::function<void(std::optional<Socket>)>;

  explicit Connector(const boost::asio::any_io_executor& executor);

  using Endpoint = boost::asio::ip::tcp::endpoint;

  /// `host` is a name or an address. This or the other, once.
  void start(const std::string& host, std::uint16_t port, Handler handler);
  void start(std::vector<Endpoint> endpoints, Handler handler);
  /// The handler is not called any more.
  void cancel();

 private:
  void tryNext();
  void onConnected(const std::shared_ptr<Socket>& socket, bool connected);
  void finish(std::optional<Socket> socket);

  boost::asio::ip::tcp::resolver resolver_;
  Deadline nextTry_;
  Handler handler_;
  std::vector<Endpoint> endpoints_;
  std::size_t next_ = 0;
  std::vector<std::shared_ptr<Socket>> trying_;
};

}  // namespace akbuzat::https
