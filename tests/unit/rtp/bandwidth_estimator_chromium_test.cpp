// The estimator against what a real subscriber said: tests/data/bwe/chromium_*.txt, whose headers tell how they were
// recorded and what the lines mean. The packets of a trace left when they left, whatever the estimate would have been:
// so nothing is asserted that the estimator could only reach by sending otherwise.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/rtp/bandwidth_estimator.hpp"
#include "akbuzat/rtp/transport_feedback.hpp"
#include "unit/rtp/hex.hpp"

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;
using util::TimePoint;

constexpr double kLimit = 500e3;

/// The estimate after each feedback.
struct Estimate {
  double second = 0;
  double bits = 0;
};

std::vector<Estimate> replay(const std::string& name) {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../data/bwe" / name);
  REQUIRE(file);
  const TimePoint begin{1'000h};
  BandwidthEstimator estimator(begin);
  std::vector<Estimate> estimates;
  std::uint16_t sequence = 0;
  auto now = begin;
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    char what = 0;
    int tenths = 0;
    std::string value;
    words >> what >> tenths >> value;
    REQUIRE(words);
    now += tenths * 100us;
    if (what == 's' || what == 'p') {
      estimator.onSent(sequence++, std::stoul(value), what == 'p', now);
    } else if (what == 't') {
      // Whether it wants one is its own affair; the packets of this one leave anyway.
      static_cast<void>(estimator.takeProbe(std::stoull(value), now));
    } else if (what == 'r') {
      estimator.onRoundTrip(std::chrono::microseconds(std::stoll(value)));
    } else {
      REQUIRE(what == 'f');
      const auto bytes = test::hex(value);
      const auto feedback = TransportFeedback::parse(bytes);
      REQUIRE(feedback);
      estimator.onFeedback(*feedback, now);
      estimates.push_back(
          {std::chrono::duration<double>(now - begin).count(), static_cast<double>(estimator.target())});
    }
  }
  REQUIRE(estimates.size() > 100);
  return estimates;
}

TEST_CASE("Chromium: a line that takes everything") {
  const auto estimates = replay("chromium_steady.txt");
  for (const auto& [second, bits] : estimates) {
    CAPTURE(second, bits);
    // All that is sent arrives in time, so there is no reason ever to fall below what it began with.
    REQUIRE(bits >= 0.95 * BandwidthEstimator::kStart);
    REQUIRE(bits <= 1.5e6);
  }
  // The camera's large layer, its voice, and 15 % to spare.
  CHECK(estimates.back().bits > 750e3);
}

TEST_CASE("Chromium: a step down to 500 kbit/s and up again") {
  constexpr double kDown = 10.04;
  constexpr double kUp = 22.06;
  double before = 0;
  double lowest = 1e9;
  double afterRelease = 0;
  for (const auto& [second, bits] : replay("chromium_step.txt")) {
    CAPTURE(second, bits);
    if (second < kDown) before = bits;
    if (second > kDown + 1 && second < kUp) {
      REQUIRE(bits < 1.05 * kLimit);
      lowest = std::min(lowest, bits);
    }
    if (second > kUp && second < kUp + 4) afterRelease = bits;
  }
  CHECK(before > 700e3);
  CHECK(lowest > 0.5 * kLimit);
  // Four seconds after the release the large layer fits again.
  CHECK(afterRelease > 700e3);
}

TEST_CASE("Chromium: 5 % of the packets lost by chance") {
  const auto estimates = replay("chromium_loss.txt");
  for (const auto& [second, bits] : estimates) {
    CAPTURE(second, bits);
    REQUIRE(bits >= 0.9 * BandwidthEstimator::kStart);
  }
  CHECK(estimates.back().bits > 750e3);
}

TEST_CASE("Chromium: up to 40 ms of jitter") {
  const auto estimates = replay("chromium_jitter.txt");
  for (const auto& [second, bits] : estimates) {
    CAPTURE(second, bits);
    REQUIRE(bits >= 0.9 * BandwidthEstimator::kStart);
  }
  CHECK(estimates.back().bits > 750e3);
}

}  // namespace
}  // namespace akbuzat::rtp
