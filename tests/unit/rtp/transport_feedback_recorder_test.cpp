#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/rtp/rtcp.hpp"
#include "akbuzat/rtp/transport_feedback.hpp"
#include "unit/rtp/hex.hpp"

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;
using test::hex;
using Bytes = std::vector<std::uint8_t>;

/// A multiple of 64 ms, so that reference times are easy to tell: 0x001000.
const util::TimePoint kBegin{64ms * 0x1000};

Bytes write(TransportFeedbackRecorder& recorder, std::size_t room = 1'500) {
  Bytes bytes(room, 0xee);
  const std::size_t end = recorder.write(bytes, 0, 0x01020304, 0x0a0b0c0d);
  bytes.resize(end);
  return bytes;
}

/// The content of one packet, read as a peer reads it.
TransportFeedback read(const Bytes& packet) {
  RtcpReader reader(packet);
  const auto part = reader.next();
  REQUIRE(part);
  REQUIRE(std::holds_alternative<TransportFeedbackPacket>(*part));
  REQUIRE_FALSE(reader.next());
  const auto feedback = TransportFeedback::parse(std::get<TransportFeedbackPacket>(*part).content);
  REQUIRE(feedback);
  return *feedback;
}

/// Received numbers with their time after kBegin in microseconds.
std::map<std::uint16_t, std::int64_t> receivedIn(const Bytes& packet) {
  std::map<std::uint16_t, std::int64_t> received;
  read(packet).forEach([&](std::uint16_t sequence, bool came, std::int64_t arrival) {
    if (came) received[sequence] = arrival - (kBegin - util::TimePoint{}) / 1us;
  });
  return received;
}

TEST_CASE("nothing came, nothing is written") {
  TransportFeedbackRecorder recorder;
  CHECK_FALSE(recorder.pending());
  CHECK(write(recorder).empty());
}

TEST_CASE("the packet is byte for byte the draft's") {
  TransportFeedbackRecorder recorder;
  recorder.onPacket(0xfffe, kBegin + 10ms);
  recorder.onPacket(0xffff, kBegin + 11ms);
  recorder.onPacket(2, kBegin + 200ms);
  CHECK(recorder.pending());
  // 2 came, 2 lost, 1 came with a delta of 189 ms, which needs two bytes.
  CHECK(write(recorder) == hex("8fcd 0006 01020304 0a0b0c0d  fffe 0005 001000 00  d420  28 04 02f4  0000"));
  CHECK_FALSE(recorder.pending());
  CHECK(write(recorder).empty());
}

TEST_CASE("the next feedback begins where the last ended, and is counted") {
  TransportFeedbackRecorder recorder;
  recorder.onPacket(2, kBegin);
  CHECK(write(recorder)[19] == 0);
  recorder.onPacket(5, kBegin + 300ms);
  const Bytes second = write(recorder);
  CHECK(second == hex("8fcd 0005 01020304 0a0b0c0d  0003 0003 001004 01  8800  b0 00"));
  for (unsigned i = 2; i < 600; ++i) {
    recorder.onPacket(static_cast<std::uint16_t>(4 + i), kBegin + 300ms);
    CHECK(write(recorder)[19] == i % 256);
  }
}

