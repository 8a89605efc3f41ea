#include "sfu/source_limiter.hpp"

#include <cstring>

#include "akbuzat/util/random.hpp"

namespace akbuzat::sfu {
namespace {

/// A hundred flooders leave 97 of a hundred others alone; 128 KiB a shard.
constexpr std::size_t kBuckets = 4096;

/// The finalizer of splitmix64: each bit of the result hangs on each of `value`.
std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

}  // namespace

SourceLimiter::SourceLimiter(double rate, double burst, util::TimePoint now)
    : buckets_(kBuckets, util::TokenBucket{rate, burst, now}),
      seed_((std::uint64_t{util::randomU32()} << 32U) | util::randomU32()) {}

bool SourceLimiter::take(const transport::Endpoint& source, util::TimePoint now) {
  // Of a mapped IPv4 address the first half is zero, as is nobody's /64.
  std::uint64_t network = 0;
  std::memcpy(&network, source.address.data() + (source.isV4() ? 8 : 0), sizeof network);
  return buckets_[mix(network ^ seed_) % kBuckets].take(1, now);
}

}  // namespace akbuzat::sfu
