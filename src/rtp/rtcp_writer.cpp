#include <algorithm>
#include <bit>

#include "akbuzat/rtp/rtcp.hpp"
#include "rtp/rtcp_format.hpp"

namespace akbuzat::rtp {
namespace {

using util::MutableBytes;

constexpr std::uint32_t kMaxRembMantissa = 0x3FFFF;
constexpr std::size_t kMaxCname = 64;

bool fits(MutableBytes out, std::size_t at, std::size_t size) noexcept {
  return at <= out.size() && size <= out.size() - at;
}

/// `size` is the whole packet's, a multiple of four.
void writeHeader(MutableBytes out, std::size_t at, std::size_t count, std::uint8_t type, std::size_t size) noexcept {
  out[at] = static_cast<std::uint8_t>(kRtcpVersion2 | count);
  out[at + 1] = type;
  util::writeU16(out, at + 2, static_cast<std::uint16_t>(size / 4 - 1));
}

void writeFeedbackHeader(MutableBytes out, std::size_t at, std::uint8_t format, std::uint8_t type, std::size_t size,
                         std::uint32_t senderSsrc, std::uint32_t mediaSsrc) noexcept {
  writeHeader(out, at, format, type, size);
  util::writeU32(out, at + 4, senderSsrc);
  util::writeU32(out, at + 8, mediaSsrc);
}

void writeBlocks(MutableBytes out, std::size_t at, std::span<const ReportBlock> blocks) noexcept {
  for (const ReportBlock& block : blocks) {
    util::writeU32(out, at, block.ssrc);
    out[at + 4] = block.fractionLost;
    // RFC 3550 appendix A.3 keeps the bounds of 24 bits rather than wrap.
    const std::int32_t lost = std::clamp(block.cumulativeLost, -0x800000, 0x7FFFFF);
    util::writeU24(out, at + 5, static_cast<std::uint32_t>(lost) & 0xFFFFFFU);
    util::writeU32(out, at + 8, block.highestSequence);
    util::writeU32(out, at + 12, block.jitter);
    util::writeU32(out, at + 16, block.lastSenderReport);
    util::writeU32(out, at + 20, block.delaySinceLastSenderReport);
    at += kRtcpReportBlock;
  }
}

}  // namespace

std::size_t writeSenderReport(MutableBytes out, std::size_t at, const SenderReport& report,
                              std::span<const ReportBlock> blocks) noexcept {
  const std::size_t size = kRtcpSenderReportSize + blocks.size() * kRtcpReportBlock;
  if (blocks.size() > kMaxReportBlocks || !fits(out, at, size)) return at;
  writeHeader(out, at, blocks.size(), kRtcpSenderReport, size);
  util::writeU32(out, at + 4, report.ssrc);
  util::writeU64(out, at + 8, report.ntp);
  util::writeU32(out, at + 16, report.rtpTimestamp);
  util::writeU32(out, at + 20, report.packets);
  util::writeU32(out, at + 24, report.octets);
  writeBlocks(out, at + kRtcpSenderReportSize, blocks);
  return at + size;
}

std::size_t writeReceiverReport(MutableBytes out, std::size_t at, std::uint32_t ssrc,
                                std::span<const ReportBlock> blocks) noexcept {
  const std::size_t size = kRtcpReceiverReportSize + blocks.size() * kRtcpReportBlock;
  if (blocks.size() > kMaxReportBlocks || !fits(out, at, size)) return at;
  writeHeader(out, at, blocks.size(), kRtcpReceiverReport, size);
  util::writeU32(out, at + 4, ssrc);
  writeBlocks(out, at + kRtcpReceiverReportSize, blocks);
  return at + size;
}

std::size_t writeSourceDescription(MutableBytes out, std::size_t at, std::uint32_t ssrc,
                                   std::string_view cname) noexcept {
  // Header, SSRC, type and length of the item, the item, and one to four zero bytes that end the chunk.
  const std::size_t used = kRtcpHeader + 4 + 2 + cname.size();
  const std::size_t size = (used / 4 + 1) * 4;
  if (cname.size() > kMaxCname || !fits(out, at, size)) return at;
  writeHeader(out, at, 1, kRtcpSourceDescription, size);
  util::writeU32(out, at + 4, ssrc);
  out[at + 8] = kSdesCname;
  out[at + 9] = static_cast<std::uint8_t>(cname.size());
  std::copy(cname.begin(), cname.end(), out.subspan(at + 10).begin());
  std::fill_n(out.subspan(at + used).begin(), size - used, std::uint8_t{0});
  return at + size;
}

std::size_t writeNack(MutableBytes out, std::size_t at, std::uint32_t senderSsrc, std::uint32_t mediaSsrc,
                      std::span<const std::uint16_t> lost) noexcept {
  if (lost.empty()) return at;
  std::size_t end = at + kRtcpFeedbackHeader;
  for (std::size_t i = 0; i < lost.size();) {
    if (!fits(out, end, 4)) return at;
    const std::uint16_t first = lost[i++];
    std::uint32_t mask = 0;
    for (; i < lost.size(); ++i) {
      const auto offset = static_cast<std::uint16_t>(lost[i] - first);
      if (offset > kNackMaskBits) break;
      if (offset != 0) mask |= 1U << (offset - 1U);
    }
    util::writeU16(out, end, first);
    util::writeU16(out, end + 2, static_cast<std::uint16_t>(mask));
    end += 4;
  }
  writeFeedbackHeader(out, at, kFormatNack, kRtcpTransportFeedback, end - at, senderSsrc, mediaSsrc);
  return end;
}

std::size_t writePli(MutableBytes out, std::size_t at, std::uint32_t senderSsrc, std::uint32_t mediaSsrc) noexcept {
  if (!fits(out, at, kRtcpFeedbackHeader)) return at;
  writeFeedbackHeader(out, at, kFormatPli, kRtcpPayloadFeedback, kRtcpFeedbackHeader, senderSsrc, mediaSsrc);
  return at + kRtcpFeedbackHeader;
}

std::size_t writeRemb(MutableBytes out, std::size_t at, std::uint32_t senderSsrc, std::uint64_t bitsPerSecond,
                      std::span<const std::uint32_t> ssrcs) noexcept {
  const std::size_t size = kRtcpFeedbackHeader + 8 + ssrcs.size() * 4;
  if (ssrcs.size() > 0xFF || !fits(out, at, size)) return at;
  // The media SSRC is 0 (draft-alvestrand-rmcat-remb-03 section 2.2). The mantissa is cut, so that the limit told is
  // never above the one meant.
  writeFeedbackHeader(out, at, kFormatApplication, kRtcpPayloadFeedback, size, senderSsrc, 0);
  const auto bits = static_cast<std::uint32_t>(std::bit_width(bitsPerSecond));
  const std::uint32_t exponent = bits > 18 ? bits - 18 : 0;
  const auto mantissa = static_cast<std::uint32_t>(bitsPerSecond >> exponent) & kMaxRembMantissa;
  util::writeU32(out, at + 12, kRembName);
  out[at + 16] = static_cast<std::uint8_t>(ssrcs.size());
  util::writeU24(out, at + 17, (exponent << 18U) | mantissa);
  for (std::size_t i = 0; i < ssrcs.size(); ++i) util::writeU32(out, at + 20 + i * 4, ssrcs[i]);
  return at + size;
}

std::uint64_t toNtp(std::int64_t microseconds) noexcept {
  // RFC 3550 section 4: seconds from 1900 to 1970 as in RFC 868, here in microseconds.
  constexpr std::int64_t kSecond = 1'000'000;
  constexpr std::int64_t kEpoch = 2'208'988'800 * kSecond;
  const auto since1900 = static_cast<std::uint64_t>(microseconds + kEpoch);
  const std::uint64_t seconds = since1900 / kSecond;
  const std::uint64_t fraction = ((since1900 % kSecond) << 32U) / kSecond;
  return (seconds << 32U) | fraction;
}

}  // namespace akbuzat::rtp
