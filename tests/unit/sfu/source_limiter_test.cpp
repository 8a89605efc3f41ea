#include "sfu/source_limiter.hpp"

#include <catch2/catch.hpp>

#include "unit/sfu/socket_peer.hpp"

namespace akbuzat::sfu {
namespace {

using namespace std::chrono_literals;
using test::endpoint;

std::size_t passed(SourceLimiter& limiter, const transport::Endpoint& source, std::size_t tries, util::TimePoint now) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < tries; ++i) count += limiter.take(source, now) ? 1U : 0U;
  return count;
}

}  // namespace

TEST_CASE("a source has its burst and then its rate") {
  util::TimePoint now{1h};
  SourceLimiter limiter(10, 60, now);
  const auto source = endpoint("198.51.100.7", 1);
  CHECK(passed(limiter, source, 1000, now) == 60);
  now += 2s;
  CHECK(passed(limiter, source, 1000, now) == 20);
}

TEST_CASE("one flooder does not starve the others") {
  const util::TimePoint now{1h};
  SourceLimiter limiter(10, 60, now);
  CHECK(passed(limiter, endpoint("198.51.100.7", 1), 100'000, now) == 60);
  std::size_t served = 0;
  for (int i = 0; i < 200; ++i) served += passed(limiter, endpoint("203.0.113." + std::to_string(i), 1), 1, now);
  // At most a few share the flooder's bucket by chance.
  CHECK(served >= 195);
}

TEST_CASE("a source is an IPv4 address or an IPv6 /64, whatever its port") {
  const util::TimePoint now{1h};
  SourceLimiter limiter(10, 60, now);
  CHECK(passed(limiter, endpoint("198.51.100.7", 1), 60, now) == 60);
  CHECK(passed(limiter, endpoint("198.51.100.7", 2), 60, now) == 0);
  CHECK(passed(limiter, endpoint("2001:db8:1:2::1", 1), 60, now) == 60);
  CHECK(passed(limiter, endpoint("2001:db8:1:2:ffff::9", 1), 60, now) == 0);
  CHECK(passed(limiter, endpoint("2001:db8:1:3::1", 1), 60, now) == 60);
}

}  // namespace akbuzat::sfu
