#pragma once

#include <chrono>
#include <optional>

#include "http/request.hpp"
#include "http/response.hpp"

namespace akbuzat::http {

/// A visitor of Cloudflare Access whose token ends within a day would be thrown out in the middle of a call. So when
/// such a person opens a page, the answer is the same page once more without the token, and Access gives a new one
/// (protocol B.2). Once an hour at most: Access may be set to give tokens for less than a day, and a browser may keep
/// the cookie. Believes nothing of the token.
std::optional<Response> renewAccess(const Request& request, std::chrono::sys_seconds now);

}  // namespace akbuzat::http
