#include "akbuzat/rtp/bandwidth_estimator.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;
using util::TimePoint;

const TimePoint kBegin{1'000h};

/// Sends packets and reports about them when told to, without a link in between.
class Subscriber {
 public:
  explicit Subscriber(std::uint16_t first = 0) : next_(first) {}

  void send(std::size_t bytes, bool probe = false) {
    estimator.onSent(next_, bytes, probe, now);
    recorder.onPacket(next_, now + offset);
    ++next_;
  }
  /// A packet that does not arrive.
  void lose(std::size_t bytes) { estimator.onSent(next_++, bytes, false, now); }

  void report() {
    while (recorder.pending()) {
      std::vector<std::uint8_t> bytes(1'200);
      bytes.resize(recorder.write(bytes, 0, 1, 2));
      bytes.erase(bytes.begin(), bytes.begin() + 12);
      deliver(bytes);
      last = bytes;
    }
  }
  void deliver(const std::vector<std::uint8_t>& bytes) {
    const auto feedback = TransportFeedback::parse(bytes);
    REQUIRE(feedback);
    estimator.onFeedback(*feedback, now);
  }
  /// Sends 1,000 bytes each 10 ms (800 kbit/s) and reports every 100 ms; `lostOf100` of them do not arrive.
  void stream(std::chrono::milliseconds time, unsigned lostOf100 = 0) {
    for (const TimePoint end = now + time; now < end; now += 10ms) {
      lostOf100 > random() % 100 ? lose(1'000) : send(1'000);
      if ((now - kBegin) % 100ms == 0ms) report();
    }
  }

  TimePoint now = kBegin;
  std::chrono::microseconds offset{-99'999'999};
  BandwidthEstimator estimator{kBegin};
  TransportFeedbackRecorder recorder;
  std::vector<std::uint8_t> last;
  std::mt19937 random{1};

 private:
  std::uint16_t next_;
};

constexpr double kStart = static_cast<double>(BandwidthEstimator::kStart);

TEST_CASE("before the subscriber tells anything there is a guess") {
  const BandwidthEstimator estimator(kBegin);
  CHECK(estimator.target() == BandwidthEstimator::kStart);
  CHECK_FALSE(estimator.informed());
  CHECK(estimator.loss() == 0);
  CHECK(estimator.roundTrip() == 100ms);
}

TEST_CASE("the round trip is smoothed and bounded") {
  BandwidthEstimator estimator(kBegin);
  estimator.onRoundTrip(40ms);
  CHECK(estimator.roundTrip() == 40ms);
  estimator.onRoundTrip(120ms);
  CHECK(estimator.roundTrip() == 50ms);
  estimator.onRoundTrip(-1h);
  CHECK(estimator.roundTrip() >= 0ms);
  estimator.onRoundTrip(100h);
  CHECK(estimator.roundTrip() <= 10s);
}

TEST_CASE("feedback about packets that were never sent changes nothing") {
  Subscriber subscriber;
  TransportFeedbackRecorder forged;
  for (std::uint16_t i = 0; i < 1'000; ++i) forged.onPacket(i, kBegin + i * 1us);
  std::vector<std::uint8_t> bytes(1'200);
  bytes.resize(forged.write(bytes, 0, 1, 2));
  bytes.erase(bytes.begin(), bytes.begin() + 12);
  subscriber.deliver(bytes);
  CHECK_FALSE(subscriber.estimator.informed());

  for (int i = 0; i < 1'000; ++i) subscriber.send(100);
  subscriber.now += 10s;  // and none that was sent 60,000 packets ago
  for (int i = 0; i < 60'000; ++i) subscriber.send(100);
  subscriber.deliver(bytes);
  CHECK_FALSE(subscriber.estimator.informed());
  CHECK(subscriber.estimator.target() == BandwidthEstimator::kStart);
}

TEST_CASE("the estimate rises to 1.5 times what arrives and no further") {
  Subscriber subscriber(65'000);
  subscriber.stream(60s);
  CHECK(subscriber.estimator.informed());
  CHECK(subscriber.estimator.loss() == 0);
  CHECK(static_cast<double>(subscriber.estimator.target()) == Approx(1.5 * 800'000 + 50'000).epsilon(0.03));
}

TEST_CASE("feedback that comes twice counts once") {
  Subscriber once;
  Subscriber twice;
  for (int i = 0; i < 300; ++i) {
    once.stream(100ms);
    twice.stream(100ms);
    twice.deliver(twice.last);
    REQUIRE(once.estimator.target() == twice.estimator.target());
  }
}

TEST_CASE("a packet that comes late takes its loss back") {
  Subscriber subscriber;
  for (int round = 0; round < 40; ++round) {
    // Every fifth packet is reported as lost and then as received.
    std::vector<std::uint16_t> late;
    for (int i = 0; i < 10; ++i, subscriber.now += 10ms) {
      const auto sequence = static_cast<std::uint16_t>(round * 10 + i);
      if (i % 5 == 1) {
        subscriber.lose(1'000);
        late.push_back(sequence);
      } else {
        subscriber.send(1'000);
      }
      if (i == 8) subscriber.report();
    }
    for (const std::uint16_t sequence : late)
      subscriber.recorder.onPacket(sequence, subscriber.now + subscriber.offset);
    subscriber.report();
  }
  CHECK(subscriber.estimator.loss() < 0.02);
}

TEST_CASE("more than a tenth lost lowers the estimate, less than a fiftieth lets it rise again") {
  Subscriber subscriber;
  subscriber.stream(5s);
  const auto before = subscriber.estimator.target();
  subscriber.stream(3s, 30);
  CHECK(subscriber.estimator.loss() == Approx(0.3).margin(0.1));
  const auto lowered = subscriber.estimator.target();
  CHECK(static_cast<double>(lowered) < 0.85 * static_cast<double>(before));
  // What arrives is proof of that much.
  CHECK(lowered > 450'000);
  subscriber.stream(20s);
  CHECK(subscriber.estimator.target() > before);
}

TEST_CASE("five per cent of chance loss do not bring the estimate down") {
  Subscriber subscriber;
  for (int i = 0; i < 60; ++i) {
    subscriber.stream(1s, 5);
    REQUIRE(static_cast<double>(subscriber.estimator.target()) > 0.9 * kStart);
  }
}

TEST_CASE("a receiver's clock that is set anew, or a feedback with an absurd time, does no lasting harm") {
  Subscriber subscriber;
  subscriber.stream(10s);
  const auto before = static_cast<double>(subscriber.estimator.target());
  for (const auto jump :
       {std::chrono::microseconds(100h), std::chrono::microseconds(-300h), std::chrono::microseconds(7s)}) {
    subscriber.offset += jump;
    subscriber.stream(2s);
    CHECK(static_cast<double>(subscriber.estimator.target()) >= 0.95 * before);
  }
}

TEST_CASE("the reference time wraps in the middle of a call") {
  Subscriber subscriber;
  // 64 ms × 2^24 is the circle; begin five seconds before its end.
  subscriber.offset =
      std::chrono::microseconds(0x1000000 * std::int64_t{64'000}) * 4 - kBegin.time_since_epoch() / 1us * 1us - 5s;
  double least = 1e9;
  for (int i = 0; i < 100; ++i) {
    subscriber.stream(100ms);
    least = std::min(least, static_cast<double>(subscriber.estimator.target()));
  }
  CHECK(least >= kStart);
  CHECK(static_cast<double>(subscriber.estimator.target()) > 1.5 * kStart);
}

TEST_CASE("a pause of a minute changes nothing") {
  Subscriber subscriber;
  subscriber.stream(20s);
  const auto before = subscriber.estimator.target();
  subscriber.now += 60s;
  (void)subscriber.estimator.takeProbe(0, subscriber.now);
  subscriber.send(1'000);
  CHECK(subscriber.estimator.target() == before);
  subscriber.stream(2s);
  CHECK(static_cast<double>(subscriber.estimator.target()) >= 0.99 * static_cast<double>(before));
}

TEST_CASE("a subscriber that falls silent is sent less and less, down to a small picture") {
  Subscriber subscriber;
  subscriber.stream(20s);
  const auto before = subscriber.estimator.target();
  const auto sendOnly = [&](std::chrono::milliseconds time) {
    for (const TimePoint end = subscriber.now + time; subscriber.now < end; subscriber.now += 10ms)
      subscriber.send(1'000);
  };
  sendOnly(1'900ms);
  CHECK(subscriber.estimator.target() == before);
  sendOnly(3s);
  CHECK(subscriber.estimator.target() < before * 7 / 10);
  sendOnly(60s);
  CHECK(subscriber.estimator.target() == 150'000);
}

TEST_CASE("without transport-wide feedback the target is the last REMB, bounded") {
  BandwidthEstimator estimator(kBegin);
  estimator.onRemb(2'000'000, kBegin);
  CHECK(estimator.informed());
  CHECK(estimator.target() == 2'000'000);
  estimator.onRemb(700'000, kBegin + 1s);
  CHECK(estimator.target() == 700'000);
  estimator.onRemb(0, kBegin + 2s);
  CHECK(estimator.target() == BandwidthEstimator::kMin);
  estimator.onRemb(~std::uint64_t{0}, kBegin + 3s);
  CHECK(estimator.target() == BandwidthEstimator::kMax);
}

TEST_CASE("REMB that stops coming while packets are sent is trusted less and less") {
  BandwidthEstimator estimator(kBegin);
  std::uint16_t sequence = 0;
  TimePoint now = kBegin;
  const auto send = [&](std::chrono::milliseconds time) {
    for (const TimePoint end = now + time; now < end; now += 20ms) estimator.onSent(sequence++, 500, false, now);
  };
  send(1s);
  estimator.onRemb(4'000'000, now);
  send(9s);
  CHECK(estimator.target() == 4'000'000);
  send(10s);
  CHECK(estimator.target() < 2'000'000);
  send(120s);
  CHECK(estimator.target() == BandwidthEstimator::kStart / 2);

  // While nothing is sent no receiver sends REMB.
  estimator.onRemb(4'000'000, now);
  now += 100s;
  send(5s);
  CHECK(estimator.target() == 4'000'000);
}

TEST_CASE("REMB means nothing while there is transport-wide feedback") {
  Subscriber subscriber;
  subscriber.stream(5s);
  const auto before = subscriber.estimator.target();
  subscriber.estimator.onRemb(100'000, subscriber.now);
  CHECK(subscriber.estimator.target() == before);
  subscriber.estimator.onReport(255, subscriber.now);
  CHECK(subscriber.estimator.target() == before);
}

TEST_CASE("report blocks lower what REMB says when much is lost, once a report") {
  BandwidthEstimator estimator(kBegin);
  estimator.onRemb(2'000'000, kBegin);
  estimator.onReport(64, kBegin + 1s);
  CHECK(estimator.target() == 1'750'000);
  estimator.onReport(64, kBegin + 1'010ms);  // another stream of the same report
  CHECK(estimator.target() == 1'750'000);
  estimator.onReport(13, kBegin + 2s);  // 5 %
  CHECK(estimator.target() == 1'750'000);
  for (int i = 3; i < 10; ++i) estimator.onReport(0, kBegin + i * 1s);
  CHECK(estimator.target() == 2'000'000);
}

TEST_CASE("the first probe doubles the estimate, and one at a time is out") {
  Subscriber subscriber;
  const auto probe = subscriber.estimator.takeProbe(3'000'000, subscriber.now);
  REQUIRE(probe);
  CHECK(probe->bitsPerSecond == 2 * BandwidthEstimator::kStart);
  CHECK(probe->duration >= 20ms);
  CHECK(probe->duration <= 100ms);
  CHECK_FALSE(subscriber.estimator.takeProbe(3'000'000, subscriber.now + 500ms));
}

TEST_CASE("nobody probes where nothing more is wanted, nor far above what is") {
  Subscriber subscriber;
  CHECK_FALSE(subscriber.estimator.takeProbe(0, kBegin));
  CHECK_FALSE(subscriber.estimator.takeProbe(500'000, kBegin));
  const auto probe = subscriber.estimator.takeProbe(700'000, kBegin);
  REQUIRE(probe);
  CHECK(probe->bitsPerSecond == 910'000);
}

TEST_CASE("a probe that goes through is proof, and the next asks for twice as much") {
  Subscriber subscriber;
  std::vector<std::uint64_t> asked;
  while (subscriber.now < kBegin + 2s) {
    const auto probe = subscriber.estimator.takeProbe(20'000'000, subscriber.now);
    if (!probe) {
      subscriber.stream(10ms);
      continue;
    }
    asked.push_back(probe->bitsPerSecond);
    // Full packets at the rate asked for.
    const auto gap = std::chrono::microseconds(8'000'000'000 / static_cast<std::int64_t>(probe->bitsPerSecond));
    for (const TimePoint end = subscriber.now + probe->duration; subscriber.now <= end; subscriber.now += gap) {
      subscriber.send(1'000, true);
    }
    subscriber.now = kBegin + (subscriber.now - kBegin) / 10ms * 10ms + 10ms;
  }
  REQUIRE(asked.size() >= 5);
  for (std::size_t i = 1; i + 1 < asked.size(); ++i) {
    CHECK(static_cast<double>(asked[i]) == Approx(2.0 * static_cast<double>(asked[i - 1])).epsilon(0.15));
  }
  CHECK(static_cast<double>(subscriber.estimator.target()) == Approx(24'000'000).epsilon(0.15));
}

TEST_CASE("probes that nobody answers end") {
  BandwidthEstimator estimator(kBegin);
  unsigned probes = 0;
  std::uint16_t sequence = 0;
  for (TimePoint now = kBegin; now < kBegin + 120s; now += 20ms) {
    const bool probing = estimator.takeProbe(5'000'000, now).has_value();
    probes += probing ? 1 : 0;
    estimator.onSent(sequence++, 1'000, probing, now);
  }
  CHECK(probes == 3);
  CHECK(estimator.target() == BandwidthEstimator::kStart);
}

TEST_CASE("a probe that is taken and never sent does not block the next") {
  Subscriber subscriber;
  subscriber.stream(1s);
  REQUIRE(subscriber.estimator.takeProbe(5'000'000, subscriber.now));
  subscriber.stream(2s);
  (void)subscriber.estimator.takeProbe(5'000'000, subscriber.now);
  subscriber.stream(2s);
  CHECK(subscriber.estimator.takeProbe(5'000'000, subscriber.now));
}

TEST_CASE("whatever feedback says, the target stays within its bounds") {
  std::mt19937 random(5);
  BandwidthEstimator estimator(kBegin);
  TimePoint now = kBegin;
  std::uint16_t sequence = 0;
  for (int round = 0; round < 20'000; ++round) {
    now += std::chrono::microseconds(random() % 50'000);
    for (unsigned i = random() % 8; i > 0; --i) estimator.onSent(sequence++, random() % 1'500, random() % 9 == 0, now);
    if (random() % 5 == 0) (void)estimator.takeProbe(random() % 40'000'000, now);
    if (random() % 50 == 0) estimator.onRemb(random(), now);
    if (random() % 50 == 0) estimator.onReport(static_cast<std::uint8_t>(random()), now);
    std::vector<std::uint8_t> bytes(10 + random() % 60);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    // Near what was sent, so that much of it is about real packets.
    util::writeU16(bytes, 0, static_cast<std::uint16_t>(sequence - random() % 40));
    util::writeU16(bytes, 2, static_cast<std::uint16_t>(1 + random() % 40));
    if (const auto feedback = TransportFeedback::parse(bytes)) estimator.onFeedback(*feedback, now);
    REQUIRE(estimator.target() >= BandwidthEstimator::kMin);
    REQUIRE(estimator.target() <= BandwidthEstimator::kMax);
    REQUIRE(estimator.loss() >= 0);
    REQUIRE(estimator.loss() <= 1);
  }
}

}  // namespace
}  // namespace akbuzat::rtp
