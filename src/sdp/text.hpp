#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace akbuzat::sdp {

/// The part of `text` before the next `separator`, taken off its front with the separator; all of it if there is none.
[[nodiscard]] inline std::string_view take(std::string_view& text, char separator) noexcept {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return part;
}

/// The next word of a line whose fields are parted by spaces; empty at the end.
[[nodiscard]] inline std::string_view takeWord(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return take(text, ' ');
}

/// A decimal number that fills all of `text` and fits into `Int`.
template <class Int>
[[nodiscard]] std::optional<Int> number(std::string_view text) noexcept {
  Int value{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end || text.empty()) return std::nullopt;
  return value;
}

[[nodiscard]] constexpr char lowerCase(char character) noexcept {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

[[nodiscard]] constexpr bool equalsIgnoringCase(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lowerCase(a[i]) != lowerCase(b[i])) return false;
  }
  return true;
}

/// RFC 8866 section 9, `token-char`.
[[nodiscard]] constexpr bool isTokenCharacter(char character) noexcept {
  return character > ' ' && character < '\x7f' &&
         std::string_view{"\"(),/:;<=>?@[\\]"}.find(character) == std::string_view::npos;
}

/// The longest mid or rid: what a two-byte header extension can carry (RFC 8285 section 4.3).
inline constexpr std::size_t kMaxTokenBytes = 255;

[[nodiscard]] constexpr bool isToken(std::string_view text) noexcept {
  if (text.empty() || text.size() > kMaxTokenBytes) return false;
  for (const char character : text) {
    if (!isTokenCharacter(character)) return false;
  }
  return true;
}

}  // namespace akbuzat::sdp
