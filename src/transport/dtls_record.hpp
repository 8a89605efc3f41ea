#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::transport {

/// The random of a ClientHello: who sent it, again or anew.
using ClientRandom = std::array<std::uint8_t, 32>;

/// What the first record of a datagram tells about its place, without any state.
struct DtlsDatagram {
  /// A fragment of a ClientHello in the clear (RFC 6347 section 4.2.2).
  bool clientHello = false;
  /// Its random, if the fragment has it.
  std::optional<ClientRandom> random;
};

/// nullopt unless the datagram is a row of DTLS records whose lengths add up (RFC 6347 section 4.1).
[[nodiscard]] std::optional<DtlsDatagram> readDtls(util::Bytes datagram) noexcept;

}  // namespace akbuzat::transport
