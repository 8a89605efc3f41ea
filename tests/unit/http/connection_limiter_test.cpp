#include "http/connection_limiter.hpp"

#include <chrono>

#include <catch2/catch.hpp>

namespace akbuzat::http {
namespace {

using namespace std::chrono_literals;
using Admission = ConnectionLimiter::Admission;

boost::asio::ip::address address(const std::string& text) { return boost::asio::ip::make_address(text); }

const ConnectionLimiter::TimePoint kStart{1000s};

config::HttpLimits limits() {
  config::HttpLimits limits;
  limits.maxConnections = 5;
  limits.maxConnectionsPerAddress = 2;
  limits.requestsPerSecondPerAddress = 2;
  limits.socketsPerSecondPerAddress = 0.5;
  return limits;
}

TEST_CASE("connections are counted in all and per address") {
  ConnectionLimiter limiter(limits());
  const auto a = address("192.0.2.1");
  CHECK(limiter.admit(a, false, kStart) == Admission::admitted);
  CHECK(limiter.admit(address("::ffff:192.0.2.1"), false, kStart) == Admission::admitted);
  CHECK(limiter.admit(a, false, kStart) == Admission::addressFull);
  CHECK(limiter.admit(address("192.0.2.2"), false, kStart) == Admission::admitted);
  limiter.release(a, false);
  CHECK(limiter.admit(a, false, kStart) == Admission::admitted);
  // A trusted proxy may have more, but it is not outside of the whole.
  CHECK(limiter.admit(a, true, kStart) == Admission::admitted);
  CHECK(limiter.admit(a, true, kStart) == Admission::admitted);
  CHECK(limiter.admit(address("192.0.2.3"), false, kStart) == Admission::serverFull);
  limiter.release(a, true);
  CHECK(limiter.admit(address("192.0.2.3"), false, kStart) == Admission::admitted);
}

TEST_CASE("an IPv6 host is its /64") {
  ConnectionLimiter limiter(limits());
  CHECK(limiter.admit(address("2001:db8::1"), false, kStart) == Admission::admitted);
  CHECK(limiter.admit(address("2001:db8::ffff:2"), false, kStart) == Admission::admitted);
  CHECK(limiter.admit(address("2001:db8::3"), false, kStart) == Admission::addressFull);
  CHECK(limiter.admit(address("2001:db8:0:1::3"), false, kStart) == Admission::admitted);
}

TEST_CASE("rates are averages with a burst of ten seconds") {
  ConnectionLimiter limiter(limits());
  const auto a = address("192.0.2.1");
  for (int i = 0; i < 20; ++i) CHECK(limiter.takeRequest(a, kStart));
  CHECK_FALSE(limiter.takeRequest(a, kStart));
  CHECK(limiter.takeRequest(address("192.0.2.2"), kStart));
  CHECK(limiter.takeRequest(a, kStart + 500ms));
  CHECK_FALSE(limiter.takeRequest(a, kStart + 500ms));
  for (int i = 0; i < 5; ++i) CHECK(limiter.takeSocket(a, kStart));
  CHECK_FALSE(limiter.takeSocket(a, kStart));
  CHECK(limiter.takeSocket(a, kStart + 2s));
}

TEST_CASE("a rate of 0 limits nothing") {
  config::HttpLimits open = limits();
  open.requestsPerSecondPerAddress = 0;
  open.socketsPerSecondPerAddress = 0;
  ConnectionLimiter limiter(open);
  for (int i = 0; i < 1000; ++i) {
    CHECK(limiter.takeRequest(address("192.0.2.1"), kStart));
    CHECK(limiter.takeSocket(address("192.0.2.1"), kStart));
  }
}

TEST_CASE("the table is bounded; quiet addresses make room, others share") {
  ConnectionLimiter limiter(limits());
  const auto nth = [](std::uint32_t n) { return boost::asio::ip::address(boost::asio::ip::address_v4(n + 1)); };
  for (std::uint32_t i = 0; i < ConnectionLimiter::kMaxEntries; ++i) REQUIRE(limiter.takeRequest(nth(i), kStart));
  // The table is full of addresses that are not quiet: all new ones share twenty requests.
  const std::uint32_t first = ConnectionLimiter::kMaxEntries;
  int passed = 0;
  for (std::uint32_t i = 0; i < 40; ++i) passed += limiter.takeRequest(nth(first + i), kStart) ? 1 : 0;
  CHECK(passed == 20);
  // A connection that is counted in the shared entry is given back there.
  CHECK(limiter.admit(nth(first), false, kStart) == Admission::admitted);
  limiter.release(nth(first), false);
  CHECK(limiter.admit(nth(first), false, kStart) == Admission::admitted);
  CHECK(limiter.admit(nth(first), false, kStart) == Admission::admitted);
  CHECK(limiter.admit(nth(first), false, kStart) == Admission::addressFull);
  // Ten seconds later the old ones are as good as new, and make room.
  CHECK(limiter.takeRequest(nth(first + 100), kStart + 20s));
  for (std::uint32_t i = 0; i < 40; ++i) CHECK(limiter.takeRequest(nth(first + 200 + i), kStart + 20s));
}

}  // namespace
}  // namespace akbuzat::http
