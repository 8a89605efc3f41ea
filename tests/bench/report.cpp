#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/scenarios.hpp"

namespace akbuzat::bench {

namespace {

/// The middle one of results, by what was delivered a second.
Json middleOf(std::vector<Json> results) {
  std::ranges::sort(results, {}, [](const Json& result) { return result["deliveredPerSecond"].get<std::int64_t>(); });
  return results[results.size() / 2];
}

double perSecond(const Json& result) { return result["deliveredPerSecond"].get<double>(); }

}  // namespace

Json deliveredJson(const char* mode, const Delivered& delivered, double seconds) {
  return {{"mode", mode},
          {"seconds", seconds},
          {"delivered", delivered.messages},
          {"deliveredPerSecond", std::llround(static_cast<double>(delivered.messages) / seconds)},
          {"bytesPerSecond", std::llround(static_cast<double>(delivered.bytes) / seconds)}};
}

Json latencyJson(const Histogram& histogram) {
  return {{"p50", std::llround(histogram.percentile(0.50))},
          {"p90", std::llround(histogram.percentile(0.90))},
          {"p99", std::llround(histogram.percentile(0.99))},
          {"max", std::llround(histogram.max())},
          {"samples", histogram.count()}};
}

Json runReport(const Options& options, const Bed& bed) {
  // By turns, so that what else this machine does meanwhile falls on both.
  std::vector<Json> limits;
  std::vector<Json> relays;
  std::vector<double> ratios;
  auto relayOptions = options;
  relayOptions.rate = 0;
  std::uint64_t errors = 0;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    relays.push_back(runRelay(relayOptions, bed));
    // The same bytes for the same number of readers.
    auto limitOptions = options;
    limitOptions.size = relays.back()["messageBytes"].get<std::size_t>();
    limits.push_back(runLimit(limitOptions));
    ratios.push_back(perSecond(relays.back()) / perSecond(limits.back()));
    errors += relays.back()["errors"].get<std::uint64_t>() + limits.back()["errors"].get<std::uint64_t>();
  }
  const auto relay = middleOf(relays);
  const auto limit = middleOf(limits);
  auto halfOptions = options;
  halfOptions.rate = relay["sentPerSecond"].get<double>() / 2;
  const auto half = runRelay(halfOptions, bed);

  Json result{{"mode", "report"}};
  result["ratio"] = perSecond(relay) / perSecond(limit);
  result["ratioOfEachRound"] = ratios;
  result["p99MicrosecondsAtHalf"] = half["latencyMicroseconds"]["p99"];
  result["limit"] = limit;
  result["relay"] = relay;
  result["relayAtHalf"] = half;
  result["errors"] = errors + half["errors"].get<std::uint64_t>();
  return result;
}

}  // namespace akbuzat::bench
