#include "support/web_socket_client.hpp"

#include <chrono>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace akbuzat::test {

namespace websocket = boost::beast::websocket;
using boost::asio::ip::tcp;
using nlohmann::json;

namespace {
constexpr std::chrono::seconds kHang{30};
}

struct WebSocketClient::Impl {
  boost::asio::io_context io;
  websocket::stream<tcp::socket> stream{io};

  /// Runs the operation that `start` begins with a completion handler to its end.
  boost::system::error_code finish(auto start) {
    std::optional<boost::system::error_code> result;
    start([&result](boost::system::error_code error, auto&&...) { result = error; });
    io.restart();
    io.run_for(kHang);
    if (!result) throw std::runtime_error("the server does not answer");
    return *result;
  }

  [[noreturn]] void failed(const boost::system::error_code& error) {
    // A server that has gone cannot take our answer to its close frame, which was received all the same.
    if (error == websocket::error::closed || stream.reason().code != websocket::close_code::none) {
      throw SocketClosed{stream.reason().code, std::string{stream.reason().reason.c_str()}};
    }
    throw SocketClosed{1006};
  }
};

WebSocketClient::WebSocketClient(std::uint16_t port, const std::string& target, Options options)
    : impl_(std::make_unique<Impl>()) {
  auto& stream = impl_->stream;
  tcp::socket& socket = stream.next_layer();
  socket.open(tcp::v4());
  if (options.receiveBuffer != 0)
    socket.set_option(boost::asio::socket_base::receive_buffer_size(options.receiveBuffer));
  socket.connect({boost::asio::ip::address_v4::loopback(), port});
  socket.set_option(tcp::no_delay(true));

  websocket::permessage_deflate deflate;
  deflate.client_enable = options.deflate;
  stream.set_option(deflate);
  stream.read_message_max(64 * 1024 * 1024);
  stream.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    for (const auto& [name, value] : options.headers) request.set(name, value);
  }));
  websocket::response_type response;
  const auto error = impl_->finish(
      [&](auto handler) { stream.async_handshake(response, "127.0.0.1:" + std::to_string(port), target, handler); });
  if (error == websocket::error::upgrade_declined) throw HandshakeRefused{response.result_int()};
  if (error) throw SocketClosed{1006};
}

WebSocketClient::~WebSocketClient() = default;
WebSocketClient::WebSocketClient(WebSocketClient&&) noexcept = default;
WebSocketClient& WebSocketClient::operator=(WebSocketClient&&) noexcept = default;

void WebSocketClient::sendText(const std::string& text) {
  impl_->stream.text(true);
  const auto error =
      impl_->finish([&](auto handler) { impl_->stream.async_write(boost::asio::buffer(text), handler); });
  if (error) impl_->failed(error);
}

void WebSocketClient::sendBinary(const std::string& bytes) {
  impl_->stream.binary(true);
  const auto error =
      impl_->finish([&](auto handler) { impl_->stream.async_write(boost::asio::buffer(bytes), handler); });
  if (error) impl_->failed(error);
}

json WebSocketClient::receive() {
  boost::beast::flat_buffer buffer;
  const auto error = impl_->finish([&](auto handler) { impl_->stream.async_read(buffer, handler); });
  if (error) impl_->failed(error);
  return json::parse(boost::beast::buffers_to_string(buffer.data()));
}

json WebSocketClient::receive(const std::string& type) {
  while (true) {
    json message = receive();
    if (message.value("type", "") == type) return message;
  }
}

json WebSocketClient::awaitState(const std::function<bool(const json&)>& wanted) {
  while (true) {
    const json message = receive("roomState");
    if (wanted(message.at("state"))) return message.at("state");
  }
}

SocketClosed WebSocketClient::awaitClose() {
  try {
    while (true) receive();
  } catch (const SocketClosed& closed) {
    return closed;
  }
}

void WebSocketClient::close() {
  impl_->finish([&](auto handler) { impl_->stream.async_close(websocket::close_code::normal, handler); });
}

void WebSocketClient::abort() {
  boost::system::error_code ignored;
  impl_->stream.next_layer().set_option(boost::asio::socket_base::linger(true, 0), ignored);
  impl_->stream.next_layer().close(ignored);
}

json userIn(const json& state, const std::string& id) {
  for (const json& user : state.at("users")) {
    if (user.at("id") == id) return user;
  }
  return nullptr;
}

}  // namespace akbuzat::test
