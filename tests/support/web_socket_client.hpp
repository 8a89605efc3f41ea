#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace akbuzat::test {

/// The server answered the upgrade with something else than 101.
struct HandshakeRefused : std::runtime_error {
  explicit HandshakeRefused(unsigned httpStatus)
      : std::runtime_error("handshake refused: " + std::to_string(httpStatus)), status(httpStatus) {}
  unsigned status;
};

/// The server has closed the socket, cleanly or not.
struct SocketClosed : std::runtime_error {
  explicit SocketClosed(std::uint16_t closeCode, std::string closeReason = {})
      : std::runtime_error("closed: " + std::to_string(closeCode)), code(closeCode), reason(std::move(closeReason)) {}
  /// 1006 without a close frame.
  std::uint16_t code;
  std::string reason;
};

/// A scripted member of a room on Beast's WebSocket: not ours, so that both sides cannot share a fault. Every wait ends
/// with an exception after half a minute, which is a hang, not a measurement.
class WebSocketClient {
 public:
  struct Options {
    std::map<std::string, std::string> headers = {};
    bool deflate = false;
    /// Octets that the socket takes in before it tells the sender to wait; 0: the system's default.
    int receiveBuffer = 0;
  };

  /// `target` as in "/parties/rooms/room?_pk=id".
  WebSocketClient(std::uint16_t port, const std::string& target, Options options);
  ~WebSocketClient();
  WebSocketClient(WebSocketClient&&) noexcept;
  WebSocketClient& operator=(WebSocketClient&&) noexcept;

  void send(const nlohmann::json& message) { sendText(message.dump()); }
  void sendText(const std::string& text);
  void sendBinary(const std::string& bytes);

  /// The next message.
  nlohmann::json receive();
  /// The next message of this type; skips others.
  nlohmann::json receive(const std::string& type);
  /// The next room state (its `state`) that fulfils `wanted`; skips all else.
  nlohmann::json awaitState(const std::function<bool(const nlohmann::json&)>& wanted);
  /// Skips messages until the server closes.
  SocketClosed awaitClose();

  /// With a close frame and the server's answer.
  void close();
  /// As a vanished network does it: no close frame.
  void abort();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The user record with this id in a room state; null if there is none.
nlohmann::json userIn(const nlohmann::json& state, const std::string& id);

}  // namespace akbuzat::test
