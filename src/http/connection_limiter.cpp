#include "http/connection_limiter.hpp"

#include <algorithm>

#include "http/client_address.hpp"

namespace akbuzat::http {
namespace {

/// A page loads all its files at once.
constexpr double kBurstSeconds = 10;

}  // namespace

std::size_t ConnectionLimiter::KeyHash::operator()(const Key& key) const noexcept {
  // Spreads neighbouring networks (the multiplier is 2^64 divided by the golden ratio).
  return static_cast<std::size_t>((key.network + key.family) * 0x9E3779B97F4A7C15U);
}

ConnectionLimiter::Key ConnectionLimiter::keyOf(const boost::asio::ip::address& address) {
  const auto plain = unmapped(address);
  if (plain.is_v4()) return {plain.to_v4().to_uint(), 4};
  const auto bytes = plain.to_v6().to_bytes();
  std::uint64_t network = 0;
  for (std::size_t i = 0; i < 8; ++i) network = network << 8 | bytes[i];
  return {network, 6};
}

ConnectionLimiter::Admission ConnectionLimiter::admit(const boost::asio::ip::address& peer, bool exempt,
                                                      TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (connections_ >= limits_.maxConnections) return Admission::serverFull;
  if (!exempt) {
    Entry& entry = entryOf(peer, now);
    if (entry.connections >= limits_.maxConnectionsPerAddress) return Admission::addressFull;
    ++entry.connections;
  }
  ++connections_;
  return Admission::admitted;
}

void ConnectionLimiter::release(const boost::asio::ip::address& peer, bool exempt) {
  const std::lock_guard lock(mutex_);
  --connections_;
  if (exempt) return;
  // An address that found the table full was counted in the shared entry.
  auto found = entries_.find(keyOf(peer));
  if (found == entries_.end() || found->second.connections == 0) found = entries_.find(Key{});
  if (found != entries_.end() && found->second.connections > 0) --found->second.connections;
}

bool ConnectionLimiter::takeRequest(const boost::asio::ip::address& client, TimePoint now) {
  if (limits_.requestsPerSecondPerAddress <= 0) return true;
  const std::lock_guard lock(mutex_);
  return entryOf(client, now).requests.take(1, now);
}

bool ConnectionLimiter::takeSocket(const boost::asio::ip::address& client, TimePoint now) {
  if (limits_.socketsPerSecondPerAddress <= 0) return true;
  const std::lock_guard lock(mutex_);
  return entryOf(client, now).sockets.take(1, now);
}

ConnectionLimiter::Entry& ConnectionLimiter::entryOf(const boost::asio::ip::address& address, TimePoint now) {
  Key key = keyOf(address);
  const auto found = entries_.find(key);
  if (found != entries_.end()) return found->second;
  if (entries_.size() >= kMaxEntries) forgetQuiet(now);
  if (entries_.size() >= kMaxEntries) key = Key{};
  const auto burst = [](double rate) { return std::max(1.0, rate * kBurstSeconds); };
  const double requests = limits_.requestsPerSecondPerAddress;
  const double sockets = limits_.socketsPerSecondPerAddress;
  return entries_
      .try_emplace(key, Entry{0, util::TokenBucket(requests, burst(requests), now),
                              util::TokenBucket(sockets, burst(sockets), now)})
      .first->second;
}

/// Drops the entries that are as good as new. At most once a second, so that a full table is not walked for each
/// request.
void ConnectionLimiter::forgetQuiet(TimePoint now) {
  if (now - lastSweep_ < std::chrono::seconds(1)) return;
  lastSweep_ = now;
  std::erase_if(entries_, [now](const auto& item) {
    const Entry& entry = item.second;
    return entry.connections == 0 && entry.requests.full(now) && entry.sockets.full(now);
  });
}

}  // namespace akbuzat::http
