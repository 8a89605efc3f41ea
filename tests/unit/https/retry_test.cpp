#include <catch2/catch.hpp>

#include "https/retry.hpp"

namespace akbuzat::https {
namespace {

using namespace std::chrono_literals;

TEST_CASE("Retry-After is seconds or a date") {
  // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110 section 5.6.7.
  const std::chrono::system_clock::time_point now{784111777s};
  CHECK(parseRetryAfter("0", now) == 0ms);
  CHECK(parseRetryAfter("120", now) == 120s);
  CHECK(parseRetryAfter("18446744073709551615", now) == 24h);
  CHECK(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT", now) == 0ms);
  CHECK(parseRetryAfter("Sun, 06 Nov 1994 08:50:07 GMT", now) == 30s);
  CHECK(parseRetryAfter("Sun, 06 Nov 1994 08:50:07 GMT", now + 500ms) == 29500ms);
  CHECK(parseRetryAfter("Sun, 06 Nov 1994 08:00:00 GMT", now) == 0ms);
  CHECK(parseRetryAfter("Fri, 06 Nov 2099 08:00:00 GMT", now) == 24h);
  for (const std::string value :
       {"", "-1", "+1", "1.5", "1 ", "soon", "18446744073709551616", "Sun, 06 Nov 1994 08:49:37", "Sun, 99 Nov 1994"})
    CHECK_FALSE(parseRetryAfter(value, now));
}

TEST_CASE("pauses double, between half and the whole by chance") {
  CHECK(retryPause(0, 0) == 100ms);
  CHECK(retryPause(0, 0xffffffff) == 199ms);
  CHECK(retryPause(1, 0) == 200ms);
  CHECK(retryPause(2, 0x80000000) == 600ms);
}

}  // namespace
}  // namespace akbuzat::https
