#pragma once

#include <cstddef>
#include <string_view>

namespace akbuzat::util {

/// True if `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF).
bool isValidUtf8(std::string_view text);

/// The number of code points in well-formed UTF-8.
std::size_t countCodePoints(std::string_view text);

}  // namespace akbuzat::util
