#include "akbuzat/rtp/payload.hpp"

namespace akbuzat::rtp {
namespace {

using util::Bytes;

// RFC 6184 section 5.2, RFC 6184 sections 5.7.1 and 5.8, ITU-T H.264 table 7-1.
constexpr std::uint8_t kH264TypeMask = 0x1F;
constexpr std::uint8_t kH264Idr = 5;
constexpr std::uint8_t kH264Sps = 7;
constexpr std::uint8_t kH264StapA = 24;
constexpr std::uint8_t kH264FuA = 28;

bool startsH264Decoding(std::uint8_t nalHeader) noexcept {
  const auto type = static_cast<std::uint8_t>(nalHeader & kH264TypeMask);
  return type == kH264Idr || type == kH264Sps;
}

}  // namespace

std::optional<Vp8Descriptor> parseVp8(Bytes payload) noexcept {
  // RFC 7741 section 4.2:  |X|R|N|S|R| PID |  then, if X,  |I|L|T|K| RSV |
  if (payload.empty()) return std::nullopt;
  Vp8Descriptor result;
  const std::uint8_t first = payload[0];
  result.nonReference = (first & 0x20U) != 0;
  result.startOfPartition = (first & 0x10U) != 0;
  result.partition = first & 0x07U;
  std::size_t at = 1;
  if ((first & 0x80U) != 0) {
    if (at >= payload.size()) return std::nullopt;
    const std::uint8_t present = payload[at++];
    if ((present & 0x80U) != 0) {
      if (at >= payload.size()) return std::nullopt;
      result.pictureIdAt = at;
      result.longPictureId = (payload[at] & 0x80U) != 0;
      if (result.longPictureId) {
        if (at + 2 > payload.size()) return std::nullopt;
        result.pictureId = static_cast<std::uint16_t>(util::readU16(payload, at) & 0x7FFFU);
        at += 2;
      } else {
        result.pictureId = payload[at++];
      }
    }
    if ((present & 0x40U) != 0) {
      if (at >= payload.size()) return std::nullopt;
      result.tl0PicIdxAt = at;
      result.tl0PicIdx = payload[at++];
    }
    // One byte for both: |TID|Y| KEYIDX |
    if ((present & 0x30U) != 0) {
      if (at >= payload.size()) return std::nullopt;
      if ((present & 0x20U) != 0) {
        result.temporalLayer = static_cast<std::uint8_t>(payload[at] >> 6U);
        result.layerSync = (payload[at] & 0x20U) != 0;
      }
      ++at;
    }
  }
  result.size = at;
  // The inverse key frame flag, RFC 7741 section 4.3.
  result.keyframeStart =
      result.startOfPartition && result.partition == 0 && at < payload.size() && (payload[at] & 0x01U) == 0;
  return result;
}

void rewriteVp8(util::MutableBytes payload, const Vp8Descriptor& descriptor, std::uint16_t pictureId,
                std::uint8_t tl0PicIdx) noexcept {
  if (descriptor.pictureIdAt != 0) {
    if (descriptor.longPictureId) {
      util::writeU16(payload, descriptor.pictureIdAt, static_cast<std::uint16_t>(0x8000U | pictureId));
    } else {
      payload[descriptor.pictureIdAt] = static_cast<std::uint8_t>(pictureId & 0x7FU);
    }
  }
  if (descriptor.tl0PicIdxAt != 0) payload[descriptor.tl0PicIdxAt] = tl0PicIdx;
}

bool startsKeyframeH264(Bytes payload) noexcept {
  if (payload.empty()) return false;
  const auto type = static_cast<std::uint8_t>(payload[0] & kH264TypeMask);
  if (type == kH264FuA) return payload.size() >= 2 && (payload[1] & 0x80U) != 0 && startsH264Decoding(payload[1]);
  if (type != kH264StapA) return startsH264Decoding(payload[0]);
  for (std::size_t at = 1; at + 3 <= payload.size();) {
    const std::size_t size = util::readU16(payload, at);
    at += 2;
    if (size == 0 || at + size > payload.size()) return false;
    if (startsH264Decoding(payload[at])) return true;
    at += size;
  }
  return false;
}

bool startsKeyframeVp9(Bytes payload) noexcept {
  // RFC 9628 section 4.2:  |I|P|L|F|B|E|V|Z|  then, if I, the picture id of 7 or 15 bits, then, if L, |TID|U|SID|D|
  if (payload.empty()) return false;
  const std::uint8_t first = payload[0];
  const bool predicted = (first & 0x40U) != 0;
  const bool begins = (first & 0x08U) != 0;
  if (predicted || !begins) return false;
  std::size_t at = 1;
  if ((first & 0x80U) != 0) {
    if (at >= payload.size()) return false;
    at += (payload[at] & 0x80U) != 0 ? std::size_t{2} : std::size_t{1};
  }
  // An upper spatial layer is predicted from the layer below it, so that a decoder cannot start there.
  if ((first & 0x20U) != 0) return at < payload.size() && (payload[at] & 0x0EU) == 0;
  return true;
}

bool startsKeyframeAv1(Bytes payload) noexcept {
  // AV1 RTP specification section 4.4:  |Z|Y| W |N|-|-|-|  Z: goes on with the OBU of the packet before.
  return !payload.empty() && (payload[0] & 0x08U) != 0 && (payload[0] & 0x80U) == 0;
}

}  // namespace akbuzat::rtp
