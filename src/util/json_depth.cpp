#include "akbuzat/util/json_depth.hpp"

#include <cstddef>

namespace akbuzat::util {

bool nestsDeeperThan(std::string_view json, int depth) noexcept {
  int open = 0;
  bool inString = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    switch (json[i]) {
      case '\\': ++i; break;
      case '"': inString = !inString; break;
      case '[':
      case '{':
        if (!inString && ++open > depth) return true;
        break;
      case ']':
      case '}':
        if (!inString) --open;
        break;
      default: break;
    }
  }
  return false;
}

}  // namespace akbuzat::util
