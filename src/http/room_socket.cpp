#include <chrono>

#include "akbuzat/util/random.hpp"
#include "akbuzat/util/text.hpp"
#include "akbuzat/websocket/handshake.hpp"
#include "http/form.hpp"
#include "http/site.hpp"

namespace akbuzat::http {
namespace {

/// What the original gives to a socket that brings no id.
constexpr std::size_t kMadeConnectionId = 21;

bool hasParameter(std::string_view query, std::string_view name) {
  return query.starts_with(std::string{name} + "=") || query.find("&" + std::string{name} + "=") != std::string::npos;
}

Response switchProtocols(const websocket::HandshakeAnswer& answer, Upgrade upgrade) {
  Response response = emptyResponse(101);
  response.add("Upgrade", "websocket").add("Connection", "Upgrade").add("Sec-WebSocket-Accept", answer.accept);
  if (!answer.extensions.empty()) response.add("Sec-WebSocket-Extensions", answer.extensions);
  upgrade.deflate = !answer.extensions.empty();
  response.upgrade = std::make_unique<Upgrade>(std::move(upgrade));
  return response;
}

/// Protocol A.1: who may open a member's socket, and what the others are told.
Response openSocket(Site& site, const Request& request) {
  // Not before the check for a name: the original says 401 to whoever has none.
  if (!request.identity) return emptyResponse(401);
  const auto joined = [&request](std::string_view name) { return request.headers.joined(name); };
  const std::string connection = joined("Connection");
  const std::string upgrade = joined("Upgrade");
  const std::string version = joined("Sec-WebSocket-Version");
  const std::string key = joined("Sec-WebSocket-Key");
  const std::string extensions = joined("Sec-WebSocket-Extensions");
  const websocket::HandshakeFields fields{connection, upgrade, version, key, extensions};
  if (request.method != "GET" || !websocket::wantsWebSocket(fields))
    return textResponse(404, "This address speaks WebSocket.\n");

  // A browser always sends it; a page of another site must not act in our user's name.
  if (request.headers.has("Origin") && !isOwnOrigin(request.headers.get("Origin"), request, site.config))
    return jsonError(403, "foreign_origin", "Sockets from pages of other sites are not taken.");
  const websocket::HandshakeAnswer answer = websocket::answerHandshake(fields);
  if (answer.error == websocket::HandshakeError::unsupportedVersion) {
    Response response = jsonError(426, "websocket_version", "Only WebSocket version 13 is spoken here.");
    response.add("Sec-WebSocket-Version", "13").add("Upgrade", "websocket");
    return response;
  }
  if (answer.error) return jsonError(400, "websocket_key", "Sec-WebSocket-Key is not 16 bytes in base64.");

  std::string id;
  if (hasParameter(request.query, "_pk")) {
    id = formValue(request.query, "_pk").value_or("");
    if (!util::isIdentifier(id)) return jsonError(400, "bad_connection_id", "_pk is 1 to 64 of A-Z a-z 0-9 - and _.");
  } else {
    id = util::randomToken(kMadeConnectionId);
  }
  if (!site.limiter.takeSocket(request.client, std::chrono::steady_clock::now())) {
    Response response = jsonError(429, "too_many_sockets", "Too many sockets were opened from this address.");
    response.add("Retry-After", "5");
    return response;
  }
  return switchProtocols(
      answer, Upgrade{room::RoomName{request.room}, protocol::ConnectionId{std::move(id)}, *request.identity, false});
}

}  // namespace

void addRoomSocket(Router& router, Site& site) {
  router.add("GET", "/parties/rooms/{room}/*",
             [&site](const Request& request, Responder responder) { responder(openSocket(site, request)); });
}

}  // namespace akbuzat::http
