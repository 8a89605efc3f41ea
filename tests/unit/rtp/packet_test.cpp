#include "akbuzat/rtp/packet.hpp"

#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/rtp/hex.hpp"

namespace akbuzat::rtp {
namespace {

using test::copy;
using test::hex;
using Bytes = std::vector<std::uint8_t>;

std::optional<Bytes> element(const Bytes& packet, std::uint8_t id) {
  const auto view = PacketView::parse(packet);
  REQUIRE(view);
  const auto found = view->extension(id);
  if (!found) return std::nullopt;
  return copy(*found);
}

/// A video packet as Chromium sends it: mid "1" in 4, abs-send-time in 2, transport sequence in 3, rid "a" in 10.
const Bytes kVideo =
    hex("90 e0 fffe  00012345  11223344"
        "bede 0004  40 31  22 a1b2c3  31 0102  a0 61  00 00 00 00 00"
        "90 80 8123 10 02 00");

TEST_CASE("a packet's fields are read") {
  const auto view = PacketView::parse(kVideo);
  REQUIRE(view);
  CHECK(view->payloadType() == 96);
  CHECK(view->marker());
  CHECK(view->sequenceNumber() == 0xFFFE);
  CHECK(view->timestamp() == 0x12345);
  CHECK(view->ssrc() == 0x11223344);
  CHECK(copy(view->payload()) == hex("90 80 8123 10 02 00"));
  CHECK(view->textExtension(4) == "1");
  CHECK(view->textExtension(10) == "a");
  CHECK(element(kVideo, 2) == hex("a1b2c3"));
  CHECK(element(kVideo, 3) == hex("0102"));
  CHECK_FALSE(element(kVideo, 5));
  CHECK_FALSE(element(kVideo, 0));
  CHECK_FALSE(element(kVideo, 15));
  CHECK(view->textExtension(5).empty());
}

TEST_CASE("CSRCs are passed over") {
  const auto packet = hex("82 6f 0001 00000002 00000003  aaaaaaaa bbbbbbbb  01 02 03");
  const auto view = PacketView::parse(packet);
  REQUIRE(view);
  CHECK_FALSE(view->marker());
  CHECK(view->payloadType() == 111);
  CHECK(copy(view->payload()) == hex("010203"));
  CHECK_FALSE(PacketView::parse(util::Bytes{packet}.first(19)));
}

TEST_CASE("padding is taken off") {
  const auto packet = hex("a0 60 0001 00000002 00000003  01 02  00 00 03");
  REQUIRE(PacketView::parse(packet));
  CHECK(copy(PacketView::parse(packet)->payload()) == hex("0102"));
  SECTION("a packet that is padding only has no payload") {
    const auto only = hex("a0 60 0001 00000002 00000003  00 00 00 00 05");
    REQUIRE(PacketView::parse(only));
    CHECK(PacketView::parse(only)->payload().empty());
  }
  SECTION("a count of 0, or of more than there is, lies") {
    CHECK_FALSE(PacketView::parse(hex("a0 60 0001 00000002 00000003  01 02 00")));
    CHECK_FALSE(PacketView::parse(hex("a0 60 0001 00000002 00000003  01 02 04")));
    CHECK_FALSE(PacketView::parse(hex("a0 60 0001 00000002 00000003")));
  }
  SECTION("it cannot reach into the header extension") {
    CHECK_FALSE(PacketView::parse(hex("b0 60 0001 00000002 00000003  bede 0001 10 00 00 04")));
  }
}

TEST_CASE("what is no RTP packet is refused") {
  CHECK_FALSE(PacketView::parse({}));
  CHECK_FALSE(PacketView::parse(hex("80 60 0001 00000002 000000")));
  CHECK_FALSE(PacketView::parse(hex("40 60 0001 00000002 00000003")));
  CHECK_FALSE(PacketView::parse(hex("c0 60 0001 00000002 00000003")));
  // An extension that is cut in its header, or says more words than there are.
  CHECK_FALSE(PacketView::parse(hex("90 60 0001 00000002 00000003  bede 00")));
  CHECK_FALSE(PacketView::parse(hex("90 60 0001 00000002 00000003  bede 0002 10 00 00 00")));
  CHECK_FALSE(PacketView::parse(hex("90 60 0001 00000002 00000003  bede ffff")));
}

TEST_CASE("every prefix of a packet is either refused or has its views inside") {
  for (std::size_t size = 0; size < kVideo.size(); ++size) {
    const auto prefix = Bytes(kVideo.begin(), kVideo.begin() + static_cast<std::ptrdiff_t>(size));
    const auto view = PacketView::parse(prefix);
    CHECK(view.has_value() == (size >= 32));
  }
}

TEST_CASE("one-byte elements end where RFC 8285 says") {
  const std::string head = "90 60 0001 00000002 00000003 ";
  SECTION("padding between elements is passed over") {
    CHECK(element(hex(head + "bede 0002  00 00 10 aa  00 20 bb 00"), 2) == hex("bb"));
  }
  SECTION("id 15 ends them") {
    const auto packet = hex(head + "bede 0002  10 aa f0 00  20 bb 00 00");
    CHECK(element(packet, 1) == hex("aa"));
    CHECK_FALSE(element(packet, 2));
    CHECK_FALSE(element(packet, 15));
  }
  SECTION("id 0 with a length ends them") {
    const auto packet = hex(head + "bede 0002  10 aa 01 00  20 bb 00 00");
    CHECK(element(packet, 1) == hex("aa"));
    CHECK_FALSE(element(packet, 2));
  }
  SECTION("an element that does not fit is not there") {
    CHECK_FALSE(element(hex(head + "bede 0001  12 aa bb 2f  cc dd"), 2));
    CHECK_FALSE(element(hex(head + "bede 0001  13 aa bb cc  dd ee"), 1));
  }
  SECTION("16 bytes are the most") {
    CHECK(element(hex(head + "bede 0005  1f 000102030405060708090a0b0c0d0e0f 00 00 00"), 1)->size() == 16);
  }
  SECTION("an empty extension has none") { CHECK_FALSE(element(hex(head + "bede 0000  01"), 1)); }
}

TEST_CASE("two-byte elements are read") {
  const std::string head = "90 60 0001 00000002 00000003 ";
  const auto packet = hex(head + "100f 0003  01 00  ff 03 aabbcc  00  04 02 3132  ee");
  CHECK(element(packet, 1) == Bytes{});
  CHECK(element(packet, 255) == hex("aabbcc"));
  CHECK(element(packet, 4) == hex("3132"));
  CHECK(PacketView::parse(packet)->textExtension(4) == "12");
  CHECK(PacketView::parse(packet)->textExtension(1).empty());
  CHECK_FALSE(element(hex(head + "1000 0001  01 03 aa bb"), 1));
  CHECK_FALSE(element(hex(head + "1000 0001  00 00 00 01"), 1));
}

TEST_CASE("an extension of another profile is passed over") {
  const auto packet = hex("90 60 0001 00000002 00000003  1234 0001  10 aa 00 00  55");
  CHECK_FALSE(element(packet, 1));
  CHECK(copy(PacketView::parse(packet)->payload()) == hex("55"));
}

TEST_CASE("a header that is written is the one that is read") {
  std::array<std::uint8_t, 100> buffer{};
  buffer.fill(0xEE);
  HeaderWriter writer(buffer, {.payloadType = 96, .marker = true, .sequenceNumber = 65535, .timestamp = 7, .ssrc = 8});
  writer.add(4, "1");
  const std::size_t sendTime = writer.reserve(2, 3);
  const std::size_t transport = writer.reserve(3, 2);
  const std::size_t end = writer.finish();
  CHECK(end == 12 + 4 + 12);
  util::writeU24(buffer, sendTime, 0xA1B2C3);
  util::writeU16(buffer, transport, 0x0102);
  buffer[end] = 0x77;
  const auto packet = copy(util::Bytes{buffer}.first(end + 1));
  CHECK(packet == hex("90 e0 ffff 00000007 00000008  bede 0003  40 31 22 a1 b2 c3 31 01 02 00 00 00  77"));
  CHECK(element(packet, 2) == hex("a1b2c3"));
}

TEST_CASE("a header without elements has no extension") {
  std::array<std::uint8_t, 12> buffer{};
  HeaderWriter writer(buffer, {.payloadType = 111, .sequenceNumber = 1, .timestamp = 2, .ssrc = 3});
  writer.add(0, "x");
  writer.add(15, "x");
  writer.add(1, "");
  writer.add(1, "more than sixteen");
  CHECK(writer.reserve(0, 3) == 0);
  CHECK(writer.finish() == 12);
  CHECK(copy(buffer) == hex("80 6f 0001 00000002 00000003"));
}

TEST_CASE("an extension that fills its last word is not padded") {
  std::array<std::uint8_t, 20> buffer{};
  HeaderWriter writer(buffer, {});
  writer.add(1, "abc");
  CHECK(writer.finish() == 20);
  CHECK(util::readU16(buffer, 14) == 1);
}

TEST_CASE("abs-send-time is 6.18 fixed point of seconds and wraps each 64 s") {
  CHECK(toAbsSendTime(0) == 0);
  CHECK(toAbsSendTime(1'000'000) == 1U << 18U);
  CHECK(toAbsSendTime(500'000) == 1U << 17U);
  CHECK(toAbsSendTime(63'999'999) == 0);  // rounds to 64 s
  CHECK(toAbsSendTime(63'999'996) == 0xFFFFFF);
  CHECK(toAbsSendTime(64'000'000) == 0);
  CHECK(toAbsSendTime(65'000'000) == 1U << 18U);
  CHECK(toAbsSendTime(-1'000'000) == 63U << 18U);
  // Microseconds since 1970, as in 2026: far beyond what a shift by 18 bits would leave room for.
  CHECK(toAbsSendTime(64'000'000 * std::int64_t{27'700'000} + 250'000) == 1U << 16U);
}

TEST_CASE("an audio level has seven bits and the voice flag above them") {
  CHECK(parseAudioLevel(0x80).level == 0);
  CHECK(parseAudioLevel(0x80).voice);
  CHECK(parseAudioLevel(0x7F).level == 127);
  CHECK_FALSE(parseAudioLevel(0x7F).voice);
  CHECK(parseAudioLevel(0xAF).level == 47);
}

}  // namespace
}  // namespace akbuzat::rtp
