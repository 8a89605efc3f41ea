// Payload descriptors: parse and rewrite VP8, and the keyframe tests of the other codecs.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "akbuzat/rtp/payload.hpp"

using namespace akbuzat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The input's first bytes are the numbers to write; the payload is a copy of its own size, so that reading beyond it
  // shows.
  if (size < 3) return 0;
  const auto pictureId = static_cast<std::uint16_t>(util::readU16(util::Bytes{data, size}, 0) & 0x7FFFU);
  const std::uint8_t tl0PicIdx = data[2];
  const std::vector<std::uint8_t> payload(data + 3, data + size);

  static_cast<void>(rtp::startsKeyframeH264(payload));
  static_cast<void>(rtp::startsKeyframeVp9(payload));
  static_cast<void>(rtp::startsKeyframeAv1(payload));

  const auto before = rtp::parseVp8(payload);
  if (!before) return 0;
  if (before->size == 0 || before->size > payload.size() || before->size > 6) std::abort();
  if (before->pictureIdAt >= before->size || before->tl0PicIdxAt >= before->size) std::abort();

  std::vector<std::uint8_t> rewritten = payload;
  rtp::rewriteVp8(rewritten, *before, pictureId, tl0PicIdx);
  const auto after = rtp::parseVp8(rewritten);
  if (!after) std::abort();
  if (after->size != before->size || after->longPictureId != before->longPictureId ||
      after->startOfPartition != before->startOfPartition || after->partition != before->partition ||
      after->nonReference != before->nonReference || after->temporalLayer != before->temporalLayer ||
      after->layerSync != before->layerSync || after->keyframeStart != before->keyframeStart ||
      after->pictureId.has_value() != before->pictureId.has_value() ||
      after->tl0PicIdx.has_value() != before->tl0PicIdx.has_value()) {
    std::abort();
  }
  if (after->pictureId && *after->pictureId != (before->longPictureId ? pictureId : pictureId & 0x7F)) std::abort();
  if (after->tl0PicIdx && *after->tl0PicIdx != tl0PicIdx) std::abort();
  // What is behind the descriptor is the sender's, and may be encrypted.
  const auto payloadAt = static_cast<std::ptrdiff_t>(before->size);
  if (!std::equal(payload.begin() + payloadAt, payload.end(), rewritten.begin() + payloadAt, rewritten.end())) {
    std::abort();
  }
  return 0;
}