TEST_CASE("packets out of order are reported in the order of their numbers, with deltas backwards") {
  TransportFeedbackRecorder recorder;
  recorder.onPacket(10, kBegin + 10ms);
  recorder.onPacket(12, kBegin + 20ms);
  recorder.onPacket(11, kBegin + 30ms);
  const Bytes packet = write(recorder);
  CHECK(read(packet).packetCount() == 3);
  CHECK(receivedIn(packet) == std::map<std::uint16_t, std::int64_t>{{10, 10'000}, {11, 30'000}, {12, 20'000}});
}

TEST_CASE("the first arrival of a packet counts, and it is reported once") {
  TransportFeedbackRecorder recorder;
  recorder.onPacket(10, kBegin);
  recorder.onPacket(10, kBegin + 5ms);
  CHECK(receivedIn(write(recorder)) == std::map<std::uint16_t, std::int64_t>{{10, 0}});
  recorder.onPacket(10, kBegin + 9ms);
  CHECK_FALSE(recorder.pending());
}

TEST_CASE("a packet that comes after it was reported as lost is reported alone") {
  TransportFeedbackRecorder recorder;
  for (const int sequence : {10, 11, 13, 14, 16}) recorder.onPacket(static_cast<std::uint16_t>(sequence), kBegin);
  (void)write(recorder);
  recorder.onPacket(12, kBegin + 90ms);
  recorder.onPacket(15, kBegin + 91ms);
  recorder.onPacket(17, kBegin + 92ms);
  CHECK(receivedIn(write(recorder)) == std::map<std::uint16_t, std::int64_t>{{12, 90'000}});
  CHECK(receivedIn(write(recorder)) == std::map<std::uint16_t, std::int64_t>{{15, 91'000}});
  CHECK(receivedIn(write(recorder)) == std::map<std::uint16_t, std::int64_t>{{17, 92'000}});
  CHECK_FALSE(recorder.pending());
}

TEST_CASE("the very first packets may come in any order") {
  TransportFeedbackRecorder recorder;
  recorder.onPacket(3, kBegin + 1ms);
  recorder.onPacket(65'534, kBegin + 2ms);
  std::map<std::uint16_t, std::int64_t> all;
  while (recorder.pending()) all.merge(receivedIn(write(recorder)));
  CHECK(all == std::map<std::uint16_t, std::int64_t>{{3, 1'000}, {65'534, 2'000}});
}

TEST_CASE("more than 200 packets make several feedbacks") {
  TransportFeedbackRecorder recorder;
  for (unsigned i = 0; i < 500; ++i) recorder.onPacket(static_cast<std::uint16_t>(65'300 + i), kBegin + i * 1ms);
  std::vector<std::uint16_t> counts;
  while (recorder.pending()) counts.push_back(read(write(recorder)).packetCount());
  CHECK(counts == std::vector<std::uint16_t>{200, 200, 100});
}

TEST_CASE("a delta that does not fit into 16 bits begins another feedback") {
  TransportFeedbackRecorder recorder;
  recorder.onPacket(1, kBegin);
  recorder.onPacket(2, kBegin + 8'191'750us);   // 32,767 ticks
  recorder.onPacket(3, kBegin + 16'383'750us);  // and 32,768 more
  CHECK(receivedIn(write(recorder)) == std::map<std::uint16_t, std::int64_t>{{1, 0}, {2, 8'191'750}});
  CHECK(receivedIn(write(recorder)) == std::map<std::uint16_t, std::int64_t>{{3, 16'383'750}});
  CHECK_FALSE(recorder.pending());
}

TEST_CASE("the reference time wraps and may be negative") {
  for (const auto begin : {64ms * 0x7fffff, 64ms * 0x800000, 64ms * 0xffffff, 64ms * 0x1000000, -64ms, -65ms, 0ms}) {
    TransportFeedbackRecorder recorder;
    recorder.onPacket(1, util::TimePoint{begin});
    recorder.onPacket(2, util::TimePoint{begin} + 70ms);
    std::vector<std::int64_t> arrivals;
    read(write(recorder)).forEach([&](std::uint16_t, bool, std::int64_t arrival) { arrivals.push_back(arrival); });
    REQUIRE(arrivals.size() == 2);
    CHECK(arrivals[1] - arrivals[0] == 70'000);
    constexpr std::int64_t kCircle = 0x1000000 * std::int64_t{64'000};
    CHECK((arrivals[0] - std::chrono::microseconds(begin).count()) % kCircle == 0);
  }
}

TEST_CASE("without room nothing is written and nothing is lost") {
  TransportFeedbackRecorder recorder;
  for (std::uint16_t i = 0; i < 100; ++i) recorder.onPacket(i, kBegin + i * 1ms);
  CHECK(write(recorder, 20).empty());
  CHECK(recorder.pending());
  std::size_t seen = 0;
  while (recorder.pending()) {
    const Bytes packet = write(recorder, 60);
    REQUIRE_FALSE(packet.empty());
    REQUIRE(packet.size() <= 60);
    seen += receivedIn(packet).size();
  }
  CHECK(seen == 100);

  Bytes out(100, 0xee);
  recorder.onPacket(100, kBegin);
  CHECK(recorder.write(out, 101, 1, 2) == 101);
  CHECK(recorder.write(out, 8, 1, 2) == 8 + 24);
  CHECK(std::all_of(out.begin(), out.begin() + 8, [](std::uint8_t byte) { return byte == 0xee; }));
  CHECK(std::all_of(out.begin() + 32, out.end(), [](std::uint8_t byte) { return byte == 0xee; }));
}

TEST_CASE("a jump begins anew instead of reporting thousands as lost") {
  TransportFeedbackRecorder recorder;
  recorder.onPacket(100, kBegin);
  (void)write(recorder);
  for (const std::uint16_t sequence : {std::uint16_t{100 + 2'047}, std::uint16_t{5'000}, std::uint16_t{100}}) {
    recorder.onPacket(sequence, kBegin + 1s);
    const Bytes packet = write(recorder);
    CHECK(receivedIn(packet) == std::map<std::uint16_t, std::int64_t>{{sequence, 1'000'000}});
    CHECK(read(packet).packetCount() <= TransportFeedbackRecorder::kWindow);
    CHECK_FALSE(recorder.pending());
  }
}

TEST_CASE("what is never asked for does not grow, and the newest is still told") {
  TransportFeedbackRecorder recorder;
  for (unsigned i = 0; i < 100'000; ++i) recorder.onPacket(static_cast<std::uint16_t>(i), kBegin + i * 1ms);
  std::size_t seen = 0;
  while (recorder.pending()) seen += receivedIn(write(recorder)).size();
  CHECK(seen == TransportFeedbackRecorder::kWindow);
}

/// Loss, reordering, duplicates, pauses, over several turns of the numbers: each packet that came is reported as
/// received exactly once, at its time.
TEST_CASE("every packet is reported once, at its time") {
  std::mt19937 random(3);
  for (const unsigned lossPercent : {0U, 5U, 50U, 95U}) {
    TransportFeedbackRecorder recorder;
    std::map<std::int64_t, std::int64_t> expected;
    std::map<std::int64_t, std::int64_t> reported;
    std::int64_t newest = 0;
    std::vector<std::pair<util::TimePoint, std::int64_t>> arriving;
    util::TimePoint now = kBegin;

    const auto report = [&] {
      while (recorder.pending()) {
        const Bytes packet = write(recorder);
        REQUIRE(packet.size() % 4 == 0);
        REQUIRE_FALSE(packet.empty());
        REQUIRE(packet.size() <= TransportFeedbackRecorder::kMaxBytes);
        for (const auto& [sequence, arrival] : receivedIn(packet)) {
          const std::int64_t full = newest + static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(newest));
          REQUIRE(reported.emplace(full, arrival).second);
        }
      }
    };
    for (std::int64_t sequence = 30'000; sequence < 230'000; ++sequence) {
      now += std::chrono::microseconds(random() % 4'000);
      if (random() % 20'000 == 0) now += 20s;
      if (random() % 100 >= lossPercent) {
        arriving.emplace_back(now + std::chrono::milliseconds(random() % 10 == 0 ? random() % 150 : 0), sequence);
        if (random() % 50 == 0) arriving.push_back(arriving.back());
      }
      for (std::size_t i = 0; i < arriving.size();) {
        if (arriving[i].first > now) {
          ++i;
          continue;
        }
        const std::int64_t came = arriving[i].second;
        arriving.erase(arriving.begin() + static_cast<std::ptrdiff_t>(i));
        newest = std::max(newest, came);
        recorder.onPacket(static_cast<std::uint16_t>(came), now);
        expected.emplace(came, std::chrono::duration_cast<std::chrono::microseconds>(now - kBegin).count());
      }
      if (random() % 40 == 0) report();
    }
    report();
    REQUIRE(reported.size() == expected.size());
    for (const auto& [sequence, arrival] : expected) {
      const std::int64_t error = arrival - reported.at(sequence);
      REQUIRE(error >= 0);
      REQUIRE(error < 250);
    }
  }
}

}  // namespace
}  // namespace akbuzat::rtp
