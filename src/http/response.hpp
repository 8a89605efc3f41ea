#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "akbuzat/room/room_directory.hpp"
#include "http/request.hpp"

namespace akbuzat::http {

/// What a connection needs to become a member's WebSocket after a 101.
struct Upgrade {
  room::RoomName room;
  protocol::ConnectionId id;
  Identity identity;
  bool deflate = false;
};

/// One answer. The connection adds the status line, Date, the security headers, Content-Length and Connection.
struct Response {
  unsigned status = 200;
  /// Whole header lines, each with its CRLF; filled by `add`.
  std::string fields;
  std::string body;
  /// Used instead of `body` if not empty: a part of a file, which lives as long as the server.
  std::string_view file;
  /// For HEAD: the length is told, the content is not sent.
  bool headOnly = false;
  /// Closes the connection after this answer.
  bool close = false;
  /// Set with status 101 only.
  std::unique_ptr<Upgrade> upgrade;

  /// Appends a header line. Control characters in `value` are left out, so that nothing can begin a line of its own.
  Response& add(std::string_view name, std::string_view value);
  /// Puts this text in the place of the body, and says so; all other header lines stay.
  void becomeText(std::string_view text);
  [[nodiscard]] std::string_view content() const { return file.empty() ? std::string_view{body} : file; }
};

Response emptyResponse(unsigned status);
Response textResponse(unsigned status, std::string_view text);
Response htmlResponse(unsigned status, std::string html);
Response jsonResponse(unsigned status, std::string json);
/// {"error":{"code","message"}}. Both are our own ASCII sentences, never what a client sent.
Response jsonError(unsigned status, std::string_view code, std::string_view message);
/// 302. `location` is a path of this site.
Response redirect(std::string_view location);

/// "Not Found" for 404 …
std::string_view reasonPhrase(unsigned status);

}  // namespace akbuzat::http
