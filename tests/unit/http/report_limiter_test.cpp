#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "http/report_limiter.hpp"

using akbuzat::http::ReportLimiter;
using namespace std::chrono_literals;

namespace {

const auto kStart = std::chrono::steady_clock::time_point{} + 1h;

boost::asio::ip::address at(const std::string& text) { return boost::asio::ip::make_address(text); }

}  // namespace

TEST_CASE("one visitor's reports are limited, another's are not") {
  ReportLimiter limiter({0.1, 2}, {100, 100}, kStart);
  CHECK(limiter.take(at("192.0.2.1"), kStart));
  CHECK(limiter.take(at("192.0.2.1"), kStart));
  CHECK_FALSE(limiter.take(at("192.0.2.1"), kStart));
  CHECK_FALSE(limiter.take(at("::ffff:192.0.2.1"), kStart));
  CHECK(limiter.take(at("192.0.2.2"), kStart));
  CHECK(limiter.take(at("192.0.2.1"), kStart + 10s));
}

TEST_CASE("a host cannot choose itself more visitors within its network") {
  ReportLimiter limiter({0.1, 1}, {100, 100}, kStart);
  CHECK(limiter.take(at("2001:db8::1"), kStart));
  CHECK_FALSE(limiter.take(at("2001:db8::2"), kStart));
  CHECK(limiter.take(at("2001:db8:0:1::1"), kStart));
}

TEST_CASE("all together are limited too") {
  ReportLimiter limiter({1, 1}, {0.1, 3}, kStart);
  for (int i = 1; i <= 3; ++i) CHECK(limiter.take(at("192.0.2." + std::to_string(i)), kStart));
  CHECK_FALSE(limiter.take(at("192.0.2.4"), kStart));
  CHECK(limiter.take(at("192.0.2.5"), kStart + 10s));
}

TEST_CASE("visitors that do not fit share one entry") {
  ReportLimiter limiter({0.001, 1}, {0, 1}, kStart);
  for (std::size_t i = 0; i < ReportLimiter::kMaxVisitors; ++i)
    REQUIRE(limiter.take(boost::asio::ip::make_address_v4(static_cast<unsigned>(0x0A000000 + i)), kStart));
  CHECK(limiter.take(at("192.0.2.1"), kStart));
  CHECK_FALSE(limiter.take(at("192.0.2.2"), kStart));
  // Those that have been quiet for long enough are forgotten.
  CHECK(limiter.take(at("192.0.2.3"), kStart + 2000s));
  CHECK(limiter.take(at("192.0.2.4"), kStart + 2000s));
}
