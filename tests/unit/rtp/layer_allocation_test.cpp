#include "akbuzat/rtp/layer_allocation.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

namespace akbuzat::rtp {
namespace {

using Streams = std::vector<StreamDemand>;
using Layer = std::optional<std::size_t>;

StreamDemand make(StreamClass streamClass, std::vector<std::uint32_t> bitrates, Layer current = std::nullopt) {
  StreamDemand stream;
  stream.streamClass = streamClass;
  stream.layerCount = bitrates.size();
  std::copy(bitrates.begin(), bitrates.end(), std::begin(stream.bitrates));
  stream.current = current;
  return stream;
}
StreamDemand camera(std::vector<std::uint32_t> bitrates, Layer current = std::nullopt) {
  return make(StreamClass::camera, std::move(bitrates), current);
}

std::vector<Layer> allocate(Streams streams, std::uint64_t budget) {
  allocateLayers(streams, budget);
  std::vector<Layer> chosen;
  for (const StreamDemand& stream : streams) chosen.push_back(stream.chosen);
  return chosen;
}

std::uint64_t total(const Streams& streams) {
  std::uint64_t sum = 0;
  for (const StreamDemand& stream : streams) sum += stream.chosen ? stream.bitrates[*stream.chosen] : 0;
  return sum;
}

TEST_CASE("nobody, nothing") {
  CHECK(allocate({}, 1'000'000).empty());
  CHECK(wantedBitrate({}) == 0);
}

TEST_CASE("with plenty everybody gets the best layer that it wishes") {
  Streams streams{make(StreamClass::audio, {30'000}), camera({1'500'000, 150'000}), camera({1'500'000, 150'000})};
  streams[2].bestWished = 1;
  CHECK(allocate(streams, 50'000'000) == std::vector<Layer>{0, 0, 1});
  CHECK(wantedBitrate(streams) == 30'000 + 1'500'000 + 150'000);
}

TEST_CASE("audio and the first video's lowest layer come whatever the budget") {
  const Streams streams{camera({1'500'000, 150'000}), make(StreamClass::audio, {30'000}),
                        make(StreamClass::screen, {800'000, 300'000}), make(StreamClass::audio, {40'000})};
  CHECK(allocate(streams, 0) == std::vector<Layer>{std::nullopt, 0, 1, 0});
}

TEST_CASE("each class comes before the next, the active speaker first") {
  const Streams streams{camera({1'000'000, 100'000}), make(StreamClass::screen, {1'000'000, 100'000}),
                        make(StreamClass::activeSpeaker, {1'000'000, 100'000})};
  CHECK(allocate(streams, 1'200'000) == std::vector<Layer>{std::nullopt, std::nullopt, 0});
  CHECK(allocate(streams, 1'300'000) == std::vector<Layer>{std::nullopt, 1, 0});
  CHECK(allocate(streams, 2'400'000) == std::vector<Layer>{std::nullopt, 0, 0});
  CHECK(allocate(streams, 3'500'000) == std::vector<Layer>{0, 0, 0});
}

TEST_CASE("within a class all get something before one gets more") {
  const Streams streams{camera({1'000'000, 400'000, 100'000}), camera({1'000'000, 400'000, 100'000}),
                        camera({1'000'000, 400'000, 100'000})};
  CHECK(allocate(streams, 345'000) == std::vector<Layer>{2, 2, 2});
  CHECK(allocate(streams, 700'000) == std::vector<Layer>{1, 2, 2});
  CHECK(allocate(streams, 1'400'000) == std::vector<Layer>{1, 1, 1});
  CHECK(allocate(streams, 2'100'000) == std::vector<Layer>{0, 1, 1});
}

TEST_CASE("a better layer needs 15 % to spare, one in use is kept up to 10 % over") {
  CHECK(allocate({camera({1'000'000, 100'000})}, 1'149'999) == std::vector<Layer>{1});
  CHECK(allocate({camera({1'000'000, 100'000})}, 1'150'000) == std::vector<Layer>{0});
  CHECK(allocate({camera({1'000'000, 100'000}, 1)}, 1'149'999) == std::vector<Layer>{1});
  CHECK(allocate({camera({1'000'000, 100'000}, 0)}, 909'091) == std::vector<Layer>{0});
  CHECK(allocate({camera({1'000'000, 100'000}, 0)}, 909'090) == std::vector<Layer>{1});
}

TEST_CASE("a step down needs nothing to spare") {
  const Streams streams{camera({500'000}, 0), camera({1'000'000, 500'000}, 0)};
  CHECK(allocate(streams, 1'000'000) == std::vector<Layer>{0, 1});
}

TEST_CASE("a layer that is not sent is replaced by a worse one, and if there is none, by what there is") {
  CHECK(allocate({camera({0, 100'000})}, 5'000'000) == std::vector<Layer>{1});
  Streams streams{camera({1'000'000, 600'000, 0})};
  streams[0].bestWished = 2;
  CHECK(allocate(streams, 5'000'000) == std::vector<Layer>{1});
  CHECK(wantedBitrate(streams) == 600'000);
}

TEST_CASE("who wants only one layer gets it or nothing") {
  Streams streams{camera({100'000}), camera({1'000'000, 100'000})};
  streams[1].onlyWished = true;
  CHECK(allocate(streams, 600'000) == std::vector<Layer>{0, std::nullopt});
  CHECK(allocate(streams, 2'000'000) == std::vector<Layer>{0, 0});
  streams[1].bestWished = 1;
  CHECK(allocate(streams, 9'000'000) == std::vector<Layer>{0, 1});
  streams[1].bitrates[1] = 0;
  CHECK(allocate(streams, 9'000'000) == std::vector<Layer>{0, 1});  // waits for it
  CHECK(wantedBitrate(streams) == 100'000);
}

TEST_CASE("what is not sent at all takes nothing and waits for its worst layer, or keeps what it had") {
  CHECK(allocate({camera({0, 0})}, 0) == std::vector<Layer>{1});
  CHECK(allocate({camera({0, 0}, 0)}, 0) == std::vector<Layer>{0});
  CHECK(allocate({camera({0})}, 0) == std::vector<Layer>{0});
  // And is not the first video that is served in any case.
  CHECK(allocate({camera({0}), camera({300'000})}, 0) == std::vector<Layer>{0, 0});
}

TEST_CASE("a layer that takes no less than a better one is passed over") {
  CHECK(allocate({camera({200'000, 300'000})}, 0) == std::vector<Layer>{0});
  CHECK(allocate({camera({200'000, 200'000})}, 0) == std::vector<Layer>{0});
  CHECK(allocate({camera({900'000, 100'000, 500'000})}, 600'000) == std::vector<Layer>{1});
}

TEST_CASE("absurd numbers do no harm") {
  Streams streams{camera({0xffffffff, 0xfffffffe})};
  streams[0].layerCount = 99;
  streams[0].bestWished = 99;
  streams[0].current = 99;
  CHECK(allocate(streams, ~std::uint64_t{0}) == std::vector<Layer>{1});
  streams[0].layerCount = 0;
  CHECK(allocate(streams, ~std::uint64_t{0}) == std::vector<Layer>{0});
}

Streams randomStreams(std::mt19937& random, bool withCurrent) {
  const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); };
  Streams streams(below(8));
  for (StreamDemand& stream : streams) {
    stream.streamClass = static_cast<StreamClass>(below(4));
    stream.layerCount = stream.streamClass == StreamClass::audio ? 1 : 1 + below(StreamDemand::kMaxLayers);
    for (std::size_t i = 0; i < stream.layerCount; ++i) stream.bitrates[i] = below(5) == 0 ? 0 : below(2'000'000);
    stream.bestWished = below(static_cast<std::uint32_t>(stream.layerCount));
    stream.onlyWished = below(8) == 0;
    if (withCurrent && below(3) != 0) stream.current = below(static_cast<std::uint32_t>(stream.layerCount));
  }
  return streams;
}

TEST_CASE("whatever is asked for, budget, wishes and priorities are respected, and nothing flaps") {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    Streams streams = randomStreams(random, true);
    const std::uint64_t budget = random() % 6'000'000;
    allocateLayers(streams, budget);

    std::uint64_t forced = 0;
    bool video = false;
    for (const StreamClass streamClass :
         {StreamClass::audio, StreamClass::activeSpeaker, StreamClass::screen, StreamClass::camera}) {
      for (const StreamDemand& stream : streams) {
        if (stream.streamClass != streamClass) continue;
        const bool sent = stream.chosen && stream.bitrates[*stream.chosen] != 0;
        if (stream.chosen) REQUIRE(*stream.chosen < stream.layerCount);
        if (stream.onlyWished && stream.chosen) REQUIRE(*stream.chosen == stream.bestWished);
        if (streamClass == StreamClass::audio) {
          REQUIRE(stream.chosen);
          forced += stream.bitrates[0];
        } else if (sent && !video) {
          video = true;
          forced += *std::max_element(std::begin(stream.bitrates), std::end(stream.bitrates));
        }
        // Better than wished only where nothing else is sent.
        if (sent && *stream.chosen < stream.bestWished) {
          REQUIRE(std::all_of(stream.bitrates + stream.bestWished, stream.bitrates + stream.layerCount,
                              [](std::uint32_t bits) { return bits == 0; }));
        }
      }
    }
    REQUIRE(total(streams) <= std::max(forced, budget * 110 / 100));
    REQUIRE(total(streams) <= wantedBitrate(streams));

    Streams again = streams;
    for (StreamDemand& stream : again) stream.current = stream.chosen;
    allocateLayers(again, budget);
    for (std::size_t i = 0; i < streams.size(); ++i) REQUIRE(again[i].chosen == streams[i].chosen);

    // What is asked for by lower classes changes nothing for the higher ones.
    Streams higher;
    for (const StreamDemand& stream : streams) {
      if (stream.streamClass != StreamClass::camera) higher.push_back(stream);
    }
    allocateLayers(higher, budget);
    std::size_t at = 0;
    for (const StreamDemand& stream : streams) {
      if (stream.streamClass != StreamClass::camera) REQUIRE(higher[at++].chosen == stream.chosen);
    }
  }
}

TEST_CASE("a greater budget never takes anything away") {
  std::mt19937 random(8);
  for (int round = 0; round < 2'000; ++round) {
    Streams streams = randomStreams(random, false);
    const bool alone = streams.size() == 1;
    std::uint64_t last = 0;
    Layer lastChosen;
    for (std::uint64_t budget = 0; budget <= 6'000'000; budget += 50'000) {
      allocateLayers(streams, budget);
      REQUIRE(total(streams) >= last);
      last = total(streams);
      if (!alone) continue;
      if (lastChosen) {
        REQUIRE(streams[0].chosen);
        REQUIRE(*streams[0].chosen <= *lastChosen);
      }
      lastChosen = streams[0].chosen;
    }
    allocateLayers(streams, 1'000'000'000);
    REQUIRE(total(streams) == wantedBitrate(streams));
  }
}

TEST_CASE("an estimate that wavers by 5 % changes no layer") {
  std::mt19937 random(9);
  for (int round = 0; round < 2'000; ++round) {
    Streams streams = randomStreams(random, false);
    const std::uint64_t budget = 200'000 + random() % 4'000'000;
    allocateLayers(streams, budget);
    for (StreamDemand& stream : streams) stream.current = stream.chosen;
    const Streams settled = streams;
    for (int step = 0; step < 10; ++step) {
      // Down by as much as the tolerance allows; up is bounded by what it takes to go up.
      allocateLayers(streams, budget - budget / 20 + random() % (budget / 20));
      for (std::size_t i = 0; i < streams.size(); ++i) {
        REQUIRE(streams[i].chosen == settled[i].chosen);
        streams[i].current = streams[i].chosen;
      }
    }
  }
}

}  // namespace
}  // namespace akbuzat::rtp
