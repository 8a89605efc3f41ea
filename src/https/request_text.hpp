#pragma once

#include <optional>
#include <string>

#include "akbuzat/https/client.hpp"
#include "https/url.hpp"

namespace akbuzat::https {

/// The request as it goes over the wire (RFC 9112), body included. Nothing if the method or a header has characters
/// that would make another request of it.
std::optional<std::string> writeRequest(const Request& request, const Url& url);

}  // namespace akbuzat::https
