#include "akbuzat/rtp/payload.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/rtp/hex.hpp"

namespace akbuzat::rtp {
namespace {

using test::hex;

TEST_CASE("a VP8 descriptor of every form is read (RFC 7741 section 4.2)") {
  SECTION("the mandatory byte alone") {
    const auto vp8 = parseVp8(hex("10 00"));
    REQUIRE(vp8);
    CHECK(vp8->size == 1);
    CHECK(vp8->startOfPartition);
    CHECK(vp8->partition == 0);
    CHECK_FALSE(vp8->nonReference);
    CHECK_FALSE(vp8->pictureId);
    CHECK(vp8->pictureIdAt == 0);
    CHECK_FALSE(vp8->tl0PicIdx);
    CHECK_FALSE(vp8->temporalLayer);
    CHECK(vp8->keyframeStart);
  }
  SECTION("extended without anything") {
    const auto vp8 = parseVp8(hex("80 00 01"));
    REQUIRE(vp8);
    CHECK(vp8->size == 2);
    CHECK_FALSE(vp8->startOfPartition);
  }
  SECTION("picture id of 7 bits") {
    const auto vp8 = parseVp8(hex("80 80 7f 01"));
    REQUIRE(vp8);
    CHECK(vp8->size == 3);
    CHECK(vp8->pictureId == 127);
    CHECK_FALSE(vp8->longPictureId);
    CHECK(vp8->pictureIdAt == 2);
  }
  SECTION("picture id of 15 bits") {
    const auto vp8 = parseVp8(hex("80 80 ffff 01"));
    REQUIRE(vp8);
    CHECK(vp8->size == 4);
    CHECK(vp8->pictureId == 0x7FFF);
    CHECK(vp8->longPictureId);
  }
  SECTION("all of it, as Chromium sends with temporal layers") {
    const auto vp8 = parseVp8(hex("b0 f0 8123 c8 60 01"));
    REQUIRE(vp8);
    CHECK(vp8->size == 6);
    CHECK(vp8->nonReference);
    CHECK(vp8->pictureId == 0x123);
    CHECK(vp8->tl0PicIdx == 200);
    CHECK(vp8->tl0PicIdxAt == 4);
    CHECK(vp8->temporalLayer == 1);
    CHECK(vp8->layerSync);
    CHECK_FALSE(vp8->keyframeStart);
  }
  SECTION("a key index without a temporal layer") {
    const auto vp8 = parseVp8(hex("90 10 df 00"));
    REQUIRE(vp8);
    CHECK(vp8->size == 3);
    CHECK_FALSE(vp8->temporalLayer);
    CHECK_FALSE(vp8->layerSync);
    CHECK(vp8->keyframeStart);
  }
  SECTION("TL0PICIDX alone") {
    const auto vp8 = parseVp8(hex("90 40 ff"));
    REQUIRE(vp8);
    CHECK(vp8->size == 3);
    CHECK(vp8->tl0PicIdx == 255);
    CHECK(vp8->tl0PicIdxAt == 2);
  }
}

TEST_CASE("a VP8 descriptor that does not fit is refused") {
  CHECK_FALSE(parseVp8({}));
  const auto whole = hex("90 f0 8123 c8 60");
  for (std::size_t size = 1; size < whole.size(); ++size) CHECK_FALSE(parseVp8(util::Bytes{whole}.first(size)));
  REQUIRE(parseVp8(whole));
  CHECK(parseVp8(whole)->size == whole.size());
  CHECK_FALSE(parseVp8(whole)->keyframeStart);
}

TEST_CASE("a keyframe begins in partition 0 at its start, and nowhere else") {
  CHECK(parseVp8(hex("10 00"))->keyframeStart);
  CHECK_FALSE(parseVp8(hex("10 01"))->keyframeStart);
  CHECK_FALSE(parseVp8(hex("00 00"))->keyframeStart);
  CHECK_FALSE(parseVp8(hex("11 00"))->keyframeStart);
  CHECK_FALSE(parseVp8(hex("17 00"))->keyframeStart);
  CHECK_FALSE(parseVp8(hex("10"))->keyframeStart);
  // Reserved bits are to be ignored.
  CHECK(parseVp8(hex("58 00"))->keyframeStart);
}

TEST_CASE("of an encrypted VP8 payload only bit 0 of the first byte matters") {
  std::mt19937 random(7);
  for (int i = 0; i < 2000; ++i) {
    auto payload = hex("90 f0 8123 c8 00");
    for (int n = 0; n < 20; ++n) payload.push_back(static_cast<std::uint8_t>(random()));
    const auto vp8 = parseVp8(payload);
    REQUIRE(vp8);
    REQUIRE(vp8->size == 6);
    REQUIRE(vp8->keyframeStart == ((payload[6] & 1U) == 0));
  }
}

TEST_CASE("VP8 ids are rewritten in place and in their form") {
  SECTION("15 bits") {
    auto payload = hex("90 f0 8123 c8 60 01 02");
    rewriteVp8(payload, *parseVp8(payload), 0x7FFF, 0);
    CHECK(payload == hex("90 f0 ffff 00 60 01 02"));
    rewriteVp8(payload, *parseVp8(payload), 0, 255);
    CHECK(payload == hex("90 f0 8000 ff 60 01 02"));
  }
  SECTION("7 bits") {
    auto payload = hex("90 c0 23 c8 01 02");
    rewriteVp8(payload, *parseVp8(payload), 0x1FF, 9);
    CHECK(payload == hex("90 c0 7f 09 01 02"));
    CHECK_FALSE(parseVp8(payload)->longPictureId);
  }
  SECTION("nothing where there is nothing") {
    auto payload = hex("90 20 60 01 02");
    rewriteVp8(payload, *parseVp8(payload), 0x1FF, 9);
    CHECK(payload == hex("90 20 60 01 02"));
  }
}

TEST_CASE("H264: SPS and IDR begin a keyframe (RFC 6184)") {
  CHECK(startsKeyframeH264(hex("67 42 e0 1f")));
  CHECK(startsKeyframeH264(hex("65 88")));
  CHECK(startsKeyframeH264(hex("25")));
  CHECK_FALSE(startsKeyframeH264(hex("41 9a")));  // slice
  CHECK_FALSE(startsKeyframeH264(hex("68 ce")));  // PPS
  CHECK_FALSE(startsKeyframeH264(hex("06 05")));  // SEI
  CHECK_FALSE(startsKeyframeH264({}));
  SECTION("STAP-A") {
    CHECK(startsKeyframeH264(hex("78  0004 67 42 e0 1f  0002 68 ce")));
    CHECK(startsKeyframeH264(hex("78  0002 68 ce  0002 65 88")));
    CHECK_FALSE(startsKeyframeH264(hex("78  0002 68 ce  0002 41 9a")));
    CHECK_FALSE(startsKeyframeH264(hex("78  0005 67 42")));
    CHECK_FALSE(startsKeyframeH264(hex("78  0000 0001 65")));
    CHECK_FALSE(startsKeyframeH264(hex("78  0002 68")));
    CHECK_FALSE(startsKeyframeH264(hex("78")));
  }
  SECTION("FU-A") {
    CHECK(startsKeyframeH264(hex("7c 85 88")));        // start of IDR
    CHECK_FALSE(startsKeyframeH264(hex("7c 05 88")));  // middle
    CHECK_FALSE(startsKeyframeH264(hex("7c 45 88")));  // end
    CHECK_FALSE(startsKeyframeH264(hex("7c 81 88")));  // start of a slice
    CHECK_FALSE(startsKeyframeH264(hex("7c")));
  }
}

TEST_CASE("VP9: the first packet of an unpredicted frame begins a keyframe (RFC 9628)") {
  CHECK(startsKeyframeVp9(hex("08 82")));
  CHECK(startsKeyframeVp9(hex("88 8123 82")));
  CHECK(startsKeyframeVp9(hex("88 23 82")));
  CHECK_FALSE(startsKeyframeVp9(hex("48 82")));
  CHECK_FALSE(startsKeyframeVp9(hex("00 82")));
  CHECK_FALSE(startsKeyframeVp9(hex("04 82")));
  CHECK_FALSE(startsKeyframeVp9({}));
  SECTION("only in the lowest spatial layer") {
    CHECK(startsKeyframeVp9(hex("a8 8123 10 01")));
    CHECK_FALSE(startsKeyframeVp9(hex("a8 8123 03 01")));
    CHECK(startsKeyframeVp9(hex("28 00 05")));
    CHECK_FALSE(startsKeyframeVp9(hex("28 02 05")));
    CHECK_FALSE(startsKeyframeVp9(hex("a8 8123")));
    CHECK_FALSE(startsKeyframeVp9(hex("a8")));
    CHECK_FALSE(startsKeyframeVp9(hex("28")));
  }
}

TEST_CASE("AV1: the N bit begins a coded video sequence") {
  CHECK(startsKeyframeAv1(hex("18 0a")));
  CHECK(startsKeyframeAv1(hex("28 0a")));
  CHECK_FALSE(startsKeyframeAv1(hex("10 0a")));
  CHECK_FALSE(startsKeyframeAv1(hex("98 0a")));  // goes on with an OBU: the spec forbids it with N
  CHECK_FALSE(startsKeyframeAv1({}));
}

}  // namespace
}  // namespace akbuzat::rtp
