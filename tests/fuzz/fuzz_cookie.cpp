// The session cookie: what a browser may send in Cookie, and what a name may be.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/percent.hpp"
#include "akbuzat/util/utf8.hpp"
#include "http/session_cookie.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace akbuzat;
  static const http::SessionCookie cookie{"secret"};
  const std::string_view input{reinterpret_cast<const char*>(data), size};

  for (const std::string_view value : http::cookieValues(input, http::kSessionCookie)) {
    // Nobody guesses a signature.
    if (cookie.read(value)) std::abort();
  }

  // With a genuine signature any text must be read without harm.
  const std::string payload = util::base64Encode(input);
  std::string signature = util::base64Encode(util::hmacSha256("secret", payload));
  const auto session = cookie.read(util::percentEncode(payload + "." + signature));
  if (session && cookie.read(cookie.write(*session)) != session) std::abort();

  if (const auto name = http::cleanUsername(input)) {
    if (!util::isValidUtf8(*name) || name->empty() || util::countCodePoints(*name) > 64) std::abort();
    if (http::cleanUsername(*name) != name) std::abort();
    const http::Session own{*name, "abcdefghijklmnopqrstuv"};
    if (cookie.read(cookie.write(own)) != own) std::abort();
  }
  return 0;
}
