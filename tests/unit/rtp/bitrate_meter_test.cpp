#include "akbuzat/rtp/bitrate_meter.hpp"

#include <limits>

#include <catch2/catch.hpp>

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;

const util::TimePoint kBegin{1h};

TEST_CASE("a meter that has seen nothing says nothing") {
  CHECK(BitrateMeter{}.bitsPerSecond(kBegin) == 0);
  CHECK(BitrateMeter{}.bitsPerSecond(util::TimePoint{}) == 0);
}

TEST_CASE("a steady rate is measured within a packet") {
  BitrateMeter meter;
  // 1,000 bytes every 10 ms.
  for (util::TimePoint now = kBegin; now < kBegin + 10s; now += 10ms) {
    meter.onBytes(1'000, now);
    if (now < kBegin + 1s) continue;
    CHECK(meter.bitsPerSecond(now) >= 792'000);
    CHECK(meter.bitsPerSecond(now) <= 809'000);
  }
}

TEST_CASE("at the start the time counts from the first byte, but at least half a second") {
  BitrateMeter meter;
  meter.onBytes(10'000, kBegin + 42ms);
  CHECK(meter.bitsPerSecond(kBegin + 42ms) == 160'000);
  CHECK(meter.bitsPerSecond(kBegin + 542ms) == 160'000);
  CHECK(meter.bitsPerSecond(kBegin + 842ms) == 100'000);
  CHECK(meter.bitsPerSecond(kBegin + 1'041ms) == 0);  // its slot has left
}

TEST_CASE("after a second of silence there is nothing, and after that a new start") {
  BitrateMeter meter;
  for (util::TimePoint now = kBegin; now < kBegin + 5s; now += 10ms) meter.onBytes(1'000, now);
  CHECK(meter.bitsPerSecond(kBegin + 5s) > 700'000);
  CHECK(meter.bitsPerSecond(kBegin + 5'989ms) <= 8'000 * 10);
  CHECK(meter.bitsPerSecond(kBegin + 5'990ms) == 0);
  CHECK(meter.bitsPerSecond(kBegin + 1h) == 0);
  meter.onBytes(1'000, kBegin + 2h);
  CHECK(meter.bitsPerSecond(kBegin + 2h) == 16'000);
}

TEST_CASE("a stop is seen within the second, slot by slot") {
  BitrateMeter meter;
  for (util::TimePoint now = kBegin; now < kBegin + 2s; now += 10ms) meter.onBytes(1'000, now);
  std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  for (auto after = 100ms; after < 1'000ms; after += 100ms) {
    const std::uint32_t rate = meter.bitsPerSecond(kBegin + 2s + after);
    CHECK(rate < last);
    last = rate;
  }
}

TEST_CASE("a rate beyond 32 bits is cut off, not wrapped") {
  BitrateMeter meter;
  for (int i = 0; i < 10; ++i) meter.onBytes(4'000'000'000, kBegin);
  CHECK(meter.bitsPerSecond(kBegin) == std::numeric_limits<std::uint32_t>::max());
}

}  // namespace
}  // namespace akbuzat::rtp
