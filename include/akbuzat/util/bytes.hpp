#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace akbuzat::util {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

// Network byte order. The caller has checked that the bytes are there.

[[nodiscard]] constexpr std::uint16_t readU16(Bytes bytes, std::size_t at) noexcept {
  return static_cast<std::uint16_t>((bytes[at] << 8U) | bytes[at + 1]);
}

[[nodiscard]] constexpr std::uint32_t readU24(Bytes bytes, std::size_t at) noexcept {
  return (std::uint32_t{bytes[at]} << 16U) | readU16(bytes, at + 1);
}

[[nodiscard]] constexpr std::uint32_t readU32(Bytes bytes, std::size_t at) noexcept {
  return (std::uint32_t{readU16(bytes, at)} << 16U) | readU16(bytes, at + 2);
}

[[nodiscard]] constexpr std::uint64_t readU64(Bytes bytes, std::size_t at) noexcept {
  return (std::uint64_t{readU32(bytes, at)} << 32U) | readU32(bytes, at + 4);
}

constexpr void writeU16(MutableBytes bytes, std::size_t at, std::uint16_t value) noexcept {
  bytes[at] = static_cast<std::uint8_t>(value >> 8U);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

constexpr void writeU24(MutableBytes bytes, std::size_t at, std::uint32_t value) noexcept {
  bytes[at] = static_cast<std::uint8_t>(value >> 16U);
  writeU16(bytes, at + 1, static_cast<std::uint16_t>(value));
}

constexpr void writeU32(MutableBytes bytes, std::size_t at, std::uint32_t value) noexcept {
  writeU16(bytes, at, static_cast<std::uint16_t>(value >> 16U));
  writeU16(bytes, at + 2, static_cast<std::uint16_t>(value));
}

constexpr void writeU64(MutableBytes bytes, std::size_t at, std::uint64_t value) noexcept {
  writeU32(bytes, at, static_cast<std::uint32_t>(value >> 32U));
  writeU32(bytes, at + 4, static_cast<std::uint32_t>(value));
}

}  // namespace akbuzat::util
