#pragma once

#include <string_view>

namespace akbuzat::util {

// Of ASCII alone, as names in HTTP and in configurations are; other bytes are left as they are.

char toLower(char c) noexcept;
bool equalIgnoringCase(std::string_view a, std::string_view b) noexcept;

/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text) noexcept;

/// Cuts the part before the next `separator` off `rest` and returns it trimmed. Knows nothing of quotes.
std::string_view nextPart(std::string_view& rest, char separator) noexcept;

/// True for 1 to 64 of A-Z a-z 0-9 - _: what ids look like. No UUID, nor any id of ours, is longer.
bool isIdentifier(std::string_view text) noexcept;

}  // namespace akbuzat::util
