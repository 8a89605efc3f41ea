// The estimator against recorded traces: tests/data/bwe/*.csv, one packet a line: when it was sent, its bytes, and when
// it arrived (nothing: lost), in microseconds. A trace stays as it was recorded, whatever becomes of the estimator.
// `rtp_tests "[record]"` records them anew from the simulator.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/rtp/link_simulator.hpp"

namespace akbuzat::rtp {
namespace {

using namespace std::chrono_literals;
using Record = LinkSimulator::Record;

std::filesystem::path pathOf(const std::string& name) {
  return std::filesystem::path(__FILE__).parent_path() / "../../data/bwe" / (name + ".csv");
}

std::vector<Record> readTrace(const std::string& name) {
  std::ifstream file(pathOf(name));
  REQUIRE(file);
  std::vector<Record> records;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t first = line.find(',');
    const std::size_t second = line.find(',', first + 1);
    REQUIRE(second != std::string::npos);
    const std::string arrival = line.substr(second + 1);
    records.push_back({.sent = std::stoll(line),
                       .bytes = std::stoull(line.substr(first + 1)),
                       .probe = false,
                       .arrival = arrival.empty() ? -1 : std::stoll(arrival)});
  }
  REQUIRE(records.size() > 1'000);
  return records;
}

/// Gives the trace to an estimator, with feedback every 100 ms that needs 30 ms to come back; the estimates every
/// 100 ms.
std::vector<double> replay(const std::vector<Record>& records) {
  const TimePoint begin{1'000h};
  BandwidthEstimator estimator(begin);
  TransportFeedbackRecorder recorder;
  std::vector<std::size_t> byArrival;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].arrival >= 0) byArrival.push_back(i);
  }
  std::stable_sort(byArrival.begin(), byArrival.end(),
                   [&](std::size_t a, std::size_t b) { return records[a].arrival < records[b].arrival; });

  std::vector<double> estimates;
  std::size_t sent = 0;
  std::size_t arrived = 0;
  for (auto step = 100ms; sent < records.size(); step += 100ms) {
    const std::int64_t reported = step / 1us;
    for (; sent < records.size() && records[sent].sent < reported + 30'000; ++sent) {
      estimator.onSent(static_cast<std::uint16_t>(sent), records[sent].bytes, false,
                       begin + std::chrono::microseconds(records[sent].sent));
    }
    for (; arrived < byArrival.size() && records[byArrival[arrived]].arrival <= reported; ++arrived) {
      recorder.onPacket(static_cast<std::uint16_t>(byArrival[arrived]),
                        TimePoint{77h} + std::chrono::microseconds(records[byArrival[arrived]].arrival));
    }
    while (recorder.pending()) {
      std::array<std::uint8_t, 1'200> bytes{};
      const std::size_t end = recorder.write(bytes, 0, 1, 2);
      const auto feedback = TransportFeedback::parse(util::Bytes(bytes).first(end).subspan(12));
      REQUIRE(feedback);
      estimator.onFeedback(*feedback, begin + step + 30ms);
    }
    estimates.push_back(static_cast<double>(estimator.target()));
  }
  return estimates;
}

void record(const std::string& name, const LinkSettings& link, const SourceSettings& source, double seconds) {
  LinkSimulator simulator(link, source);
  std::vector<Record> records;
  simulator.records = &records;
  simulator.run(seconds);
  std::ofstream file(pathOf(name));
  file << "sent_us,bytes,arrival_us\n";
  for (const Record& packet : records) {
    file << packet.sent << ',' << packet.bytes << ',';
    if (packet.arrival >= 0) file << packet.arrival;
    file << '\n';
  }
  REQUIRE(file.good());
}

TEST_CASE("the traces are recorded", "[.][record]") {
  // No probes, and layers so close that growth alone reaches each of them.
  const SourceSettings video{.layers = {150e3, 300e3, 450e3, 600e3, 750e3, 1e6, 1.3e6}, .probing = false};
  record("drop", {.capacity = {{0, 1.7e6}, {10, 4e5}, {20, 1.7e6}}, .seed = 11}, video, 28);
  record("chance_loss", {.capacity = {{0, 3e6}}, .loss = 0.05, .jitter = 5'000us, .seed = 12}, video, 20);
  record("audio_on_wifi", {.loss = 0.01, .jitter = 40'000us, .seed = 13}, {.probing = false}, 60);
}

TEST_CASE("trace: a drop from 1.7 Mbit/s to 400 kbit/s and back") {
  const auto estimates = replay(readTrace("drop"));
  REQUIRE(estimates.size() >= 279);
  CHECK(estimates[99] > 1.1e6);
  CHECK(estimates[119] < 4e5);
  for (std::size_t i = 120; i < 200; ++i) {
    // 1.5 times the 330 kbit/s that are sent.
    REQUIRE(estimates[i] < 1.5 * 3.3e5 + 5e4);
    REQUIRE(estimates[i] > 2e5);
  }
  CHECK(estimates.back() > estimates[199]);
}

TEST_CASE("trace: chance loss of 5 %") {
  const auto estimates = replay(readTrace("chance_loss"));
  for (std::size_t i = 0; i < estimates.size(); ++i) REQUIRE(estimates[i] >= 5e5);
  CHECK(estimates.back() > 6e5);
}

TEST_CASE("trace: audio alone with 40 ms of jitter") {
  const auto estimates = replay(readTrace("audio_on_wifi"));
  for (const double estimate : estimates) {
    REQUIRE(estimate >= 3e5);
    REQUIRE(estimate <= 6e5);
  }
}

}  // namespace
}  // namespace akbuzat::rtp
