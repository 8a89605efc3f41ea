#pragma once

#include <cstdint>

#include "akbuzat/sdp/negotiator.hpp"

namespace akbuzat::sfu {

/// Ticks of an RTP timestamp per second: RFC 7587 for Opus, 90 kHz for every video codec.
[[nodiscard]] constexpr std::uint32_t clockRateOf(sdp::CodecName codec) noexcept {
  return codec == sdp::CodecName::opus ? 48'000 : 90'000;
}

}  // namespace akbuzat::sfu
