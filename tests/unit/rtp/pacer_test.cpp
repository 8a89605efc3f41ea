#include "akbuzat/rtp/pacer.hpp"

#include <catch2/catch.hpp>

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;

const util::TimePoint kBegin{1h};

TEST_CASE("before there is a rate nothing waits") {
  Pacer pacer;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(pacer.mayPass(kBegin));
    pacer.onSent(1'200, kBegin);
  }
}

TEST_CASE("a burst of ten milliseconds passes at once, the rest in time") {
  Pacer pacer;
  // 2.5 × 3.2 Mbit/s are 1,000 bytes a millisecond.
  pacer.setRate(3'200'000, kBegin);
  unsigned passed = 0;
  while (pacer.mayPass(kBegin)) {
    pacer.onSent(1'000, kBegin);
    ++passed;
  }
  // Ten fill the burst, and the one that exceeds it was let go while it was just full.
  CHECK(passed == 11);
  CHECK_FALSE(pacer.mayPass(kBegin + 999us));
  CHECK(pacer.mayPass(kBegin + 1ms));
  pacer.onSent(1'000, kBegin + 1ms);
  CHECK_FALSE(pacer.mayPass(kBegin + 1ms));
}

TEST_CASE("over a second 2.5 times the estimate passes") {
  Pacer pacer;
  pacer.setRate(1'000'000, kBegin);
  std::size_t bytes = 0;
  for (util::TimePoint now = kBegin; now < kBegin + 1s; now += 1ms) {
    while (pacer.mayPass(now)) {
      pacer.onSent(1'200, now);
      bytes += 1'200;
    }
  }
  // And the burst of 3,125 bytes and one packet.
  CHECK(bytes >= 312'500);
  CHECK(bytes <= 312'500 + 3'125 + 1'200);
}

TEST_CASE("what never waits is paid for by the others") {
  Pacer pacer;
  pacer.setRate(3'200'000, kBegin);
  pacer.onSent(50'000, kBegin);
  CHECK_FALSE(pacer.mayPass(kBegin + 39ms));
  CHECK(pacer.mayPass(kBegin + 40ms));
}

TEST_CASE("a pause earns no more than one burst") {
  Pacer pacer;
  pacer.setRate(3'200'000, kBegin);
  const util::TimePoint later = kBegin + 1h;
  unsigned passed = 0;
  for (; pacer.mayPass(later); ++passed) pacer.onSent(1'000, later);
  CHECK(passed == 11);
}

TEST_CASE("a new rate holds from its time on, and time never runs backwards") {
  Pacer pacer;
  pacer.setRate(3'200'000, kBegin);
  pacer.onSent(20'000, kBegin);
  pacer.setRate(320'000, kBegin + 5ms);  // 15,000 bytes are left, and 100 bytes a millisecond
  CHECK_FALSE(pacer.mayPass(kBegin));
  CHECK_FALSE(pacer.mayPass(kBegin + 144ms));
  CHECK(pacer.mayPass(kBegin + 145ms));
}

}  // namespace
}  // namespace akbuzat::rtp
