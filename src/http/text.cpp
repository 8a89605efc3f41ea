#include "http/text.hpp"

namespace akbuzat::http {

bool isControlCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace akbuzat::http
