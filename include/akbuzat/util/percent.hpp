#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace akbuzat::util {

/// Decodes %XX. nullopt where a % is not followed by two hexadecimal digits. Knows nothing of '+'.
std::optional<std::string> percentDecode(std::string_view text);

/// Decodes a value of application/x-www-form-urlencoded: '+' is a space. nullopt as for percentDecode.
std::optional<std::string> formDecode(std::string_view text);

/// Encodes all but A-Z a-z 0-9 - _ . ! ~ * ' ( ), as JavaScript's encodeURIComponent does.
std::string percentEncode(std::string_view text);

}  // namespace akbuzat::util
