// The estimator at work: a sender like the SFU's, a link that is simulated, a receiver that reports like a browser.

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/rtp/link_simulator.hpp"

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;

const std::vector<double> kLayers{150'000, 500'000, 1'500'000};

/// The least and the greatest value while it runs.
struct Range {
  double least = 1e18;
  double most = 0;
  void add(double value) {
    least = std::min(least, value);
    most = std::max(most, value);
  }
};

Range targetsUntil(LinkSimulator& simulator, double second) {
  Range range;
  simulator.run(second, [&](double) { range.add(simulator.target()); });
  return range;
}

TEST_CASE("on a wide link the best layer is reached within two seconds, and the estimate keeps to what is proved") {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    LinkSimulator simulator({.capacity = {{0, 20'000'000}}, .seed = seed}, {.layers = kLayers});
    simulator.run(2);
    CHECK(simulator.layer() == 1'500'000);
    const Range range = targetsUntil(simulator, 60);
    CHECK(range.least > 1.15 * 1'530'000);
    // What is sent, 1.5 times that, and the bursts of single frames on top.
    CHECK(range.most < 3'600'000);
    CHECK(simulator.probes() < 10);
  }
}

TEST_CASE("the estimate comes to fit a link that takes less than the best layer") {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    LinkSimulator simulator({.capacity = {{0, 900'000}}, .seed = seed}, {.layers = kLayers});
    simulator.run(10);
    unsigned above = 0;
    unsigned steps = 0;
    unsigned slow = 0;
    simulator.run(60, [&](double) {
      ++steps;
      above += simulator.target() > 1.2 * 900'000 ? 1U : 0U;
      slow += simulator.queueMillis() > 150 ? 1U : 0U;
      REQUIRE(simulator.target() > 450'000);
    });
    CHECK(above < steps / 20);
    CHECK(slow < steps / 50);
    CHECK(simulator.layer() == 500'000);
  }
}

TEST_CASE("a drop from 2 Mbit/s to 400 kbit/s is followed within two seconds, and the return within fifteen") {
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U, 5U}) {
    LinkSimulator simulator({.capacity = {{0, 2'000'000}, {20, 400'000}, {50, 2'000'000}}, .seed = seed},
                            {.layers = kLayers});
    simulator.run(20);
    CHECK(simulator.layer() == 1'500'000);
    simulator.run(22);
    CHECK(simulator.target() < 400'000);
    // No lasting overshoot while the link stays narrow, nor a queue.
    unsigned slow = 0;
    Range range;
    simulator.run(50, [&](double t) {
      range.add(simulator.target());
      if (t > 23 && simulator.queueMillis() > 150) ++slow;
    });
    CHECK(range.most < 1.25 * 400'000);
    CHECK(range.least > 200'000);
    CHECK(slow < 200);
    simulator.run(65);
    CHECK(simulator.layer() == 1'500'000);
  }
}

TEST_CASE("a link that closes for three seconds is used again soon after") {
  LinkSimulator simulator({.capacity = {{0, 3'000'000}, {10, 2'000}, {13, 3'000'000}}}, {.layers = kLayers});
  simulator.run(10);
  const double before = simulator.target();
  simulator.run(13);
  CHECK(simulator.target() < 0.85 * before);
  simulator.run(28);
  CHECK(simulator.layer() == 1'500'000);
}

TEST_CASE("audio alone keeps its estimate on a clean link, and on one that jitters") {
  for (const auto jitter : {1'000us, 10'000us, 40'000us}) {
    for (const std::uint32_t seed : {1U, 2U, 3U}) {
      LinkSimulator simulator({.jitter = jitter, .seed = seed}, {});
      CHECK(targetsUntil(simulator, 120).least >= 300'000);
    }
  }
}

TEST_CASE("audio alone does not let the estimate grow") {
  LinkSimulator simulator({.capacity = {{0, 50'000'000}}}, {});
  CHECK(targetsUntil(simulator, 120).most == static_cast<double>(BandwidthEstimator::kStart));
  CHECK(simulator.probes() == 0);
}

TEST_CASE("audio alone yields when not even that gets through") {
  LinkSimulator simulator({.capacity = {{0, 2'000'000}, {10, 20'000}}, .queue = 1'000ms}, {});
  simulator.run(16);
  CHECK(simulator.target() < 60'000);
}

TEST_CASE("without probes there is no growth beyond 1.5 times what arrives") {
  LinkSimulator simulator({.capacity = {{0, 20'000'000}}}, {.layers = {500'000}, .probing = false});
  CHECK(targetsUntil(simulator, 60).most < 1.5 * 530'000 * 1.25 + 50'000);
}

TEST_CASE("lost, doubled and late feedback changes little") {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    LinkSimulator simulator(
        {.capacity = {{0, 3'000'000}}, .feedbackLoss = 0.2, .feedbackTwice = 0.2, .feedbackLate = 0.2, .seed = seed},
        {.layers = kLayers});
    simulator.run(10);
    CHECK(simulator.layer() == 1'500'000);
    CHECK(targetsUntil(simulator, 60).least > 1'200'000);
    CHECK(simulator.estimator().loss() < 0.02);
  }
}

TEST_CASE("chance loss of 5 % costs no layer") {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    LinkSimulator simulator({.capacity = {{0, 4'000'000}}, .loss = 0.05, .seed = seed}, {.layers = kLayers});
    simulator.run(10);
    Range layers;
    simulator.run(60, [&](double) { layers.add(simulator.layer()); });
    CHECK(layers.least == 1'500'000);
  }
}

TEST_CASE("jitter of 30 ms costs no layer for long") {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    LinkSimulator simulator({.capacity = {{0, 5'000'000}}, .jitter = 30ms, .seed = seed}, {.layers = kLayers});
    simulator.run(15);
    unsigned worse = 0;
    unsigned steps = 0;
    simulator.run(75, [&](double) {
      ++steps;
      worse += simulator.layer() < 1'500'000 ? 1U : 0U;
    });
    CHECK(worse < steps / 10);
  }
}

TEST_CASE("after a pause the estimate is still there") {
  LinkSimulator simulator({.capacity = {{0, 5'000'000}}}, {.layers = kLayers, .pause = {15, 45}});
  simulator.run(15);
  const double before = simulator.target();
  CHECK(targetsUntil(simulator, 46).least >= 0.99 * before);
  CHECK(targetsUntil(simulator, 60).least >= 0.95 * before);
}

TEST_CASE("a subscriber far away converges as well") {
  LinkSimulator simulator({.capacity = {{0, 3'000'000}}, .propagation = 150ms}, {.layers = kLayers});
  simulator.run(10);
  CHECK(simulator.layer() == 1'500'000);
  CHECK(targetsUntil(simulator, 40).least > 1'500'000);
}

}  // namespace
}  // namespace akbuzat::rtp
