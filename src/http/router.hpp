#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "http/responder.hpp"

namespace akbuzat::http {

/// Called on the connection's shard; must not block.
using Handler = std::function<void(const Request&, Responder)>;

/// True for one path segment that can name a room: 1 to 256 bytes of ASCII that decode to UTF-8 without controls.
bool isRoomName(std::string_view segment);

/// Finds the handler for a path. The first pattern that fits, in the order of `add`, decides; a slash at the end of a
/// path means nothing. Built at start, then immutable.
class Router {
 public:
  /// `pattern` is made of segments; "{room}" stands for one room name, "{app}" and "{session}" for one identifier, a
  /// last "*" for any number of further segments.
  /// A handler for GET also gets HEAD.
  void add(std::string_view method, std::string_view pattern, Handler handler);
  /// What answers if no pattern fits.
  void setFallback(Handler handler) { fallback_ = std::move(handler); }

  /// Sets the request's `room`, `app` and `session` and calls the handler; a method that the path does not know is
  /// answered here.
  void route(Request& request, Responder responder) const;

 private:
  struct Route {
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, Handler>> handlers;
  };
  /// What stands in a path for the names of its pattern.
  struct Names {
    std::string_view room;
    std::string_view app;
    std::string_view session;
  };

  [[nodiscard]] static bool fits(const Route& route, const std::vector<std::string_view>& path, Names& names);
  static Response wrongMethod(const Route& route, std::string_view method);

  std::vector<Route> routes_;
  Handler fallback_;
};

}  // namespace akbuzat::http
