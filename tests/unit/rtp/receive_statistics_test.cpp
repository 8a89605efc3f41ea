#include "akbuzat/rtp/receive_statistics.hpp"

#include <catch2/catch.hpp>

namespace akbuzat::rtp {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::uint32_t kClock = 90'000;
constexpr util::TimePoint kStart{hours{100}};

/// A source whose packets come on time unless said otherwise: one a millisecond, and as much on its clock.
struct Source {
  ReceiveStatistics statistics{kClock};
  util::TimePoint now = kStart;
  std::uint32_t timestamp = 0xFFFFFF00;

  void packet(unsigned sequence, bool retransmitted = false) {
    now += milliseconds{1};
    timestamp += kClock / 1000;
    statistics.onPacket(static_cast<std::uint16_t>(sequence), timestamp, 100, retransmitted, now);
  }
  void packets(unsigned from, unsigned to) {
    for (unsigned sequence = from; sequence <= to; ++sequence) packet(sequence);
  }
  ReportBlock report() { return statistics.report(7, now); }
};

TEST_CASE("a source that lost nothing reports nothing lost") {
  Source source;
  source.packets(100, 199);
  const ReportBlock block = source.report();
  CHECK(block.ssrc == 7);
  CHECK(block.fractionLost == 0);
  CHECK(block.cumulativeLost == 0);
  CHECK(block.highestSequence == 199);
  CHECK(block.jitter == 0);
  CHECK(block.lastSenderReport == 0);
  CHECK(block.delaySinceLastSenderReport == 0);
  CHECK(source.statistics.packets() == 100);
  CHECK(source.statistics.bytes() == 10'000);
}

TEST_CASE("a source that sent nothing has an empty report") {
  Source source;
  CHECK(source.report().highestSequence == 0);
  CHECK(source.report().cumulativeLost == 0);
}

TEST_CASE("the fraction lost is that since the report before") {
  Source source;
  source.packets(0, 99);
  source.report();
  source.packets(150, 199);
  ReportBlock block = source.report();
  CHECK(block.fractionLost == 128);
  CHECK(block.cumulativeLost == 50);
  source.packets(200, 299);
  block = source.report();
  CHECK(block.fractionLost == 0);
  CHECK(block.cumulativeLost == 50);
  SECTION("nothing at all since then is no loss") {
    block = source.report();
    CHECK(block.fractionLost == 0);
    CHECK(block.cumulativeLost == 50);
  }
  SECTION("all but one lost does not wrap around") {
    source.packet(2999);
    CHECK(source.report().fractionLost == 255);
  }
}

TEST_CASE("cycles are counted over the wrap-around, with reordering across it") {
  Source source;
  source.packets(65'530, 65'534);
  source.packet(0);
  source.packet(65'535);
  source.packet(2);
  source.packet(1);
  ReportBlock block = source.report();
  CHECK(block.highestSequence == 65'536 + 2);
  CHECK(block.cumulativeLost == 0);
  for (unsigned cycle = 0; cycle < 3; ++cycle) source.packets(cycle == 0 ? 3 : 0, 65'535);
  block = source.report();
  CHECK(block.highestSequence == 3 * 65'536 + 65'535);
  CHECK(block.cumulativeLost == 0);
}

TEST_CASE("a duplicate counts as received (RFC 3550 appendix A.3)") {
  Source source;
  source.packets(10, 19);
  source.packet(19);
  source.packet(15);
  const ReportBlock block = source.report();
  CHECK(block.cumulativeLost == -2);
  CHECK(block.fractionLost == 0);
  CHECK(block.highestSequence == 19);
}

TEST_CASE("what is sent again counts once, where it was missing") {
  Source source;
  source.packets(10, 19);
  source.packets(30, 39);
  CHECK(source.report().cumulativeLost == 10);
  source.packet(25, true);
  source.packet(25, true);
  source.packet(35, true);
  source.packet(5, true);
  const ReportBlock block = source.report();
  CHECK(block.cumulativeLost == 9);
  CHECK(block.highestSequence == 39);
  CHECK(source.statistics.packets() == 24);
  SECTION("later than the network reorders, too") {
    source.packets(40, 1039);
    source.packet(26, true);
    source.packet(27, true);
    CHECK(source.report().cumulativeLost == 7);
    CHECK(source.report().highestSequence == 1039);
  }
  SECTION("not if it is too late to tell") {
    source.packets(40, 29 + 2048);
    source.packet(29, true);
    CHECK(source.report().cumulativeLost == 9);
  }
}

TEST_CASE("what is sent again neither begins a source nor counts for jitter") {
  Source source;
  source.packet(100, true);
  CHECK(source.report().highestSequence == 0);
  source.packets(200, 209);
  source.now += milliseconds{500};
  source.packet(205, true);
  source.now -= milliseconds{500};
  source.packets(210, 219);
  const ReportBlock block = source.report();
  CHECK(block.jitter == 0);
  CHECK(block.cumulativeLost == 0);
  SECTION("a copy of a number far away changes nothing") {
    source.packet(20'000, true);
    source.packet(20'001, true);
    source.packet(60'000, true);
    source.packet(60'001, true);
    CHECK(source.report().highestSequence == 219);
    CHECK(source.report().cumulativeLost == 0);
  }
}

TEST_CASE("numbers that jump begin anew with the second packet in a row") {
  const unsigned to = GENERATE(5'000U, 40'000U, 64'000U);
  Source source;
  source.packets(1'000, 1'099);
  source.packets(1'200, 1'299);
  CHECK(source.report().cumulativeLost == 100);
  source.packet(to);
  CHECK(source.report().highestSequence == 1'299);
  source.packets(to + 1, to + 10);
  const ReportBlock block = source.report();
  CHECK(block.highestSequence == to + 10);
  CHECK(block.cumulativeLost == 0);
  CHECK(source.statistics.packets() == 211);
}

TEST_CASE("a single packet from elsewhere changes nothing") {
  Source source;
  source.packets(1'000, 1'099);
  source.packet(30'000);
  source.packets(1'100, 1'199);
  source.packet(500);
  source.packets(1'200, 1'209);
  const ReportBlock block = source.report();
  CHECK(block.highestSequence == 1'209);
  CHECK(block.cumulativeLost == 0);
}

TEST_CASE("jitter is RFC 3550's filter of transit times, in ticks") {
  ReceiveStatistics statistics{kClock};
  // Sent each 20 ms, each second one 10 ms late: a step of 900 ticks each time.
  double expected = 0;
  std::uint32_t timestamp = 0xFFFFF000;
  for (unsigned i = 0; i < 50; ++i) {
    const auto late = milliseconds{i % 2 == 0 ? 0 : 10};
    statistics.onPacket(static_cast<std::uint16_t>(65'520 + i), timestamp, 10, false,
                        kStart + milliseconds{20} * i + late);
    timestamp += kClock / 50;
    if (i > 0) expected += (900 - expected) / 16;
  }
  CHECK(statistics.report(1, kStart).jitter == static_cast<std::uint32_t>(expected));
}

TEST_CASE("a clock that is set anew is not jitter") {
  Source source;
  source.packets(0, 9);
  source.timestamp += 0x70000000;
  source.packets(10, 19);
  CHECK(source.report().jitter == 0);
  source.timestamp += 0x80000000;
  source.packets(20, 29);
  CHECK(source.report().jitter == 0);
}

TEST_CASE("the last sender report and its age are named") {
  Source source;
  source.packet(1);
  source.statistics.onSenderReport({.ntp = 0x1122334455667788}, kStart);
  ReportBlock block = source.statistics.report(1, kStart + milliseconds{1500});
  CHECK(block.lastSenderReport == 0x33445566);
  CHECK(block.delaySinceLastSenderReport == 98'304);
  CHECK(source.statistics.report(1, kStart + microseconds{16}).delaySinceLastSenderReport == 1);
  CHECK(source.statistics.report(1, kStart + hours{19}).delaySinceLastSenderReport == 0xFFFFFFFF);
  CHECK(source.statistics.report(1, kStart).delaySinceLastSenderReport == 0);
}

}  // namespace
}  // namespace akbuzat::rtp
