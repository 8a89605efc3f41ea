#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akbuzat::util {

/// Standard alphabet with padding (RFC 4648 section 4).
std::string base64Encode(std::span<const std::uint8_t> bytes);
std::string base64Encode(std::string_view text);

/// Accepts the standard alphabet with or without padding. nullopt if `text` is anything else.
std::optional<std::string> base64Decode(std::string_view text);

}  // namespace akbuzat::util
