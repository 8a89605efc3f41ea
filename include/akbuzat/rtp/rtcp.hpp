#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::rtp {

/// RFC 3550 section 6.4.1, the block of a receiver about one source.
struct ReportBlock {
  std::uint32_t ssrc = 0;
  /// Of 256.
  std::uint8_t fractionLost = 0;
  /// Signed, 24 bits.
  std::int32_t cumulativeLost = 0;
  std::uint32_t highestSequence = 0;
  std::uint32_t jitter = 0;
  std::uint32_t lastSenderReport = 0;
  std::uint32_t delaySinceLastSenderReport = 0;
};

struct SenderReport {
  std::uint32_t ssrc = 0;
  /// 32.32 fixed point seconds since 1900.
  std::uint64_t ntp = 0;
  std::uint32_t rtpTimestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
  /// Report blocks follow: view into the packet, 24 bytes each.
  util::Bytes blocks{};
};
struct ReceiverReport {
  std::uint32_t ssrc = 0;
  util::Bytes blocks;
};
struct Bye {
  std::uint32_t ssrc = 0;
};
/// RFC 4585 section 6.2.1: pairs of packet id and bitmask, 4 bytes each.
struct Nack {
  std::uint32_t mediaSsrc = 0;
  util::Bytes pairs;
};
/// RFC 4585 section 6.3.1.
struct PictureLossIndication {
  std::uint32_t mediaSsrc = 0;
};
/// RFC 5104 section 4.3.1, one per entry.
struct FullIntraRequest {
  std::uint32_t mediaSsrc = 0;
  std::uint8_t sequence = 0;
};
/// draft-alvestrand-rmcat-remb-03.
struct ReceiverEstimatedMaximumBitrate {
  std::uint64_t bitsPerSecond = 0;
};
/// draft-holmer-rmcat-transport-wide-cc-extensions-01; the part behind the media SSRC, to be read by
/// TransportFeedback.
struct TransportFeedbackPacket {
  util::Bytes content;
};

using RtcpPacket = std::variant<SenderReport, ReceiverReport, Bye, Nack, PictureLossIndication, FullIntraRequest,
                                ReceiverEstimatedMaximumBitrate, TransportFeedbackPacket>;

/// Walks through a compound packet (RFC 3550 section 6.1) or a part of one alone (RFC 5506). Kinds that nobody here
/// needs are skipped, and the first part whose lengths lie ends the walk. Views are valid as long as the bytes. A FIR
/// with several entries comes as several packets, and so does a BYE.
class RtcpReader {
 public:
  explicit RtcpReader(util::Bytes compound) noexcept : rest_(compound) {}
  [[nodiscard]] std::optional<RtcpPacket> next() noexcept;

 private:
  [[nodiscard]] std::optional<RtcpPacket> takeEntry() noexcept;

  util::Bytes rest_;
  /// Entries still to come of the FIR or BYE under way.
  util::Bytes entries_;
  bool byes_ = false;
};

/// RFC 3550 section 6.4.1: the count has five bits.
inline constexpr std::size_t kMaxReportBlocks = 31;

[[nodiscard]] std::size_t blockCount(util::Bytes blocks) noexcept;
/// `index` is below blockCount(blocks).
[[nodiscard]] ReportBlock blockAt(util::Bytes blocks, std::size_t index) noexcept;

/// Calls `each(sequenceNumber)` for every packet that the NACK asks for.
template <class Function>
void forEachLost(const Nack& nack, Function each) {
  for (std::size_t at = 0; at + 4 <= nack.pairs.size(); at += 4) {
    const std::uint16_t first = util::readU16(nack.pairs, at);
    each(first);
    for (std::uint16_t mask = util::readU16(nack.pairs, at + 2), offset = 1; mask != 0;
         mask = static_cast<std::uint16_t>(mask >> 1U), ++offset) {
      if ((mask & 1U) != 0) each(static_cast<std::uint16_t>(first + offset));
    }
  }
}

// Writers append one RTCP packet at `at` of `out` and return the new end, or `at` unchanged if it does not fit: into
// the bytes, or as more than kMaxReportBlocks blocks, 64 bytes of CNAME or 255 SSRCs do not.

std::size_t writeSenderReport(util::MutableBytes out, std::size_t at, const SenderReport& report,
                              std::span<const ReportBlock> blocks) noexcept;
std::size_t writeReceiverReport(util::MutableBytes out, std::size_t at, std::uint32_t ssrc,
                                std::span<const ReportBlock> blocks) noexcept;
/// SDES with CNAME (RFC 3550 section 6.5).
std::size_t writeSourceDescription(util::MutableBytes out, std::size_t at, std::uint32_t ssrc,
                                   std::string_view cname) noexcept;
/// `lost` in ascending order modulo 2^16; nothing if it is empty.
std::size_t writeNack(util::MutableBytes out, std::size_t at, std::uint32_t senderSsrc, std::uint32_t mediaSsrc,
                      std::span<const std::uint16_t> lost) noexcept;
std::size_t writePli(util::MutableBytes out, std::size_t at, std::uint32_t senderSsrc,
                     std::uint32_t mediaSsrc) noexcept;
/// Rounded down to what 18 bits of mantissa hold.
std::size_t writeRemb(util::MutableBytes out, std::size_t at, std::uint32_t senderSsrc, std::uint64_t bitsPerSecond,
                      std::span<const std::uint32_t> ssrcs) noexcept;

/// Middle 32 bits of an NTP time, as in LSR.
[[nodiscard]] constexpr std::uint32_t compactNtp(std::uint64_t ntp) noexcept {
  return static_cast<std::uint32_t>(ntp >> 16U);
}
/// NTP time of a point of the wall clock in microseconds since 1970.
[[nodiscard]] std::uint64_t toNtp(std::int64_t microseconds) noexcept;

}  // namespace akbuzat::rtp
