#include <catch2/catch.hpp>

#include "akbuzat/util/token_bucket.hpp"

using akbuzat::util::TokenBucket;
using namespace std::chrono_literals;

TEST_CASE("a token bucket lets a burst through, then the rate") {
  const TokenBucket::TimePoint start{};
  TokenBucket bucket{10, 3, start};
  CHECK(bucket.full(start));
  CHECK(bucket.take(1, start));
  CHECK(bucket.take(2, start));
  CHECK_FALSE(bucket.take(1, start));
  CHECK_FALSE(bucket.take(1, start + 99ms));
  CHECK(bucket.take(1, start + 100ms));
  CHECK_FALSE(bucket.full(start + 200ms));
  CHECK(bucket.full(start + 400ms));
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(1, start + 1h));
  CHECK_FALSE(bucket.take(1, start + 1h));
}

TEST_CASE("a rate of 0 limits nothing") {
  TokenBucket bucket{0, 0, {}};
  for (int i = 0; i < 1000; ++i) REQUIRE(bucket.take(1, {}));
}
