#include "http/router.hpp"

#include <algorithm>

#include "akbuzat/util/percent.hpp"
#include "akbuzat/util/text.hpp"
#include "akbuzat/util/utf8.hpp"
#include "http/text.hpp"

namespace akbuzat::http {
namespace {

constexpr std::size_t kMaxRoomName = 256;
constexpr std::string_view kRoom = "{room}";
constexpr std::string_view kApp = "{app}";
constexpr std::string_view kSession = "{session}";
constexpr std::string_view kRest = "*";

/// "/a/b" and "/a/b/" are {"a", "b"}; "/" is {}; "/a//b" has an empty segment, which fits nothing.
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path == "/") return segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.ends_with('/')) path.remove_suffix(1);
  for (;;) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool isRoomName(std::string_view segment) {
  if (segment.empty() || segment.size() > kMaxRoomName || segment == "." || segment == "..") return false;
  if (!std::ranges::all_of(segment, [](char c) { return c > ' ' && c < 0x7F; })) return false;
  const auto decoded = util::percentDecode(segment);
  return decoded && util::isValidUtf8(*decoded) && std::ranges::none_of(*decoded, isControlCharacter);
}

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
  std::vector<std::string> segments;
  for (const std::string_view segment : split(pattern)) segments.emplace_back(segment);
  auto route = std::ranges::find(routes_, segments, &Route::segments);
  if (route == routes_.end()) route = routes_.insert(routes_.end(), Route{std::move(segments), {}});
  route->handlers.emplace_back(method, std::move(handler));
}

bool Router::fits(const Route& route, const std::vector<std::string_view>& path, Names& names) {
  const bool open = !route.segments.empty() && route.segments.back() == kRest;
  const std::size_t fixed = route.segments.size() - (open ? 1 : 0);
  if (open ? path.size() < fixed : path.size() != fixed) return false;
  for (std::size_t i = 0; i < fixed; ++i) {
    if (route.segments[i] == kRoom) {
      if (!isRoomName(path[i])) return false;
      names.room = path[i];
    } else if (route.segments[i] == kApp || route.segments[i] == kSession) {
      if (!util::isIdentifier(path[i])) return false;
      (route.segments[i] == kApp ? names.app : names.session) = path[i];
    } else if (route.segments[i] != path[i]) {
      return false;
    }
  }
  return true;
}

/// As the original servers answer (protocol B.1): 400 to a GET where only POST is known, else 405.
Response Router::wrongMethod(const Route& route, std::string_view method) {
  std::string allow;
  for (const auto& [known, handler] : route.handlers) {
    if (!allow.empty()) allow += ", ";
    allow += known == "GET" ? "GET, HEAD" : known;
  }
  const unsigned status = method == "GET" || method == "HEAD" ? 400 : 405;
  Response response = jsonError(status, "method_not_allowed", "This address does not know the request's method.");
  response.add("Allow", allow);
  return response;
}

void Router::route(Request& request, Responder responder) const {
  const std::vector<std::string_view> path = split(request.path);
  for (const Route& route : routes_) {
    Names names;
    if (!fits(route, path, names)) continue;
    request.room = names.room;
    request.app = names.app;
    request.session = names.session;
    for (const auto& [method, handler] : route.handlers) {
      if (request.method == method || (request.method == "HEAD" && method == "GET"))
        return handler(request, std::move(responder));
    }
    return responder(wrongMethod(route, request.method));
  }
  fallback_(request, std::move(responder));
}

}  // namespace akbuzat::http
