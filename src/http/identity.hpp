#pragma once

#include <optional>

#include "akbuzat/config/config.hpp"
#include "http/request.hpp"
#include "http/session_cookie.hpp"

namespace akbuzat::http {

/// Who sends these headers: the identity header of a trusted proxy, else the session cookie, else nobody.
std::optional<Identity> identify(const Headers& headers, bool trustedPeer, const config::Config& config,
                                 const SessionCookie& cookie);

/// The valid session of the request's cookie, if any; for keeping its uid when the name changes.
std::optional<Session> sessionOf(const Headers& headers, const SessionCookie& cookie);

}  // namespace akbuzat::http
