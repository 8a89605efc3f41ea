#include "akbuzat/rtp/nack_generator.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/rtp/sequence.hpp"

namespace akbuzat::rtp {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Numbers = std::vector<std::uint16_t>;

constexpr util::TimePoint kStart{hours{1}};
constexpr milliseconds kRoundTrip{50};

util::TimePoint at(int ms) { return kStart + milliseconds{ms}; }

bool packet(NackGenerator& nack, unsigned sequence, int ms = 0) {
  return nack.onPacket(static_cast<std::uint16_t>(sequence), at(ms));
}

Numbers due(NackGenerator& nack, int ms, milliseconds roundTrip = kRoundTrip) {
  const auto numbers = nack.due(roundTrip, at(ms));
  return {numbers.begin(), numbers.end()};
}

TEST_CASE("without a hole there is nothing to ask for") {
  NackGenerator nack;
  CHECK(nack.deadline() == util::TimePoint::max());
  for (unsigned i = 0; i < 200'000; ++i) {
    REQUIRE(packet(nack, i));
    REQUIRE(nack.deadline() == util::TimePoint::max());
  }
  CHECK(due(nack, 1000).empty());
  CHECK_FALSE(nack.takeKeyframeNeed());
}

TEST_CASE("a hole is asked for after 10 ms, or when three packets have overtaken it") {
  NackGenerator nack;
  packet(nack, 65'534);
  packet(nack, 0);
  CHECK(nack.deadline() == at(10));
  CHECK(due(nack, 9).empty());
  SECTION("time") { CHECK(due(nack, 10) == Numbers{65'535}); }
  SECTION("packets") {
    packet(nack, 1, 1);
    CHECK(due(nack, 1).empty());
    packet(nack, 2, 2);
    CHECK(nack.deadline() == at(2));
    CHECK(due(nack, 2) == Numbers{65'535});
  }
  SECTION("a jump over several is one packet that overtook them") {
    packet(nack, 10, 1);
    CHECK(due(nack, 1).empty());
    packet(nack, 11, 1);
    CHECK(due(nack, 1) == Numbers{65'535});
    packet(nack, 12, 1);
    CHECK(due(nack, 1) == Numbers{1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
  SECTION("what comes in time is not asked for") {
    CHECK(packet(nack, 65'535, 5));
    CHECK(due(nack, 20).empty());
    CHECK(nack.deadline() == util::TimePoint::max());
  }
}

TEST_CASE("a hole is asked for ten times, a round trip apart, then given up") {
  const auto roundTrip = GENERATE(milliseconds{0}, milliseconds{20}, milliseconds{50}, milliseconds{400});
  const int spacing = static_cast<int>(std::max(roundTrip, milliseconds{20}).count());
  NackGenerator nack;
  packet(nack, 1);
  packet(nack, 3);
  for (int i = 0; i < 10; ++i) {
    const int when = 10 + i * spacing;
    REQUIRE(nack.deadline() == at(when));
    REQUIRE(due(nack, when - 1, roundTrip).empty());
    REQUIRE(due(nack, when, roundTrip) == Numbers{2});
    REQUIRE_FALSE(nack.takeKeyframeNeed());
  }
  CHECK(due(nack, 10 + 10 * spacing - 1, roundTrip).empty());
  CHECK_FALSE(nack.takeKeyframeNeed());
  CHECK(due(nack, 10 + 10 * spacing, roundTrip).empty());
  CHECK(nack.takeKeyframeNeed());
  CHECK_FALSE(nack.takeKeyframeNeed());
  CHECK(nack.deadline() == util::TimePoint::max());
  // It may still come, and is no duplicate then.
  CHECK(packet(nack, 2, 10'000));
  CHECK_FALSE(packet(nack, 2, 10'000));
}

TEST_CASE("newer packets do not bring forward what has been asked for") {
  NackGenerator nack;
  packet(nack, 1);
  packet(nack, 3);
  CHECK(due(nack, 10) == Numbers{2});
  for (unsigned i = 4; i < 40; ++i) packet(nack, i, 11);
  CHECK(due(nack, 11).empty());
  CHECK(due(nack, 60) == Numbers{2});
}

TEST_CASE("duplicates are told, over the wrap-around and after holes were filled") {
  NackGenerator nack;
  for (unsigned i = 65'500; i < 65'500 + 100; i += 2) CHECK(packet(nack, i));
  for (unsigned i = 65'500; i < 65'500 + 100; i += 2) CHECK_FALSE(packet(nack, i));
  for (unsigned i = 65'501; i < 65'500 + 98; i += 2) CHECK(packet(nack, i));
  for (unsigned i = 65'500; i < 65'500 + 98; ++i) CHECK_FALSE(packet(nack, i));
  CHECK(due(nack, 1000).empty());
  SECTION("what came before the first packet is new once") {
    CHECK(packet(nack, 65'499));
    CHECK_FALSE(packet(nack, 65'499));
  }
}

TEST_CASE("at most 64 are asked for at once, the others right after") {
  NackGenerator nack;
  packet(nack, 65'500);
  packet(nack, 65'500 + 151);
  Numbers all;
  for (std::size_t expected : {64U, 64U, 22U}) {
    CHECK(nack.deadline() <= at(10));
    const Numbers some = due(nack, 10);
    CHECK(some.size() == expected);
    all.insert(all.end(), some.begin(), some.end());
  }
  CHECK(nack.deadline() == at(60));
  REQUIRE(all.size() == 150);
  for (unsigned i = 0; i < 150; ++i) CHECK(all[i] == static_cast<std::uint16_t>(65'501 + i));
}

TEST_CASE("more holes than the bound make it ask for a keyframe instead") {
  NackGenerator nack;
  SECTION("as many as the bound are kept") {
    packet(nack, 0);
    packet(nack, NackGenerator::kMaxMissing + 1);
    CHECK_FALSE(nack.takeKeyframeNeed());
    CHECK(due(nack, 10).size() == 64);
  }
  SECTION("one more at once") {
    packet(nack, 0);
    packet(nack, NackGenerator::kMaxMissing + 2);
    CHECK(nack.takeKeyframeNeed());
    CHECK(due(nack, 10).empty());
  }
  SECTION("one more in the end") {
    unsigned sequence = 65'000;
    packet(nack, sequence);
    for (std::size_t i = 0; i < NackGenerator::kMaxMissing; ++i) packet(nack, sequence += 2);
    CHECK_FALSE(nack.takeKeyframeNeed());
    packet(nack, sequence += 2);
    CHECK(nack.takeKeyframeNeed());
    CHECK(due(nack, 1000).empty());
    // And goes on from there.
    packet(nack, sequence += 2, 1000);
    CHECK(due(nack, 1010) == Numbers{static_cast<std::uint16_t>(sequence - 1)});
  }
}

TEST_CASE("holes that nobody asked about end with the window") {
  NackGenerator nack;
  packet(nack, 0);
  for (unsigned i = 2; i < 2 + ReceivedWindow::kSize; ++i) packet(nack, i);
  CHECK(nack.takeKeyframeNeed());
  CHECK(due(nack, 1000).empty());
}

TEST_CASE("numbers that jump begin anew and need a keyframe") {
  NackGenerator nack;
  for (unsigned i = 1000; i < 1100; ++i) packet(nack, i);
  packet(nack, 1105);
  SECTION("forward") {
    CHECK(packet(nack, 20'000));
    CHECK(nack.takeKeyframeNeed());
  }
  SECTION("backward, from the second packet on") {
    CHECK(packet(nack, 50'000));
    CHECK_FALSE(nack.takeKeyframeNeed());
    CHECK(due(nack, 10).size() == 5);
    CHECK(packet(nack, 50'001));
    CHECK(nack.takeKeyframeNeed());
    CHECK_FALSE(packet(nack, 50'001));
  }
  CHECK(due(nack, 100).empty());
}

TEST_CASE("single packets from long ago change nothing") {
  NackGenerator nack;
  for (unsigned i = 10'000; i < 10'100; ++i) packet(nack, i);
  CHECK(packet(nack, 5'000));
  CHECK(packet(nack, 10'100));
  CHECK(packet(nack, 5'002));
  CHECK(packet(nack, 10'101));
  CHECK(due(nack, 1000).empty());
  CHECK_FALSE(nack.takeKeyframeNeed());
}

TEST_CASE("a keyframe makes what is missing before it uninteresting") {
  NackGenerator nack;
  packet(nack, 65'530);
  packet(nack, 65'533);
  packet(nack, 0);
  packet(nack, 5);
  nack.onKeyframe(0);
  CHECK(due(nack, 10) == Numbers{1, 2, 3, 4});
  nack.onKeyframe(5);
  CHECK(due(nack, 1000).empty());
  CHECK(nack.deadline() == util::TimePoint::max());
  CHECK(packet(nack, 65'531));
  CHECK_FALSE(packet(nack, 65'531));
}

TEST_CASE("a keyframe heals what was given up before it, not behind it") {
  NackGenerator nack;
  packet(nack, 65'530);
  packet(nack, 65'530 + NackGenerator::kMaxMissing + 2);
  const auto keyframe = GENERATE(true, false);
  const std::size_t first = keyframe ? 65'530 + NackGenerator::kMaxMissing + 2 : 65'535;
  nack.onKeyframe(static_cast<std::uint16_t>(first));
  CHECK(nack.takeKeyframeNeed() != keyframe);
}

TEST_CASE("over a lossy path that reorders and doubles, all that is missing is asked for and nothing else") {
  const unsigned seed = GENERATE(range(1U, 21U));
  std::mt19937 random(seed);
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  NackGenerator nack;
  std::multimap<int, std::int64_t> arriving;
  std::set<std::int64_t> arrived;
  std::map<std::int64_t, int> asked;
  const auto base = static_cast<std::int64_t>(random() % 65'536);
  constexpr int kPackets = 20'000;
  std::int64_t newest = base;
  for (int ms = 0; ms < kPackets + 2000; ++ms) {
    if (ms < kPackets) {
      // The ends are safe, so that nothing lies outside.
      const bool safe = ms == 0 || ms == kPackets - 1;
      if (safe || !chance(8)) arriving.emplace(ms + (safe ? 0 : static_cast<int>(random() % 8)), base + ms);
      if (chance(3)) arriving.emplace(ms + 12, base + ms);
    }
    for (auto it = arriving.begin(); it != arriving.end() && it->first <= ms; it = arriving.erase(it)) {
      const bool fresh = arrived.insert(it->second).second;
      // The very first packets may be overtaken: those before the first seen are new as well.
      REQUIRE(nack.onPacket(static_cast<std::uint16_t>(it->second), at(ms)) == fresh);
      newest = std::max(newest, it->second);
    }
    if (nack.deadline() > at(ms)) continue;
    const auto wanted = due(nack, ms);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (i > 0) REQUIRE(newer(wanted[i], wanted[i - 1]));
      const std::int64_t number = newest - static_cast<std::uint16_t>(static_cast<std::uint16_t>(newest) - wanted[i]);
      REQUIRE(arrived.count(number) == 0);
      ++asked[number];
      // Half of what is asked for comes.
      if (chance(50)) arriving.emplace(ms + 50, number);
    }
  }
  for (const auto& [number, times] : asked) REQUIRE(times <= 10);
  for (std::int64_t number = base; number < base + kPackets; ++number) {
    if (arrived.count(number) == 0) REQUIRE(asked[number] == 10);
  }
}

}  // namespace
}  // namespace akbuzat::rtp
