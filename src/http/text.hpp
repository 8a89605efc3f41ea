#pragma once

#include <cstddef>
#include <string_view>

namespace akbuzat::http {

/// True for C0 controls and DEL.
bool isControlCharacter(char c);

/// True for 1 to `maxBytes` of A-Z a-z 0-9 - _: what ids look like. No UUID, nor any id of ours, is longer than 64.
bool isIdentifier(std::string_view text, std::size_t maxBytes = 64);

}  // namespace akbuzat::http
