#include <cstdint>

#include "akbuzat/rtp/rtcp.hpp"
#include "rtp/rtcp_format.hpp"

namespace akbuzat::rtp {
namespace {

using util::Bytes;

/// One RTCP packet of the compound, its padding taken off.
struct Part {
  std::uint8_t count = 0;
  std::uint8_t type = 0;
  Bytes bytes;
};

/// Takes the first packet off `rest`; nullopt, and `rest` emptied, if its lengths lie.
std::optional<Part> takePart(Bytes& rest) noexcept {
  const Bytes all = rest;
  rest = {};
  if (all.size() < kRtcpHeader || (all[0] & 0xC0U) != kRtcpVersion2) return std::nullopt;
  const std::size_t size = (util::readU16(all, 2) + std::size_t{1}) * 4;
  if (size > all.size()) return std::nullopt;
  std::size_t padding = 0;
  if ((all[0] & kRtcpPaddingBit) != 0) {
    // Padding counts itself (RFC 3550 section 6.4.1). It should be a multiple of four, but browsers fill transport-wide
    // feedback up to whole words with one to three bytes and say so in this way.
    padding = all[size - 1];
    if (padding == 0 || padding > size - kRtcpHeader) return std::nullopt;
  }
  rest = all.subspan(size);
  return Part{
      .count = static_cast<std::uint8_t>(all[0] & kRtcpCountMask), .type = all[1], .bytes = all.first(size - padding)};
}

std::optional<RtcpPacket> readReport(const Part& part) noexcept {
  const bool sender = part.type == kRtcpSenderReport;
  const std::size_t fixed = sender ? kRtcpSenderReportSize : kRtcpReceiverReportSize;
  const std::size_t blocks = part.count * kRtcpReportBlock;
  if (part.bytes.size() < fixed + blocks) return std::nullopt;
  const std::uint32_t ssrc = util::readU32(part.bytes, 4);
  const Bytes view = part.bytes.subspan(fixed, blocks);
  if (!sender) return ReceiverReport{.ssrc = ssrc, .blocks = view};
  return SenderReport{.ssrc = ssrc,
                      .ntp = util::readU64(part.bytes, 8),
                      .rtpTimestamp = util::readU32(part.bytes, 16),
                      .packets = util::readU32(part.bytes, 20),
                      .octets = util::readU32(part.bytes, 24),
                      .blocks = view};
}

enum class Remb { read, other, lies };

Remb readRemb(Bytes content, ReceiverEstimatedMaximumBitrate& out) noexcept {
  // draft-alvestrand-rmcat-remb-03 section 2.2: "REMB", number of SSRCs, 6 bits exponent, 18 bits mantissa, SSRCs.
  // Other uses of the application layer message have another name.
  if (content.size() < 8 || util::readU32(content, 0) != kRembName) return Remb::other;
  if (content.size() < 8 + content[4] * std::size_t{4}) return Remb::lies;
  const std::uint32_t value = util::readU24(content, 5);
  const std::uint32_t exponent = value >> 18U;
  const std::uint64_t mantissa = value & 0x3FFFFU;
  // What does not fit in 64 bits is no bitrate.
  if (((mantissa << exponent) >> exponent) != mantissa) return Remb::other;
  out.bitsPerSecond = mantissa << exponent;
  return Remb::read;
}

}  // namespace

std::optional<RtcpPacket> RtcpReader::takeEntry() noexcept {
  const Bytes entry = entries_;
  if (byes_) {
    entries_ = entries_.subspan(kRtcpByeEntry);
    return Bye{.ssrc = util::readU32(entry, 0)};
  }
  entries_ = entries_.subspan(kRtcpFirEntry);
  return FullIntraRequest{.mediaSsrc = util::readU32(entry, 0), .sequence = entry[4]};
}

std::optional<RtcpPacket> RtcpReader::next() noexcept {
  while (entries_.empty()) {
    if (rest_.empty()) return std::nullopt;
    const std::optional<Part> part = takePart(rest_);
    if (!part) return std::nullopt;
    switch (part->type) {
      case kRtcpSenderReport:
      case kRtcpReceiverReport: {
        const std::optional<RtcpPacket> report = readReport(*part);
        if (!report) rest_ = {};
        return report;
      }
      case kRtcpBye: {
        const std::size_t size = part->count * kRtcpByeEntry;
        if (part->bytes.size() < kRtcpHeader + size) {
          rest_ = {};
          return std::nullopt;
        }
        entries_ = part->bytes.subspan(kRtcpHeader, size);
        byes_ = true;
        break;
      }
      case kRtcpTransportFeedback:
      case kRtcpPayloadFeedback: {
        if (part->bytes.size() < kRtcpFeedbackHeader) {
          rest_ = {};
          return std::nullopt;
        }
        const std::uint32_t mediaSsrc = util::readU32(part->bytes, 8);
        const Bytes content = part->bytes.subspan(kRtcpFeedbackHeader);
        if (part->type == kRtcpTransportFeedback) {
          if (part->count == kFormatNack) return Nack{.mediaSsrc = mediaSsrc, .pairs = content};
          if (part->count == kFormatTransportWide) return TransportFeedbackPacket{.content = content};
          break;
        }
        if (part->count == kFormatPli) return PictureLossIndication{.mediaSsrc = mediaSsrc};
        if (part->count == kFormatFir) {
          entries_ = content.first(content.size() / kRtcpFirEntry * kRtcpFirEntry);
          byes_ = false;
        } else if (part->count == kFormatApplication) {
          ReceiverEstimatedMaximumBitrate remb;
          const Remb outcome = readRemb(content, remb);
          if (outcome == Remb::read) return remb;
          if (outcome == Remb::lies) {
            rest_ = {};
            return std::nullopt;
          }
        }
        break;
      }
      default: break;
    }
  }
  return takeEntry();
}

std::size_t blockCount(Bytes blocks) noexcept { return blocks.size() / kRtcpReportBlock; }

ReportBlock blockAt(Bytes blocks, std::size_t index) noexcept {
  const Bytes block = blocks.subspan(index * kRtcpReportBlock, kRtcpReportBlock);
  // Sign-extends 24 bits.
  const std::uint32_t lost = util::readU24(block, 5);
  return {.ssrc = util::readU32(block, 0),
          .fractionLost = block[4],
          .cumulativeLost = static_cast<std::int32_t>(lost << 8U) / 256,
          .highestSequence = util::readU32(block, 8),
          .jitter = util::readU32(block, 12),
          .lastSenderReport = util::readU32(block, 16),
          .delaySinceLastSenderReport = util::readU32(block, 20)};
}

}  // namespace akbuzat::rtp
