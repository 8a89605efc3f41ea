#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::test {

/// Bytes written as pairs of hexadecimal digits; everything else between the pairs is for the reader.
inline std::vector<std::uint8_t> hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<std::uint8_t> bytes;
  int high = -1;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) {
      if (high >= 0) throw std::invalid_argument("half a byte");
      continue;
    }
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + static_cast<int>(digit)));
      high = -1;
    }
  }
  if (high >= 0) throw std::invalid_argument("half a byte");
  return bytes;
}

inline std::vector<std::uint8_t> copy(util::Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace akbuzat::test
