#pragma once

#include <string_view>

namespace akbuzat::http {

/// Content-Type for a file's name, by its extension; application/octet-stream for unknown ones.
std::string_view contentTypeOf(std::string_view fileName);

}  // namespace akbuzat::http
