#include "akbuzat/rtp/layer_rewriter.hpp"

#include <optional>
#include <vector>

#include <catch2/catch.hpp>

namespace akbuzat::rtp {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using Sequence = std::optional<std::uint16_t>;

constexpr std::uint32_t kClock = 90'000;
constexpr util::TimePoint kStart{hours{1}};

Vp8Descriptor vp8(unsigned pictureId, unsigned tl0PicIdx, bool longPictureId = true) {
  Vp8Descriptor descriptor;
  descriptor.longPictureId = longPictureId;
  descriptor.pictureId = static_cast<std::uint16_t>(pictureId & (longPictureId ? 0x7FFFU : 0x7FU));
  descriptor.tl0PicIdx = static_cast<std::uint8_t>(tl0PicIdx);
  return descriptor;
}

/// The outgoing sequence number.
Sequence send(LayerRewriter& rewriter, unsigned sequence) {
  const auto numbers = rewriter.translate(static_cast<std::uint16_t>(sequence), 0, nullptr, kStart);
  if (!numbers) return std::nullopt;
  return numbers->sequence;
}

/// The outgoing timestamp.
std::uint32_t translate(LayerRewriter& rewriter, unsigned sequence, std::uint32_t timestamp, util::TimePoint now) {
  const auto numbers = rewriter.translate(static_cast<std::uint16_t>(sequence), timestamp, nullptr, now);
  REQUIRE(numbers);
  return numbers->timestamp;
}

void skip(LayerRewriter& rewriter, unsigned sequence) { rewriter.skip(static_cast<std::uint16_t>(sequence)); }

LayerRewriter::Numbers frame(LayerRewriter& rewriter, unsigned sequence, std::uint32_t timestamp,
                             const Vp8Descriptor& descriptor, util::TimePoint now) {
  const auto numbers = rewriter.translate(static_cast<std::uint16_t>(sequence), timestamp, &descriptor, now);
  REQUIRE(numbers);
  return *numbers;
}

TEST_CASE("outgoing sequence numbers begin at 1, wherever the source is") {
  const unsigned first = GENERATE(0U, 1U, 1000U, 32'768U, 65'535U);
  LayerRewriter rewriter(kClock);
  for (unsigned i = 0; i < 10; ++i) CHECK(send(rewriter, first + i) == i + 1);
}

TEST_CASE("holes of the source are kept, and late packets fill them") {
  LayerRewriter rewriter(kClock);
  CHECK(send(rewriter, 65'533) == 1);
  CHECK(send(rewriter, 65'535) == 3);
  CHECK(send(rewriter, 2) == 6);
  CHECK(send(rewriter, 65'534) == 2);
  CHECK(send(rewriter, 0) == 4);
  CHECK(send(rewriter, 1) == 5);
  CHECK(send(rewriter, 3) == 7);
}

TEST_CASE("the source may go around many times") {
  LayerRewriter rewriter(kClock);
  for (unsigned i = 0; i < 200'000; ++i) {
    REQUIRE(send(rewriter, 60'000 + i) == static_cast<std::uint16_t>(1 + i));
    if (i % 1000 == 999) {
      REQUIRE(send(rewriter, 60'000 + i - 500) == static_cast<std::uint16_t>(1 + i - 500));
    }
  }
}

TEST_CASE("a new source goes on behind the highest number sent") {
  LayerRewriter rewriter(kClock);
  send(rewriter, 100);
  CHECK(send(rewriter, 105) == 6);
  CHECK(send(rewriter, 103) == 4);
  rewriter.switchSource();
  CHECK(send(rewriter, 65'535) == 7);
  CHECK(send(rewriter, 0) == 8);
  CHECK(send(rewriter, 2) == 10);
  SECTION("and its packets from before the switch must not be sent") {
    CHECK(send(rewriter, 65'534) == std::nullopt);
    CHECK(send(rewriter, 65'000) == std::nullopt);
    CHECK(send(rewriter, 1) == 9);
    CHECK(send(rewriter, 65'535) == 7);
    CHECK(send(rewriter, 3) == 11);
  }
  SECTION("a switch back as well") {
    rewriter.switchSource();
    CHECK(send(rewriter, 106) == 11);
    CHECK(send(rewriter, 105) == std::nullopt);
  }
  SECTION("two switches without a packet between are one") {
    rewriter.switchSource();
    rewriter.switchSource();
    CHECK(send(rewriter, 7) == 11);
  }
}

TEST_CASE("the outgoing numbers wrap around at a switch") {
  LayerRewriter rewriter(kClock);
  for (unsigned i = 0; i < 65'534; ++i) send(rewriter, i);
  rewriter.switchSource();
  CHECK(send(rewriter, 40'000) == 65'535);
  rewriter.switchSource();
  CHECK(send(rewriter, 5) == 0);
  CHECK(send(rewriter, 4) == std::nullopt);
  CHECK(send(rewriter, 6) == 1);
}

TEST_CASE("skipped packets leave no hole") {
  LayerRewriter rewriter(kClock);
  CHECK(send(rewriter, 65'534) == 1);
  skip(rewriter, 65'535);
  skip(rewriter, 0);
  CHECK(send(rewriter, 1) == 2);
  CHECK(send(rewriter, 2) == 3);
  skip(rewriter, 3);
  CHECK(send(rewriter, 4) == 4);
  SECTION("what was before keeps its number, what was skipped has none") {
    CHECK(send(rewriter, 65'534) == 1);
    CHECK(send(rewriter, 65'535) == std::nullopt);
    CHECK(send(rewriter, 0) == std::nullopt);
    CHECK(send(rewriter, 1) == 2);
    CHECK(send(rewriter, 2) == 3);
    CHECK(send(rewriter, 3) == std::nullopt);
    CHECK(send(rewriter, 5) == 5);
  }
}

TEST_CASE("a hole before a skipped packet stays") {
  LayerRewriter rewriter(kClock);
  CHECK(send(rewriter, 10) == 1);
  skip(rewriter, 12);
  CHECK(send(rewriter, 13) == 3);
  CHECK(send(rewriter, 11) == 2);
  skip(rewriter, 16);
  skip(rewriter, 18);
  CHECK(send(rewriter, 19) == 7);
  CHECK(send(rewriter, 17) == 6);
  CHECK(send(rewriter, 15) == 5);
  CHECK(send(rewriter, 14) == 4);
}

TEST_CASE("a skip that is late changes nothing") {
  LayerRewriter rewriter(kClock);
  send(rewriter, 10);
  CHECK(send(rewriter, 12) == 3);
  skip(rewriter, 11);
  CHECK(send(rewriter, 12) == 3);
  CHECK(send(rewriter, 13) == 4);
  skip(rewriter, 13);
  CHECK(send(rewriter, 14) == 5);
}

TEST_CASE("skips between sources change nothing") {
  LayerRewriter rewriter(kClock);
  skip(rewriter, 9);
  CHECK(send(rewriter, 10) == 1);
  rewriter.switchSource();
  skip(rewriter, 11);
  CHECK(send(rewriter, 11) == 2);
}

TEST_CASE("padding takes numbers behind everything sent, and shifts only what comes later") {
  LayerRewriter rewriter(kClock);
  CHECK(rewriter.takeSequence() == 1);
  CHECK(send(rewriter, 65'534) == 2);
  CHECK(send(rewriter, 0) == 4);
  CHECK(rewriter.takeSequence() == 5);
  CHECK(rewriter.takeSequence() == 6);
  CHECK(send(rewriter, 65'535) == 3);
  CHECK(send(rewriter, 2) == 8);
  CHECK(send(rewriter, 1) == 7);
  CHECK(send(rewriter, 0) == 4);
  rewriter.switchSource();
  CHECK(rewriter.takeSequence() == 9);
  CHECK(send(rewriter, 500) == 10);
}

TEST_CASE("padding does not take the number of what is missing before a skipped packet") {
  LayerRewriter rewriter(kClock);
  CHECK(send(rewriter, 10) == 1);
  skip(rewriter, 12);
  CHECK(rewriter.takeSequence() == 3);
  CHECK(send(rewriter, 11) == 2);
  CHECK(send(rewriter, 13) == 4);
  skip(rewriter, 16);
  rewriter.switchSource();
  CHECK(send(rewriter, 100) == 7);
}

TEST_CASE("skips and padding mix") {
  LayerRewriter rewriter(kClock);
  CHECK(send(rewriter, 10) == 1);
  skip(rewriter, 11);
  CHECK(rewriter.takeSequence() == 2);
  skip(rewriter, 12);
  CHECK(rewriter.takeSequence() == 3);
  CHECK(send(rewriter, 13) == 4);
  CHECK(rewriter.takeSequence() == 5);
  skip(rewriter, 14);
  skip(rewriter, 15);
  CHECK(send(rewriter, 16) == 6);
  CHECK(send(rewriter, 10) == 1);
  CHECK(send(rewriter, 13) == 4);
  for (const unsigned skipped : {11U, 12U, 14U, 15U}) CHECK(send(rewriter, skipped) == std::nullopt);
}

TEST_CASE("shifts are remembered up to a bound; what is older has no number any more") {
  LayerRewriter rewriter(kClock);
  std::vector<Sequence> sent;
  unsigned sequence = 65'000;
  for (int i = 0; i < 500; ++i) {
    sent.push_back(send(rewriter, sequence));
    REQUIRE(sent.back() == static_cast<std::uint16_t>(1 + i));
    skip(rewriter, sequence + 1);
    sequence += 2;
  }
  unsigned remembered = 0;
  for (int i = 499; i >= 0; --i) {
    const Sequence again = send(rewriter, 65'000 + 2 * static_cast<unsigned>(i));
    if (again) {
      REQUIRE(remembered == static_cast<unsigned>(499 - i));
      REQUIRE(again == sent[static_cast<std::size_t>(i)]);
      ++remembered;
    }
  }
  // Padding behind each of 30 frames a second, for the 1.5 s for which packets are kept.
  CHECK(remembered >= 45);
  CHECK(send(rewriter, sequence) == 501);
}

TEST_CASE("an outgoing number leads back to the source's") {
  LayerRewriter rewriter(kClock);
  CHECK(rewriter.original(1) == std::nullopt);
  send(rewriter, 65'534);
  skip(rewriter, 65'535);
  send(rewriter, 1);
  CHECK(rewriter.takeSequence() == 4);
  send(rewriter, 2);
  CHECK(rewriter.original(0) == std::nullopt);
  CHECK(rewriter.original(1) == 65'534);
  CHECK(rewriter.original(2) == 0);  // missing, but it may come
  CHECK(rewriter.original(3) == 1);
  CHECK(rewriter.original(4) == std::nullopt);
  CHECK(rewriter.original(5) == 2);
  CHECK(rewriter.original(6) == std::nullopt);
  CHECK(rewriter.original(65'535) == std::nullopt);
  skip(rewriter, 3);
  CHECK(rewriter.original(6) == std::nullopt);
  rewriter.switchSource();
  CHECK(rewriter.original(5) == std::nullopt);
  send(rewriter, 700);
  CHECK(rewriter.original(5) == std::nullopt);
  CHECK(rewriter.original(6) == 700);
}

TEST_CASE("the first source's timestamps go out as they are") {
  LayerRewriter rewriter(kClock);
  CHECK(rewriter.translateTimestamp(5) == std::nullopt);
  CHECK(translate(rewriter, 1, 0xFFFFFFF0, kStart) == 0xFFFFFFF0);
  CHECK(translate(rewriter, 2, 0x10, kStart) == 0x10);
  CHECK(rewriter.translateTimestamp(0x20) == 0x20U);
}

TEST_CASE("timestamps of a new source go on by the time that has passed") {
  LayerRewriter rewriter(kClock);
  translate(rewriter, 1, 1'000'000, kStart);
  translate(rewriter, 2, 1'003'000, kStart + milliseconds{33});
  SECTION("since the newest timestamp was first sent") {
    translate(rewriter, 3, 1'003'000, kStart + milliseconds{40});
    translate(rewriter, 1, 1'000'000, kStart + milliseconds{50});
    rewriter.switchSource();
    CHECK(rewriter.translateTimestamp(7) == std::nullopt);
    CHECK(translate(rewriter, 9000, 7, kStart + milliseconds{133}) == 1'012'000);
    CHECK(translate(rewriter, 9001, 3007, kStart + milliseconds{500}) == 1'015'000);
    CHECK(rewriter.translateTimestamp(7) == 1'012'000U);
    CHECK(rewriter.translateTimestamp(0xFFFFFFFF) == 1'011'992U);
  }
  SECTION("at least one tick, whatever the clock says") {
    for (const auto passed : {milliseconds{33}, milliseconds{20}}) {
      rewriter.switchSource();
      const auto before = translate(rewriter, 50, 5, kStart + milliseconds{33});
      rewriter.switchSource();
      CHECK(translate(rewriter, 9000, 0xFFFFFFFF, kStart + passed) == before + 1);
    }
  }
  SECTION("parts of a tick are cut") {
    rewriter.switchSource();
    CHECK(translate(rewriter, 9000, 7, kStart + milliseconds{33} + microseconds{30}) == 1'003'002);
  }
  SECTION("after any pause they still are later") {
    rewriter.switchSource();
    CHECK(translate(rewriter, 9000, 7, kStart + hours{24 * 30}) - 1'003'000 == 0x7FFFFFFF);
  }
}

TEST_CASE("outgoing timestamps wrap around at a switch") {
  LayerRewriter rewriter(kClock);
  translate(rewriter, 1, 0xFFFFFFFF, kStart);
  rewriter.switchSource();
  CHECK(translate(rewriter, 1, 500, kStart + milliseconds{1}) == 89);
  CHECK(translate(rewriter, 2, 590, kStart + milliseconds{2}) == 179);
}

TEST_CASE("VP8's numbers go on over a switch, wrap around, and keep their holes") {
  LayerRewriter rewriter(kClock);
  auto numbers = frame(rewriter, 1, 0, vp8(0x7FFE, 254), kStart);
  CHECK(numbers.pictureId == 0x7FFE);
  CHECK(numbers.tl0PicIdx == 254);
  numbers = frame(rewriter, 2, 3000, vp8(0x7FFF, 254), kStart);
  CHECK(numbers.pictureId == 0x7FFF);
  rewriter.switchSource();
  numbers = frame(rewriter, 7000, 0, vp8(0x7FFF, 255), kStart);
  CHECK(numbers.pictureId == 0);
  CHECK(numbers.tl0PicIdx == 255);
  numbers = frame(rewriter, 7001, 0, vp8(0x7FFF, 255), kStart);
  CHECK(numbers.pictureId == 0);
  numbers = frame(rewriter, 7004, 6000, vp8(1, 1), kStart);
  CHECK(numbers.pictureId == 2);
  CHECK(numbers.tl0PicIdx == 1);
  SECTION("a late frame has its number and does not count as the newest") {
    numbers = frame(rewriter, 7002, 3000, vp8(0, 0), kStart);
    CHECK(numbers.pictureId == 1);
    CHECK(numbers.tl0PicIdx == 0);
    rewriter.switchSource();
    numbers = frame(rewriter, 1, 0, vp8(100, 100), kStart);
    CHECK(numbers.pictureId == 3);
    CHECK(numbers.tl0PicIdx == 2);
  }
}

TEST_CASE("picture ids of 7 bits wrap around within them") {
  LayerRewriter rewriter(kClock);
  CHECK(frame(rewriter, 1, 0, vp8(126, 0, false), kStart).pictureId == 126);
  rewriter.switchSource();
  for (unsigned i = 0; i < 300; ++i) {
    REQUIRE(frame(rewriter, 1 + i, 3000 * i, vp8(90 + i, 0, false), kStart).pictureId == ((127 + i) & 0x7FU));
  }
  rewriter.switchSource();
  CHECK(frame(rewriter, 1, 0, vp8(5, 0, false), kStart).pictureId == ((127 + 300) & 0x7FU));
}

TEST_CASE("a source may have picture ids of another width, or none") {
  LayerRewriter rewriter(kClock);
  frame(rewriter, 1, 0, vp8(0x1234, 9), kStart);
  rewriter.switchSource();
  const auto plain = frame(rewriter, 1, 0, Vp8Descriptor{}, kStart);
  CHECK(plain.pictureId == 0);
  CHECK(plain.tl0PicIdx == 0);
  rewriter.switchSource();
  CHECK(frame(rewriter, 1, 0, vp8(77, 50, false), kStart).pictureId == 0x35);
  CHECK(frame(rewriter, 2, 0, vp8(77, 50, false), kStart).tl0PicIdx == 10);
  rewriter.switchSource();
  CHECK(frame(rewriter, 1, 0, vp8(0x7000, 70), kStart).pictureId == 0x36);
}

TEST_CASE("a packet sent again has the numbers of the first time") {
  LayerRewriter rewriter(kClock);
  translate(rewriter, 5, 1, kStart);
  rewriter.switchSource();
  const auto first = frame(rewriter, 65'535, 500, vp8(0x7FFF, 255), kStart + milliseconds{10});
  frame(rewriter, 0, 3500, vp8(0, 0), kStart + milliseconds{43});
  skip(rewriter, 1);
  (void)rewriter.takeSequence();
  frame(rewriter, 2, 6500, vp8(1, 1), kStart + milliseconds{76});
  const auto again = frame(rewriter, 65'535, 500, vp8(0x7FFF, 255), kStart + hours{1});
  CHECK(again.sequence == first.sequence);
  CHECK(again.timestamp == first.timestamp);
  CHECK(again.pictureId == first.pictureId);
  CHECK(again.tl0PicIdx == first.tl0PicIdx);
}

}  // namespace
}  // namespace akbuzat::rtp
