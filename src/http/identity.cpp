#include "http/identity.hpp"

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"

namespace akbuzat::http {
namespace {

/// The length of an e-mail address (RFC 5321 section 4.5.3.1.3), which is what such headers carry.
constexpr std::size_t kMaxHeaderName = 254;

/// Calls `use(session, value)` for the first session cookie that is genuine.
template <class Use>
auto withSession(const Headers& headers, const SessionCookie& cookie, Use use)
    -> decltype(use(Session{}, std::string_view{})) {
  for (const std::string_view header : headers.all("Cookie")) {
    for (const std::string_view value : cookieValues(header, kSessionCookie)) {
      if (auto session = cookie.read(value)) return use(std::move(*session), value);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Identity> identify(const Headers& headers, bool trustedPeer, const config::Config& config,
                                 const SessionCookie& cookie) {
  if (trustedPeer && !config.identityHeader.empty()) {
    if (auto name = cleanUsername(headers.get(config.identityHeader), kMaxHeaderName)) {
      std::string owner = "header:" + *name;
      return Identity{std::move(*name), std::move(owner), Identity::Source::header};
    }
  }
  return withSession(headers, cookie, [](const Session& session, std::string_view value) -> std::optional<Identity> {
    auto name = cleanUsername(session.username);
    if (!name) return std::nullopt;
    // A cookie of an old server has no uid. Browsers whose users took the same name there share an owner until they
    // take a name here.
    std::string owner =
        session.uid.empty() ? "value:" + util::base64Encode(util::sha256(value)) : "session:" + session.uid;
    return Identity{std::move(*name), std::move(owner), Identity::Source::cookie};
  });
}

std::optional<Session> sessionOf(const Headers& headers, const SessionCookie& cookie) {
  return withSession(headers, cookie,
                     [](Session session, std::string_view) { return std::optional{std::move(session)}; });
}

}  // namespace akbuzat::http
