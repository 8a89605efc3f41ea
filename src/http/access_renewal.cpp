#include "http/access_renewal.hpp"

#include <string>

#include "http/access_token.hpp"
#include "http/return_url.hpp"
#include "http/session_cookie.hpp"

namespace akbuzat::http {
namespace {

constexpr std::chrono::hours kTooSoon{24};
/// Says that it was done.
constexpr std::string_view kMark = "akbuzat_renewed";

std::optional<std::string_view> cookieOf(const Request& request, std::string_view name) {
  for (const std::string_view header : request.headers.all("Cookie")) {
    for (const std::string_view value : cookieValues(header, name)) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Response> renewAccess(const Request& request, std::chrono::sys_seconds now) {
  // A navigation that a person began (W3C Fetch Metadata section 2.4), and so none of a frame or a script.
  if (request.method != "GET" || request.headers.get("Sec-Fetch-User") != "?1") return std::nullopt;
  const auto token = cookieOf(request, "CF_Authorization");
  if (!token || cookieOf(request, kMark)) return std::nullopt;
  const auto expiry = claimedExpiry(*token);
  if (!expiry || *expiry - now >= kTooSoon) return std::nullopt;
  const std::string target = request.query.empty() ? request.path : request.path + "?" + request.query;
  Response response = redirect(safeReturnPath(target, {}));
  for (const char* name : {"CF_Authorization", "CF_AppSession"})
    response.add("Set-Cookie", std::string{name} + "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/;");
  response.add("Set-Cookie", std::string{kMark} + "=1; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax");
  return response;
}

}  // namespace akbuzat::http
