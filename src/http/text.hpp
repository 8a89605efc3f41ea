#pragma once

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

}  // namespace akbuzat::http
