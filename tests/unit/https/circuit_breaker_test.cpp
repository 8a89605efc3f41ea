#include <catch2/catch.hpp>

#include "https/circuit_breaker.hpp"

namespace akbuzat::https {
namespace {

using namespace std::chrono_literals;
using Permit = CircuitBreaker::Permit;

constexpr std::uint32_t kLeast = 0;
constexpr std::uint32_t kMost = 0xffffffff;

TEST_CASE("failures in a row open the breaker, a success between them does not let it come to that") {
  CircuitBreaker breaker(3, 1s, 60s);
  const util::TimePoint now{1h};
  CHECK_FALSE(breaker.failed(false, now, kLeast));
  CHECK_FALSE(breaker.failed(false, now, kLeast));
  CHECK_FALSE(breaker.succeeded());
  CHECK_FALSE(breaker.failed(false, now, kLeast));
  CHECK_FALSE(breaker.failed(false, now, kLeast));
  CHECK(breaker.ask(now) == Permit::granted);
  CHECK(breaker.failed(false, now, kLeast));
  CHECK(breaker.ask(now) == Permit::refused);
  // What was under way still fails, which prolongs nothing.
  CHECK_FALSE(breaker.failed(false, now + 900ms, kLeast));
  CHECK(breaker.ask(now + 999ms) == Permit::refused);
  CHECK(breaker.ask(now + 1s) == Permit::probe);
}

TEST_CASE("one probe at a time; its end decides") {
  CircuitBreaker breaker(1, 1s, 60s);
  util::TimePoint now{1h};
  breaker.failed(false, now, kLeast);
  now += 1s;
  CHECK(breaker.ask(now) == Permit::probe);
  CHECK(breaker.ask(now + 1h) == Permit::refused);
  breaker.dropProbe();
  CHECK(breaker.ask(now) == Permit::probe);
  CHECK(breaker.succeeded());
  CHECK(breaker.ask(now) == Permit::granted);
  CHECK_FALSE(breaker.isOpen());
}

TEST_CASE("each rest is twice as long as the one before, up to the longest, and by chance a quarter more") {
  for (const std::uint32_t random : {kLeast, kMost}) {
    CircuitBreaker breaker(1, 1s, 5s);
    util::TimePoint now{1h};
    breaker.failed(false, now, random);
    for (const std::chrono::milliseconds rest : {1000ms, 2000ms, 4000ms, 5000ms, 5000ms}) {
      const std::chrono::milliseconds whole = random == kLeast ? rest : rest + rest / 4;
      CHECK(breaker.ask(now + rest - 1ms) == Permit::refused);
      CHECK(breaker.ask(now + whole - 2ms) == Permit::refused);
      now += whole;
      REQUIRE(breaker.ask(now) == Permit::probe);
      breaker.failed(true, now, random);
    }
    now += 10s;
    REQUIRE(breaker.ask(now) == Permit::probe);
    breaker.succeeded();
    // From the beginning again.
    breaker.failed(false, now, kLeast);
    CHECK(breaker.ask(now + 1s) == Permit::probe);
  }
}

}  // namespace
}  // namespace akbuzat::https
