// Transport-wide feedback: as content that a peer sent, to the reader and to the estimator; and as a list of arrivals,
// to the recorder, whose packets must be readable and tell of each arrival once.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <span>

#include "akbuzat/rtp/bandwidth_estimator.hpp"
#include "akbuzat/rtp/transport_feedback.hpp"

namespace {

using namespace akbuzat;
using rtp::BandwidthEstimator;
using rtp::TransportFeedback;
using rtp::TransportFeedbackRecorder;

const util::TimePoint kBegin{std::chrono::hours(100)};

void require(bool condition) {
  if (!condition) std::abort();
}

void readContent(util::Bytes content) {
  const auto feedback = TransportFeedback::parse(content);
  if (!feedback) return;
  std::uint32_t count = 0;
  feedback->forEach([&](std::uint16_t sequence, bool received, std::int64_t arrival) {
    require(sequence == static_cast<std::uint16_t>(feedback->baseSequence() + count));
    require(received || arrival == 0);
    ++count;
  });
  require(count == feedback->packetCount());

  BandwidthEstimator estimator(kBegin);
  util::TimePoint now = kBegin;
  for (std::uint16_t i = 0; i < 64; ++i, now += std::chrono::milliseconds(7)) {
    (void)estimator.takeProbe(5'000'000, now);
    estimator.onSent(static_cast<std::uint16_t>(feedback->baseSequence() + i), 1'000, i % 3 == 0, now);
    if (i % 8 == 7) estimator.onFeedback(*feedback, now);
  }
  require(estimator.target() >= BandwidthEstimator::kMin && estimator.target() <= BandwidthEstimator::kMax);
  require(estimator.loss() >= 0 && estimator.loss() <= 1);
}

/// Four bytes an arrival: number, and time in 100 us after (or, negative, before) the last. A zero time asks for
/// feedback.
void record(util::Bytes input) {
  TransportFeedbackRecorder recorder;
  std::set<std::uint16_t> open;
  util::TimePoint now = kBegin;
  const auto report = [&](std::size_t room) {
    std::array<std::uint8_t, 1'500> bytes{};
    for (unsigned i = 0; recorder.pending(); ++i) {
      require(i <= TransportFeedbackRecorder::kWindow);
      const std::size_t end = recorder.write(std::span(bytes).first(room), 0, 1, 2);
      require(end > 12 && end <= room && end % 4 == 0);
      const auto feedback = TransportFeedback::parse(util::Bytes(bytes).first(end).subspan(12));
      require(feedback.has_value());
      feedback->forEach([&](std::uint16_t sequence, bool received, std::int64_t) {
        if (received) require(open.contains(sequence));
      });
    }
  };
  for (std::size_t at = 0; at + 4 <= input.size(); at += 4) {
    const std::uint16_t sequence = util::readU16(input, at);
    const auto step = static_cast<std::int16_t>(util::readU16(input, at + 2));
    if (step == 0) {
      report(32 + sequence % 1'469);
      continue;
    }
    now += std::chrono::microseconds(100) * step;
    recorder.onPacket(sequence, now);
    open.insert(sequence);
  }
  report(1'500);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const util::Bytes input(data + 1, size - 1);
  data[0] % 2 == 0 ? readContent(input) : record(input);
  return 0;
}
