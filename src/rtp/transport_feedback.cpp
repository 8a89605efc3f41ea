#include "akbuzat/rtp/transport_feedback.hpp"

namespace akbuzat::rtp {

std::optional<TransportFeedback> TransportFeedback::parse(util::Bytes content) noexcept {
  if (content.size() < kChunksAt) return std::nullopt;
  TransportFeedback feedback;
  feedback.content_ = content;
  feedback.base_ = util::readU16(content, 0);
  feedback.count_ = util::readU16(content, 2);
  const std::uint32_t reference = util::readU24(content, 4);
  // Signed, 24 bits (section 3.1).
  feedback.referenceTime_ = static_cast<std::int32_t>(reference) - ((reference & 0x800000U) != 0 ? 0x1000000 : 0);
  if (feedback.count_ == 0) return std::nullopt;

  std::size_t chunk = kChunksAt;
  std::size_t deltas = 0;
  for (std::uint32_t done = 0; done < feedback.count_; chunk += 2) {
    if (chunk + 2 > content.size()) return std::nullopt;
    const std::uint16_t bits = util::readU16(content, chunk);
    const std::uint32_t left = feedback.count_ - done;
    if ((bits & 0x8000U) == 0) {
      const std::uint32_t run = bits & 0x1fffU;
      const std::uint32_t symbol = (bits >> 13U) & 3U;
      if (symbol == 3) return std::nullopt;
      deltas += std::size_t{symbol} * (run < left ? run : left);
      done += run;
      continue;
    }
    const bool twoBits = (bits & 0x4000U) != 0;
    const std::uint32_t inChunk = twoBits ? 7 : 14;
    for (std::uint32_t i = 0; i < inChunk && i < left; ++i) {
      const std::uint32_t symbol = twoBits ? (bits >> (12U - 2U * i)) & 3U : (bits >> (13U - i)) & 1U;
      if (symbol == 3) return std::nullopt;
      deltas += symbol;
    }
    done += inChunk;
  }
  if (deltas > content.size() - chunk) return std::nullopt;
  feedback.deltasAt_ = chunk;
  return feedback;
}

}  // namespace akbuzat::rtp
