#pragma once

#include <string>
#include <string_view>

#include "http/request.hpp"

namespace akbuzat::http {

/// The path and query to go back to: `target` if it is a path of this site, or an absolute URL whose origin is
/// `origin`; everything else becomes "/". What comes back may be put into Location as it is.
std::string safeReturnPath(std::string_view target, std::string_view origin);

/// Where a visitor without a name is sent: the name page, which is told where the visitor wanted to go.
std::string namePageFor(const Request& request);

}  // namespace akbuzat::http
