#pragma once

#include <cstddef>
#include <string_view>

namespace akbuzat::http {

/// ASCII only, as HTTP's names are.
bool equalIgnoringCase(std::string_view a, std::string_view b);

/// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

/// Cuts the part before the next `separator` off `rest` and returns it trimmed.
std::string_view nextPart(std::string_view& rest, char separator);

/// True for C0 controls and DEL.
bool isControlCharacter(char c);

/// True for 1 to `maxBytes` of A-Z a-z 0-9 - _: what ids look like. No UUID, nor any id of ours, is longer than 64.
bool isIdentifier(std::string_view text, std::size_t maxBytes = 64);

}  // namespace akbuzat::http
