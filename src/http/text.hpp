#pragma once

namespace akbuzat::http {

/// True for C0 controls and DEL.
bool isControlCharacter(char c);

}  // namespace akbuzat::http
