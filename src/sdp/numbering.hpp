#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "akbuzat/sdp/negotiator.hpp"

namespace akbuzat::sdp {

struct PayloadTypes {
  std::uint8_t primary = 0;
  /// 0 for audio.
  std::uint8_t rtx = 0;
};

/// Which payload types and extension ids our offers on one connection use: the client's own where it has shown some,
/// else numbers that it has used for nothing. One number must not mean two things in a bundle (RFC 8843 section 9.1;
/// both browsers refuse extension ids that change their meaning).
class Numbering {
 public:
  /// Takes over what the client's offer or answer says.
  void learn(const SessionDescription& description);

  [[nodiscard]] PayloadTypes payloadTypes(CodecName codec);
  /// For a section of ours; 0 for what the kind does not use.
  [[nodiscard]] ExtensionIds extensionIds(MediaKind kind);

 private:
  void learnCodecs(const SessionDescription& description);
  void learnExtensions(const SessionDescription& description);
  [[nodiscard]] std::uint8_t freePayloadType(std::uint8_t usual);
  [[nodiscard]] std::uint8_t freeExtensionId(std::uint8_t usual);

  /// By codec; 0 is not given. What is once given stays.
  std::array<PayloadTypes, 5> payloadTypes_{};
  std::bitset<128> usedPayloadTypes_;
  /// 0 is not given. What is given stays unless the client shows that it uses another, for it may have refused ours.
  ExtensionIds extensionIds_;
  std::bitset<256> usedExtensionIds_;
};

}  // namespace akbuzat::sdp
