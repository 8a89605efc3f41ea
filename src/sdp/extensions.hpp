#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "akbuzat/sdp/negotiator.hpp"

// The RTP header extensions that the SFU reads or writes (protocol E.4). All others are refused: a publisher must not
// rely on one that subscribers do not get, such as video-orientation, with which it would no longer turn the picture.

namespace akbuzat::sdp {

struct Extension {
  std::string_view uri;
  std::uint8_t ExtensionIds::*id;
  /// What Firefox 153 would choose, and so we, when we have the choice: it keeps to its own ids where it can and runs
  /// out of one-byte ones when ours are others; Chromium takes any.
  std::uint8_t usualId;
};

inline constexpr std::array<Extension, 6> kExtensions{{
    {"urn:ietf:params:rtp-hdrext:sdes:mid", &ExtensionIds::mid, 3},
    {"urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", &ExtensionIds::rid, 9},
    {"urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", &ExtensionIds::repairedRid, 10},
    {"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", &ExtensionIds::absSendTime, 4},
    {"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", &ExtensionIds::transportSequence, 7},
    {"urn:ietf:params:rtp-hdrext:ssrc-audio-level", &ExtensionIds::audioLevel, 1},
}};

[[nodiscard]] constexpr bool isAboutRids(const Extension& extension) noexcept {
  return extension.id == &ExtensionIds::rid || extension.id == &ExtensionIds::repairedRid;
}

/// The highest id of a one-byte header extension (RFC 8285 section 4.2), the only form that we negotiate.
inline constexpr std::uint8_t kMaxExtensionId = 14;

/// What we accept of an m-section's extensions and what of it serves either direction.
struct PickedExtensions {
  std::vector<ExtensionMapping> accepted;
  ExtensionIds receiving;
  ExtensionIds sending;
};

/// Whether m-sections of this kind use the extension. Those of rids are on every video section, also where no layers
/// are sent: Chromium 156 offers new video sections with the extensions of one that it has already, and then fails to
/// push simulcast if that one lacks them.
[[nodiscard]] bool fits(const Extension& extension, MediaKind kind) noexcept;

/// `receiving` and `sending` are ours. An id stands for one extension, and an extension for one id: the first in the
/// section. We send no rids.
[[nodiscard]] PickedExtensions pickExtensions(const MediaDescription& section, bool receiving, bool sending);

/// The lines of an m-section that we add.
[[nodiscard]] std::vector<ExtensionMapping> offeredExtensions(MediaKind kind, const ExtensionIds& ids);

}  // namespace akbuzat::sdp
