#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace akbuzat::websocket {

/// The opening handshake's header fields (RFC 6455 section 4.1); an absent one is empty. Fields that came several times
/// are joined by commas.
struct HandshakeFields {
  std::string_view connection;
  std::string_view upgrade;
  std::string_view version;
  std::string_view key;
  std::string_view extensions;
};

/// True if the client asks for WebSocket at all: `Upgrade: websocket` with `Connection: upgrade`.
bool wantsWebSocket(const HandshakeFields& fields);

enum class HandshakeError {
  /// Answer 426 with `Sec-WebSocket-Version: 13` (RFC 6455 section 4.2.2).
  unsupportedVersion,
  /// Answer 400: the key is not 16 bytes in base64.
  badKey,
};

struct HandshakeAnswer {
  /// For Sec-WebSocket-Accept.
  std::string accept;
  /// For Sec-WebSocket-Extensions; empty if permessage-deflate was not offered in a form that we take.
  std::string extensions;
  std::optional<HandshakeError> error;
};

/// Decides on a request for which `wantsWebSocket` holds. No subprotocol is ever selected.
HandshakeAnswer answerHandshake(const HandshakeFields& fields);

/// Sec-WebSocket-Accept for a key (RFC 6455 section 4.2.2).
std::string acceptKey(std::string_view key);

/// The answer to the first offer of permessage-deflate in `offers` that can be met, or empty (RFC 7692 section 5).
std::string negotiateDeflate(std::string_view offers);

}  // namespace akbuzat::websocket
