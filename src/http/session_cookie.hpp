#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace akbuzat::http {

inline constexpr std::string_view kSessionCookie = "__session";

/// What the cookie says.
struct Session {
  std::string username;
  /// 22 random characters that make the session's owner unguessable; empty in a cookie of an old server.
  std::string uid;

  friend bool operator==(const Session&, const Session&) = default;
};

/// Reads and writes the value of the session cookie: base64 of a JSON text, a dot, base64 of its HMAC-SHA-256 without
/// padding, all of it URI-encoded. Immutable; any thread.
class SessionCookie {
 public:
  explicit SessionCookie(std::string secret) : secret_(std::move(secret)) {}

  [[nodiscard]] std::string write(const Session& session) const;
  /// nullopt if the value was not written with this secret, or does not name a user.
  [[nodiscard]] std::optional<Session> read(std::string_view value) const;

 private:
  [[nodiscard]] std::string sign(std::string_view text) const;

  std::string secret_;
};

/// A cookie as the browser sends it; views into its header.
struct Cookie {
  std::string_view name;
  std::string_view value;
};

/// All cookies of a Cookie header (RFC 6265 section 4.2.1), their values without quotation marks around them.
std::vector<Cookie> cookiesIn(std::string_view header);

/// The values of all cookies called `name` in a Cookie header.
std::vector<std::string_view> cookieValues(std::string_view header, std::string_view name);

/// The name as it is shown: without blanks around it. nullopt unless it is 1 to `maxCodePoints` code points of
/// well-formed UTF-8 without control characters, line separators and signs that turn the direction of the text that
/// follows.
std::optional<std::string> cleanUsername(std::string_view name, std::size_t maxCodePoints = 64);

}  // namespace akbuzat::http
