#pragma once

#include <cstddef>
#include <cstdint>

// Numbers of the RTCP formats, for the reader and the writers.

namespace akbuzat::rtp {

// RFC 3550 sections 6.4 to 6.6.
inline constexpr std::uint8_t kRtcpVersion2 = 0x80;
inline constexpr std::uint8_t kRtcpPaddingBit = 0x20;
inline constexpr std::uint8_t kRtcpCountMask = 0x1F;
inline constexpr std::size_t kRtcpHeader = 4;
inline constexpr std::uint8_t kRtcpSenderReport = 200;
inline constexpr std::uint8_t kRtcpReceiverReport = 201;
inline constexpr std::uint8_t kRtcpSourceDescription = 202;
inline constexpr std::uint8_t kRtcpBye = 203;
inline constexpr std::size_t kRtcpSenderReportSize = 28;
inline constexpr std::size_t kRtcpReceiverReportSize = 8;
inline constexpr std::size_t kRtcpReportBlock = 24;
inline constexpr std::size_t kRtcpByeEntry = 4;
inline constexpr std::uint8_t kSdesCname = 1;

// RFC 4585 section 6.1; header with the SSRCs of sender and media.
inline constexpr std::uint8_t kRtcpTransportFeedback = 205;
inline constexpr std::uint8_t kRtcpPayloadFeedback = 206;
inline constexpr std::size_t kRtcpFeedbackHeader = 12;
// RFC 4585 section 6.2.1.
inline constexpr std::uint8_t kFormatNack = 1;
inline constexpr std::uint16_t kNackMaskBits = 16;
// draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1.
inline constexpr std::uint8_t kFormatTransportWide = 15;
// RFC 4585 section 6.3.1.
inline constexpr std::uint8_t kFormatPli = 1;
// RFC 5104 section 4.3.1.
inline constexpr std::uint8_t kFormatFir = 4;
inline constexpr std::size_t kRtcpFirEntry = 8;
// RFC 4585 section 6.4, draft-alvestrand-rmcat-remb-03 section 2.2.
inline constexpr std::uint8_t kFormatApplication = 15;
inline constexpr std::uint32_t kRembName = 0x52454D42;

}  // namespace akbuzat::rtp
