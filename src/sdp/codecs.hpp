#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "akbuzat/sdp/negotiator.hpp"

// What the SFU accepts and offers of codecs and their feedback (protocol E.4): Opus for audio; for video one primary
// codec and its RTX, so that a publisher cannot switch between codecs that a subscriber has not agreed to.

namespace akbuzat::sdp {

inline constexpr CodecName kCodecs[] = {CodecName::opus, CodecName::vp8, CodecName::vp9, CodecName::h264,
                                        CodecName::av1};

[[nodiscard]] MediaKind kindOf(CodecName codec) noexcept;

/// A codec of a client's m-section; both live as long as the section.
struct PickedCodec {
  const Codec* primary = nullptr;
  /// nullptr without RTX (RFC 4588).
  const Codec* rtx = nullptr;
};

/// The section's format for `codec` in the one profile that every subscriber can decode: H.264 Constrained Baseline, or
/// else Baseline, with packetization-mode 1 (RFC 6184), VP9 and AV1 profile 0.
[[nodiscard]] std::optional<PickedCodec> pick(const MediaDescription& section, CodecName codec);

/// The lines of our answer for a format of the client's offer: its numbers, and the feedback that both know.
[[nodiscard]] std::vector<Codec> answerTo(CodecName codec, const PickedCodec& picked);

/// The lines of our offer; without RTX if `rtxPayloadType` is 0.
[[nodiscard]] std::vector<Codec> offerOf(CodecName codec, std::uint8_t payloadType, std::uint8_t rtxPayloadType);

}  // namespace akbuzat::sdp
