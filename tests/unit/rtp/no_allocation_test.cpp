// What runs for every packet allocates nothing.

#include <array>

#include <catch2/catch.hpp>

#include "akbuzat/rtp/bandwidth_estimator.hpp"
#include "akbuzat/rtp/bitrate_meter.hpp"
#include "akbuzat/rtp/layer_allocation.hpp"
#include "akbuzat/rtp/pacer.hpp"
#include "akbuzat/rtp/transport_feedback.hpp"
#include "support/allocation_count.hpp"

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;

TEST_CASE("estimating, pacing, measuring and reporting allocate nothing") {
  const util::TimePoint begin{1h};
  BandwidthEstimator estimator(begin);
  TransportFeedbackRecorder recorder;
  Pacer pacer;
  BitrateMeter meter;
  std::array<StreamDemand, 8> streams{};
  for (StreamDemand& stream : streams) stream.bitrates[0] = 400'000;
  std::array<std::uint8_t, 1'200> bytes{};

  const std::uint64_t before = test::allocationsOfThread();
  std::uint16_t sequence = 0;
  for (util::TimePoint now = begin; now < begin + 200s; now += 2ms, ++sequence) {
    const bool probe = estimator.takeProbe(20'000'000, now).has_value();
    pacer.setRate(estimator.target(), now);
    if (pacer.mayPass(now)) pacer.onSent(1'000, now);
    meter.onBytes(1'000, now);
    estimator.onSent(sequence, 1'000, probe, now);
    if (sequence % 11 != 0) recorder.onPacket(sequence, now + 20ms);
    if (sequence % 50 == 0) {
      const std::size_t end = recorder.write(bytes, 0, 1, 2);
      // Nothing has come before the first.
      const util::Bytes content = end == 0 ? util::Bytes{} : util::Bytes(bytes).first(end).subspan(12);
      if (const auto feedback = TransportFeedback::parse(content)) estimator.onFeedback(*feedback, now);
      estimator.onRemb(meter.bitsPerSecond(now), now);
      estimator.onReport(3, now);
      allocateLayers(streams, estimator.target());
    }
  }
  const std::uint64_t after = test::allocationsOfThread();
  CHECK(after == before);
  // The counter does count; a call like this one, unlike an expression with new, is never optimized away.
  ::operator delete(::operator new(1));
  CHECK(test::allocationsOfThread() > after);
}

}  // namespace
}  // namespace akbuzat::rtp
