#include "akbuzat/rtp/rtcp.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/rtp/transport_feedback.hpp"
#include "unit/rtp/hex.hpp"

namespace akbuzat::rtp {
namespace {

using test::copy;
using test::hex;
using Bytes = std::vector<std::uint8_t>;

std::vector<RtcpPacket> readAll(util::Bytes bytes) {
  RtcpReader reader(bytes);
  std::vector<RtcpPacket> packets;
  while (const auto packet = reader.next()) packets.push_back(*packet);
  REQUIRE_FALSE(reader.next());
  return packets;
}

std::vector<std::uint16_t> lostIn(const Nack& nack) {
  std::vector<std::uint16_t> lost;
  forEachLost(nack, [&](std::uint16_t sequence) { lost.push_back(sequence); });
  return lost;
}

const std::string kReceiverReport = "80 c9 0001 00000001 ";
const std::string kPli = "81 ce 0002 00000001 11223344 ";

TEST_CASE("a compound packet of Chromium's kind is read part by part") {
  const Bytes bytes = hex(
      // SR with one block
      "81 c8 000c 11223344  e1234567 89abcdef  00012345 00000010 00000fff"
      "55667788 80 fffffe 0001ffff 00000007 456789ab 00010000"
      // SDES
      "81 ca 0002 11223344 01 01 61 00"
      // NACK 100, 101, 116
      "81 cd 0003 11223344 99aabbcc 0064 8001"
      // PLI
      "81 ce 0002 11223344 99aabbcd"
      // REMB 1,000,000 bit/s
      "8f ce 0005 11223344 00000000 52454d42 01 0b d090 99aabbcc"
      // transport-wide feedback
      "8f cd 0005 11223344 99aabbcc 0001 0001 000002 03 2001 0400");
  const auto packets = readAll(bytes);
  REQUIRE(packets.size() == 5);
  const auto& report = std::get<SenderReport>(packets[0]);
  CHECK(report.ssrc == 0x11223344);
  CHECK(report.ntp == 0xe123456789abcdef);
  CHECK(compactNtp(report.ntp) == 0x456789ab);
  CHECK(report.rtpTimestamp == 0x12345);
  CHECK(report.packets == 16);
  CHECK(report.octets == 0xfff);
  REQUIRE(blockCount(report.blocks) == 1);
  const ReportBlock block = blockAt(report.blocks, 0);
  CHECK(block.ssrc == 0x55667788);
  CHECK(block.fractionLost == 128);
  CHECK(block.cumulativeLost == -2);
  CHECK(block.highestSequence == 0x1ffff);
  CHECK(block.jitter == 7);
  CHECK(block.lastSenderReport == 0x456789ab);
  CHECK(block.delaySinceLastSenderReport == 65536);
  const auto& nack = std::get<Nack>(packets[1]);
  CHECK(nack.mediaSsrc == 0x99aabbcc);
  CHECK(lostIn(nack) == std::vector<std::uint16_t>{100, 101, 116});
  CHECK(std::get<PictureLossIndication>(packets[2]).mediaSsrc == 0x99aabbcd);
  CHECK(std::get<ReceiverEstimatedMaximumBitrate>(packets[3]).bitsPerSecond == (std::uint64_t{0x3d090} << 2U));
  CHECK(copy(std::get<TransportFeedbackPacket>(packets[4]).content) == hex("0001 0001 000002 03 2001 0400"));
}

TEST_CASE("a part alone is read (RFC 5506)") {
  CHECK(readAll(hex(kPli)).size() == 1);
  CHECK(readAll(hex("81 cd 0003 00000001 00000002 ffff 0003")).size() == 1);
}

TEST_CASE("a NACK's numbers wrap around") {
  const Bytes bytes = hex("81 cd 0003 00000001 00000002 ffff 8003");
  const auto packets = readAll(bytes);
  REQUIRE(packets.size() == 1);
  CHECK(lostIn(std::get<Nack>(packets[0])) == std::vector<std::uint16_t>{65535, 0, 1, 15});
}

TEST_CASE("a FIR comes as one packet an entry (RFC 5104 section 4.3.1)") {
  const auto packets = readAll(hex("84 ce 0006 00000001 00000000  aabbccdd 05 000000  11223344 ff 000000" + kPli));
  REQUIRE(packets.size() == 3);
  CHECK(std::get<FullIntraRequest>(packets[0]).mediaSsrc == 0xaabbccdd);
  CHECK(std::get<FullIntraRequest>(packets[0]).sequence == 5);
  CHECK(std::get<FullIntraRequest>(packets[1]).mediaSsrc == 0x11223344);
  CHECK(std::get<FullIntraRequest>(packets[1]).sequence == 255);
  CHECK(std::holds_alternative<PictureLossIndication>(packets[2]));
  SECTION("half an entry is none") { CHECK(readAll(hex("84 ce 0003 00000001 00000000 aabbccdd")).empty()); }
}

TEST_CASE("a BYE comes as one packet a source (RFC 3550 section 6.6)") {
  const auto packets = readAll(hex("82 cb 0003 00000001 00000002  02 68 69 00" + kPli));
  REQUIRE(packets.size() == 3);
  CHECK(std::get<Bye>(packets[0]).ssrc == 1);
  CHECK(std::get<Bye>(packets[1]).ssrc == 2);
  CHECK(readAll(hex("80 cb 0000" + kPli)).size() == 1);
}

TEST_CASE("unknown kinds are passed over") {
  const std::string application = "80 cc 0003 00000001 61626364 00000000 ";
  const std::string extendedReport = "80 cf 0001 00000001 ";
  const std::string unknownFeedback = "83 cd 0002 00000001 00000002  8f ce 0003 00000001 00000000 61626364 ";
  const std::string unknownType = "80 ff 0000 ";
  CHECK(readAll(hex(application + extendedReport + unknownFeedback + unknownType + kPli)).size() == 1);
}

TEST_CASE("padding of the last part is taken off") {
  const Bytes bytes = hex(kReceiverReport + "a1 cd 0004 00000001 00000002 0064 0000 00000004");
  const auto packets = readAll(bytes);
  REQUIRE(packets.size() == 2);
  CHECK(lostIn(std::get<Nack>(packets[1])) == std::vector<std::uint16_t>{100});
  SECTION("padding that lies ends the walk") {
    CHECK(readAll(hex(kReceiverReport + "a1 cd 0003 00000001 00000002 0064 0000")).size() == 1);
    CHECK(readAll(hex(kReceiverReport + "a1 cd 0003 00000001 00000002 0064 0010")).size() == 1);
    CHECK(readAll(hex(kReceiverReport + "a1 cd 0003 00000001 00000002 0064 00fc")).size() == 1);
  }
  SECTION("padding may not eat a feedback's header") { CHECK(readAll(hex("a1 ce 0002 00000001 00000004")).empty()); }
}

TEST_CASE("feedback that Chromium fills up to whole words is read") {
  // One packet with a small delta, and 1 to 3 more; what is missing to four bytes is padding, and told so.
  const auto sizes = GENERATE(table<std::string, std::size_t>({
      {"af cd 0005 00000001 00000002 0007 0001 000002 01 2001 10 01", 11},
      {"8f cd 0005 00000001 00000002 0007 0002 000002 01 2002 10 20", 12},
      {"af cd 0006 00000001 00000002 0007 0003 000002 01 2003 10 20 30 000003", 13},
      {"af cd 0006 00000001 00000002 0007 0004 000002 01 2004 10 20 30 40 0002", 14},
  }));
  const Bytes bytes = hex(std::get<0>(sizes) + kPli);
  const auto packets = readAll(bytes);
  REQUIRE(packets.size() == 2);
  const util::Bytes content = std::get<TransportFeedbackPacket>(packets[0]).content;
  CHECK(content.size() == std::get<1>(sizes));
  CHECK(TransportFeedback::parse(content).has_value());
  CHECK(std::holds_alternative<PictureLossIndication>(packets[1]));
}

TEST_CASE("the first part whose lengths lie ends the walk") {
  const std::string good = kReceiverReport;
  const std::vector<std::string> lies = {
      "81 ce ffff 00000001 00000002",  // longer than the bytes
      "81 ce 0001 00000001",           // too short for its header
      "81 c9 0001 00000001",           // a block that is not there
      "9f c9 0007 00000001 000000000000000000000000000000000000000000000000",
      "80 c8 0005 00000001 00000000 00000000 00000000 00000000",  // sender report without its counts
      "82 cb 0001 00000001",                                      // two sources, one there
      "8f ce 0004 00000001 00000000 52454d42 01 00 0001",         // REMB with an SSRC that is not there
      "41 ce 0002 00000001 00000002",                             // version 1
      "81 ce 00",                                                 // no header
  };
  for (const std::string& lie : lies) {
    CAPTURE(lie);
    CHECK(readAll(hex(good + lie + kPli)).size() == 1);
    CHECK(readAll(hex(good + lie)).size() == 1);
  }
  CHECK(readAll(hex(good + "81 ce 0003 00000001 00000002")).size() == 1);
}

TEST_CASE("reports may have an extension behind their blocks") {
  const auto packets = readAll(hex("80 c9 0002 00000001 deadbeef" + kPli));
  REQUIRE(packets.size() == 2);
  CHECK(std::get<ReceiverReport>(packets[0]).blocks.empty());
}

TEST_CASE("a REMB that no number holds is no REMB") {
  CHECK(readAll(hex("8f ce 0004 00000001 00000000 52454d42 00 ff ffff")).empty());
  const auto most = readAll(hex("8f ce 0004 00000001 00000000 52454d42 00 bb ffff"));
  REQUIRE(most.size() == 1);
  CHECK(std::get<ReceiverEstimatedMaximumBitrate>(most[0]).bitsPerSecond == std::uint64_t{0x3ffff} << 46U);
}

TEST_CASE("reports that are written are those that are read") {
  std::array<std::uint8_t, 1500> buffer{};
  std::vector<ReportBlock> blocks(2);
  blocks[0] = {.ssrc = 1,
               .fractionLost = 255,
               .cumulativeLost = -5,
               .highestSequence = 0x2FFFF,
               .jitter = 3,
               .lastSenderReport = 4,
               .delaySinceLastSenderReport = 5};
  blocks[1] = {.ssrc = 2, .cumulativeLost = 20'000'000};
  std::size_t end = writeSenderReport(
      buffer, 0, {.ssrc = 9, .ntp = 0x0102030405060708, .rtpTimestamp = 10, .packets = 11, .octets = 12, .blocks = {}},
      blocks);
  CHECK(end == 28 + 48);
  end = writeSourceDescription(buffer, end, 9, "abcdef");
  CHECK(end == 76 + 20);
  end = writeReceiverReport(buffer, end, 9, std::span{blocks}.first(1));
  CHECK(end == 96 + 32);
  const auto packets = readAll(util::Bytes{buffer}.first(end));
  REQUIRE(packets.size() == 2);
  const auto& sender = std::get<SenderReport>(packets[0]);
  CHECK(sender.ssrc == 9);
  CHECK(sender.ntp == 0x0102030405060708);
  CHECK(sender.rtpTimestamp == 10);
  CHECK(sender.packets == 11);
  CHECK(sender.octets == 12);
  REQUIRE(blockCount(sender.blocks) == 2);
  CHECK(blockAt(sender.blocks, 0).cumulativeLost == -5);
  CHECK(blockAt(sender.blocks, 0).highestSequence == 0x2FFFF);
  CHECK(blockAt(sender.blocks, 0).delaySinceLastSenderReport == 5);
  CHECK(blockAt(sender.blocks, 1).ssrc == 2);
  CHECK(blockAt(sender.blocks, 1).cumulativeLost == 0x7FFFFF);
  CHECK(blockCount(std::get<ReceiverReport>(packets[1]).blocks) == 1);
}

TEST_CASE("a CNAME ends with at least one zero and fills its words") {
  std::array<std::uint8_t, 100> buffer{};
  for (std::size_t size = 0; size <= 64; ++size) {
    buffer.fill(0xEE);
    const std::string name(size, 'x');
    const std::size_t end = writeSourceDescription(buffer, 0, 0x01020304, name);
    REQUIRE(end % 4 == 0);
    REQUIRE(end > 10 + size);
    REQUIRE(end <= 10 + size + 4);
    REQUIRE(util::readU16(buffer, 2) == end / 4 - 1);
    for (std::size_t at = 10 + size; at < end; ++at) REQUIRE(buffer[at] == 0);
    REQUIRE(buffer[end] == 0xEE);
  }
  CHECK(writeSourceDescription(buffer, 3, 1, std::string(65, 'x')) == 3);
}

TEST_CASE("a NACK packs 17 numbers into a pair, also over the wrap-around") {
  std::array<std::uint8_t, 400> buffer{};
  const auto written = [&](const std::vector<std::uint16_t>& lost) {
    const std::size_t end = writeNack(buffer, 0, 1, 2, lost);
    return copy(util::Bytes{buffer}.first(end));
  };
  CHECK(written({}).empty());
  CHECK(written({5}) == hex("81 cd 0003 00000001 00000002 0005 0000"));
  CHECK(written({5, 6, 21}) == hex("81 cd 0003 00000001 00000002 0005 8001"));
  CHECK(written({5, 22}) == hex("81 cd 0004 00000001 00000002 0005 0000 0016 0000"));
  CHECK(written({65534, 65535, 0, 14}) == hex("81 cd 0003 00000001 00000002 fffe 8003"));
  CHECK(written({65534, 15}) == hex("81 cd 0004 00000001 00000002 fffe 0000 000f 0000"));
  CHECK(written({7, 7, 8}) == hex("81 cd 0003 00000001 00000002 0007 0001"));
  std::vector<std::uint16_t> lost;
  for (unsigned i = 0; i < 64; ++i) lost.push_back(static_cast<std::uint16_t>(65500 + i * (1 + i % 5)));
  std::sort(lost.begin(), lost.end(), [](std::uint16_t a, std::uint16_t b) {
    return static_cast<std::uint16_t>(a - 65500) < static_cast<std::uint16_t>(b - 65500);
  });
  lost.erase(std::unique(lost.begin(), lost.end()), lost.end());
  const auto bytes = written(lost);
  CHECK(lostIn(std::get<Nack>(readAll(bytes).at(0))) == lost);
}

TEST_CASE("a REMB is rounded down to 18 bits of mantissa") {
  std::array<std::uint8_t, 40> buffer{};
  const std::array<std::uint32_t, 2> ssrcs{7, 8};
  for (const std::uint64_t rate : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x3FFFF}, std::uint64_t{0x40000},
                                   std::uint64_t{1'234'567}, std::uint64_t{10'000'000'000}, ~std::uint64_t{0}}) {
    const std::size_t end = writeRemb(buffer, 0, 1, rate, ssrcs);
    REQUIRE(end == 28);
    const auto packets = readAll(util::Bytes{buffer}.first(end));
    REQUIRE(packets.size() == 1);
    const std::uint64_t read = std::get<ReceiverEstimatedMaximumBitrate>(packets[0]).bitsPerSecond;
    CHECK(read <= rate);
    CHECK(rate - read <= rate / 0x20000);
  }
}

TEST_CASE("what does not fit is not written") {
  std::array<std::uint8_t, 31> buffer{};
  buffer.fill(0xEE);
  const std::vector<ReportBlock> one(1);
  const std::vector<ReportBlock> tooMany(kMaxReportBlocks + 1);
  const std::array<std::uint32_t, 1> ssrcs{7};
  CHECK(writeSenderReport(buffer, 4, {}, {}) == 4);
  CHECK(writeReceiverReport(buffer, 0, 1, one) == 0);
  CHECK(writeSourceDescription(buffer, 20, 1, "") == 20);
  CHECK(writeNack(buffer, 16, 1, 2, std::vector<std::uint16_t>{1}) == 16);
  CHECK(writePli(buffer, 20, 1, 2) == 20);
  CHECK(writePli(buffer, 32, 1, 2) == 32);
  CHECK(writeRemb(buffer, 8, 1, 2, ssrcs) == 8);
  std::array<std::uint8_t, 1500> large{};
  CHECK(writeReceiverReport(large, 0, 1, tooMany) == 0);
  CHECK(writeSenderReport(large, 0, {}, tooMany) == 0);
  CHECK(writeReceiverReport(large, 0, 1, std::span{tooMany}.first(kMaxReportBlocks)) == 8 + 31 * 24);
}

TEST_CASE("NTP time counts from 1900") {
  CHECK(toNtp(0) == std::uint64_t{2'208'988'800} << 32U);
  CHECK(toNtp(1'500'000) == ((std::uint64_t{2'208'988'801} << 32U) | 0x80000000U));
  CHECK(toNtp(-500'000) == ((std::uint64_t{2'208'988'799} << 32U) | 0x80000000U));
  // The era ends in 2036.
  CHECK(toNtp(2'085'978'496 * std::int64_t{1'000'000}) == 0);
}

}  // namespace
}  // namespace akbuzat::rtp
