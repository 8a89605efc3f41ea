#include "akbuzat/rtp/packet_cache.hpp"

#include <map>
#include <random>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "unit/rtp/hex.hpp"

namespace akbuzat::rtp {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr util::TimePoint kStart{hours{1}};
constexpr unsigned kSlots = PacketCache::kSlots;

/// A packet that shows which one it is.
std::vector<std::uint8_t> body(unsigned sequence, std::size_t size = 20) {
  std::vector<std::uint8_t> bytes(size, static_cast<std::uint8_t>(sequence * 7));
  if (size >= 4) util::writeU32(bytes, 0, sequence);
  return bytes;
}

bool put(PacketCache& cache, unsigned sequence, util::TimePoint now = kStart) {
  return cache.put(static_cast<std::uint16_t>(sequence), body(sequence), now);
}

bool has(const PacketCache& cache, unsigned sequence) {
  const util::Bytes bytes = cache.get(static_cast<std::uint16_t>(sequence));
  if (bytes.empty()) return false;
  REQUIRE(test::copy(bytes) == body(sequence));
  return true;
}

TEST_CASE("the newest packets are kept, over the wrap-around") {
  PacketPool pool(4096);
  PacketCache cache(pool);
  const unsigned from = 65'536 - 500;
  for (unsigned i = from; i < from + 3 * kSlots; ++i) REQUIRE(put(cache, i));
  const unsigned end = from + 3 * kSlots;
  for (unsigned i = end - kSlots; i < end; ++i) REQUIRE(has(cache, i));
  for (unsigned i = end - 2 * kSlots; i < end - kSlots; ++i) {
    REQUIRE(cache.get(static_cast<std::uint16_t>(i)).empty());
  }
  CHECK(cache.get(static_cast<std::uint16_t>(end)).empty());
}

TEST_CASE("a slot that a gap left over does not answer for a number of the round before") {
  PacketPool pool(4096);
  PacketCache cache(pool);
  put(cache, 10);
  put(cache, 1000);
  put(cache, 10 + kSlots + 5);
  CHECK(cache.get(10).empty());
  CHECK(has(cache, 1000));
}

TEST_CASE("packets out of order are kept") {
  PacketPool pool(4096);
  PacketCache cache(pool);
  for (const unsigned i : {65'535U, 65'538U, 65'536U, 65'530U, 65'537U}) REQUIRE(put(cache, i));
  for (const unsigned i : {65'535U, 65'538U, 65'536U, 65'530U, 65'537U}) CHECK(has(cache, i));
}

TEST_CASE("a packet of the same number takes the place of the other") {
  PacketPool pool(1);
  PacketCache cache(pool);
  put(cache, 5);
  CHECK(cache.put(5, test::hex("01 02"), kStart));
  CHECK(test::copy(cache.get(5)) == test::hex("01 02"));
}

TEST_CASE("a jump of as many as there are slots begins anew") {
  const unsigned to = GENERATE(100 + kSlots + 50, 40'000U, 100 + 65'536 - kSlots);
  PacketPool pool(4096);
  PacketCache cache(pool);
  for (unsigned i = 100; i <= 150; ++i) put(cache, i);
  REQUIRE(put(cache, to));
  CHECK(test::copy(cache.get(static_cast<std::uint16_t>(to))) == body(to));
  for (unsigned i = 100; i <= 150; ++i) CHECK(cache.get(static_cast<std::uint16_t>(i)).empty());
  REQUIRE(put(cache, to + 1));
  CHECK(has(cache, to));
}

TEST_CASE("packets are kept for their time and not longer, also those that came late") {
  PacketPool pool(4096);
  PacketCache cache(pool);
  put(cache, 1);
  put(cache, 3, kStart + milliseconds{100});
  put(cache, 2, kStart + milliseconds{200});
  cache.expire(kStart + PacketCache::kKeepTime);
  CHECK(has(cache, 1));
  cache.expire(kStart + PacketCache::kKeepTime + milliseconds{1});
  CHECK(cache.get(1).empty());
  CHECK(has(cache, 3));
  cache.expire(kStart + PacketCache::kKeepTime + milliseconds{101});
  CHECK(cache.get(3).empty());
  CHECK(has(cache, 2));
  SECTION("putting expires, too") {
    put(cache, 4, kStart + hours{1});
    CHECK(cache.get(2).empty());
    CHECK(has(cache, 4));
  }
}

TEST_CASE("the pool bounds what is kept, and gets everything back") {
  PacketPool pool(10);
  {
    PacketCache first(pool);
    PacketCache second(pool);
    for (unsigned i = 0; i < 6; ++i) CHECK(put(first, i));
    for (unsigned i = 0; i < 4; ++i) CHECK(put(second, i));
    CHECK_FALSE(put(first, 6));
    CHECK(first.get(6).empty());
    CHECK(has(first, 0));
    first.expire(kStart + hours{1});
    for (unsigned i = 4; i < 10; ++i) CHECK(put(second, i));
    CHECK_FALSE(put(second, 10));
  }
  std::vector<PacketPool::Buffer*> buffers;
  for (int i = 0; i < 10; ++i) buffers.push_back(pool.take());
  CHECK(std::set<PacketPool::Buffer*>(buffers.begin(), buffers.end()).size() == 10);
  CHECK(pool.take() == nullptr);
  for (PacketPool::Buffer* buffer : buffers) pool.giveBack(buffer);
}

TEST_CASE("in steady state the pool hands out what it has") {
  PacketPool pool(4096);
  PacketCache cache(pool);
  for (unsigned i = 0; i < 5'000; ++i) REQUIRE(put(cache, i, kStart + milliseconds{i}));
  std::set<const std::uint8_t*> places;
  for (unsigned i = 5'000; i < 200'000; ++i) {
    REQUIRE(put(cache, i, kStart + milliseconds{i}));
    places.insert(cache.get(static_cast<std::uint16_t>(i)).data());
  }
  CHECK(places.size() <= kSlots + 1);
}

TEST_CASE("a packet of a buffer's size is kept, a larger one not") {
  PacketPool pool(2);
  PacketCache cache(pool);
  CHECK(cache.put(1, body(1, PacketPool::kBufferSize), kStart));
  CHECK(cache.get(1).size() == PacketPool::kBufferSize);
  CHECK_FALSE(cache.put(2, body(2, PacketPool::kBufferSize + 1), kStart));
  CHECK(cache.get(2).empty());
}

TEST_CASE("whatever comes, the cache answers with the packet asked for or not at all") {
  const unsigned seed = GENERATE(range(1U, 11U));
  std::mt19937 engine(seed);
  const auto random = [&] { return static_cast<unsigned>(engine()); };
  PacketPool pool(800);
  PacketCache cache(pool);
  std::map<std::uint16_t, std::pair<unsigned, util::TimePoint>> last;
  unsigned newest = random() % 65'536;
  util::TimePoint now = kStart;
  for (unsigned i = 0; i < 20'000; ++i) {
    now += milliseconds{random() % 3};
    const unsigned kind = random() % 100;
    unsigned sequence = ++newest;
    if (kind < 20) sequence -= random() % 900;
    if (kind == 99) sequence = newest += random() % 3000;
    if (put(cache, sequence, now)) {
      last[static_cast<std::uint16_t>(sequence)] = {sequence, now};
    } else {
      last.erase(static_cast<std::uint16_t>(sequence));
    }
    const auto asked = static_cast<std::uint16_t>(newest - random() % 1200);
    const util::Bytes bytes = cache.get(asked);
    if (bytes.empty()) continue;
    REQUIRE(last.count(asked) == 1);
    REQUIRE(test::copy(bytes) == body(last[asked].first));
    REQUIRE(now - last[asked].second <= PacketCache::kKeepTime);
  }
}

}  // namespace
}  // namespace akbuzat::rtp
