#include "http/security_headers.hpp"

namespace akbuzat::http {
namespace {

constexpr std::string_view kConstant =
    "Referrer-Policy: strict-origin-when-cross-origin\r\n"
    "X-Frame-Options: DENY\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Permissions-Policy: camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=(), "
    "magnetometer=(), gyroscope=(), accelerometer=()\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; connect-src 'self'";

/// A day: long enough to protect a returning visitor, short enough to go back on.
constexpr std::string_view kStrictTransport = "Strict-Transport-Security: max-age=86400\r\n";

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

}  // namespace

SecurityHeaders::SecurityHeaders(const config::Config& config)
    : constant_(kConstant), strictTransport_(config.publicUrl.starts_with(kHttps)) {}

void SecurityHeaders::append(std::string& out, std::string_view origin) const {
  out += constant_;
  // Safari before 15.4 does not take 'self' for WebSockets. A page that we take for http may be https to its browser,
  // behind a proxy that nobody declared; one of the two sources then has no effect.
  if (origin.starts_with(kHttps)) {
    out += " wss://";
    out += origin.substr(kHttps.size());
  } else if (origin.starts_with(kHttp)) {
    out += " ws://";
    out += origin.substr(kHttp.size());
    out += " wss://";
    out += origin.substr(kHttp.size());
  }
  out += "\r\n";
  if (strictTransport_ && origin.starts_with(kHttps)) out += kStrictTransport;
}

}  // namespace akbuzat::http
