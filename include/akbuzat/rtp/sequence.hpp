#pragma once

#include <cstdint>
#include <optional>

namespace akbuzat::rtp {

/// True if `a` is later than `b` in arithmetic modulo 2^16 (RFC 1982); exactly half the circle apart counts as later
/// for the greater number, so that the order is total.
[[nodiscard]] constexpr bool newer(std::uint16_t a, std::uint16_t b) noexcept {
  const auto distance = static_cast<std::uint16_t>(a - b);
  return distance != 0 && (distance < 0x8000U || (distance == 0x8000U && a > b));
}
[[nodiscard]] constexpr bool newer32(std::uint32_t a, std::uint32_t b) noexcept {
  const std::uint32_t distance = a - b;
  return distance != 0 && (distance < 0x80000000U || (distance == 0x80000000U && a > b));
}

/// Turns 16-bit numbers into ones that do not wrap, each to the value nearest to the one before.
class SequenceUnwrapper {
 public:
  /// The first number is taken as it is. What is older than that may become negative.
  std::int64_t unwrap(std::uint16_t number) noexcept;

 private:
  std::optional<std::int64_t> last_;
};

}  // namespace akbuzat::rtp
