#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace akbuzat::transport {

/// RFC 5764 section 4.1.2, RFC 7714 section 14.2.
enum class SrtpProfile : std::uint16_t { aes128CmSha1_80 = 0x0001, aeadAes128Gcm = 0x0007 };

/// Length of the master salt; the master key has 16 bytes in both profiles.
[[nodiscard]] constexpr std::size_t saltSize(SrtpProfile profile) noexcept {
  return profile == SrtpProfile::aeadAes128Gcm ? 12 : 14;
}

/// What DTLS gives to SRTP (RFC 5764 section 4.2). Of each salt the first `saltSize` bytes count.
struct SrtpKeys {
  static constexpr std::size_t kKeySize = 16;
  static constexpr std::size_t kMaxSaltSize = 14;
  /// Key and salt, one behind the other, as libsrtp wants them.
  using Master = std::array<std::uint8_t, kKeySize + kMaxSaltSize>;

  SrtpProfile profile = SrtpProfile::aeadAes128Gcm;
  Master theirs{};
  Master ours{};
};

}  // namespace akbuzat::transport
