#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace akbuzat::util {

/// Fills `out` from the system's cryptographic generator. Throws std::runtime_error if there is none.
void randomBytes(std::span<std::uint8_t> out);

/// A version 4 UUID in lower-case text (RFC 9562 section 5.4), 36 characters.
std::string randomUuid();

/// `bytes` random bytes in lower-case hexadecimal digits.
std::string randomHex(std::size_t bytes);

/// All 32 bits are random.
std::uint32_t randomU32();

/// `length` characters of A-Z a-z 0-9 _ -, 6 random bits each.
std::string randomToken(std::size_t length);

}  // namespace akbuzat::util
