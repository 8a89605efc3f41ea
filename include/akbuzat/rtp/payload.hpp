#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::rtp {

/// The payload descriptor of VP8 (RFC 7741 section 4.2). End-to-end encryption leaves it alone (protocol E.7).
struct Vp8Descriptor {
  /// Bytes before the payload header.
  std::size_t size = 0;
  bool startOfPartition = false;
  std::uint8_t partition = 0;
  bool nonReference = false;
  /// Where the picture id is in the payload, 0 for none, and whether it has 15 bits rather than 7.
  std::size_t pictureIdAt = 0;
  bool longPictureId = false;
  std::optional<std::uint16_t> pictureId;
  std::size_t tl0PicIdxAt = 0;
  std::optional<std::uint8_t> tl0PicIdx;
  std::optional<std::uint8_t> temporalLayer;
  bool layerSync = false;
  /// Bit 0 of the first payload byte of a frame's first packet (S set, PID 0) is 0: a keyframe. No other byte is
  /// looked at, as it may be encrypted.
  bool keyframeStart = false;
};

/// nullopt if the descriptor does not fit into the payload. Nothing need follow it.
[[nodiscard]] std::optional<Vp8Descriptor> parseVp8(util::Bytes payload) noexcept;

/// Writes other ids in place, in the same form (7 or 15 bits), where the payload has them. `descriptor` is that of
/// `payload`.
void rewriteVp8(util::MutableBytes payload, const Vp8Descriptor& descriptor, std::uint16_t pictureId,
                std::uint8_t tl0PicIdx) noexcept;

// True if the packet begins, or is part of the beginning of, something that a decoder can start with. H264: an SPS or
// IDR, alone, in STAP-A or at the start of FU-A (RFC 6184). VP9: the first packet of a frame without inter-picture
// prediction, of the lowest spatial layer (RFC 9628). AV1: a new coded video sequence (AV1 RTP specification
// section 4.4).

[[nodiscard]] bool startsKeyframeH264(util::Bytes payload) noexcept;
[[nodiscard]] bool startsKeyframeVp9(util::Bytes payload) noexcept;
[[nodiscard]] bool startsKeyframeAv1(util::Bytes payload) noexcept;

}  // namespace akbuzat::rtp
