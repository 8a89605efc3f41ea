#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include <boost/asio/ip/address.hpp>

#include "akbuzat/config/config.hpp"
#include "akbuzat/util/token_bucket.hpp"

namespace akbuzat::http {

/// What one host may cost: counts connections and rates, per IPv4 address or IPv6 /64 (the part that a host cannot
/// choose). One for the whole server; any thread. The table is bounded: addresses that do not fit share one entry.
class ConnectionLimiter {
 public:
  using TimePoint = util::TokenBucket::TimePoint;
  enum class Admission { admitted, serverFull, addressFull };

  static constexpr std::size_t kMaxEntries = 65'536;

  explicit ConnectionLimiter(const config::HttpLimits& limits) : limits_(limits) {}

  /// Counts a connection that has been accepted. `exempt`: from a trusted proxy, whose connections are many clients'.
  /// What is admitted is to be given back with `release`.
  [[nodiscard]] Admission admit(const boost::asio::ip::address& peer, bool exempt, TimePoint now);
  void release(const boost::asio::ip::address& peer, bool exempt);

  /// False if the client's requests, or its new WebSockets, come too fast.
  [[nodiscard]] bool takeRequest(const boost::asio::ip::address& client, TimePoint now);
  [[nodiscard]] bool takeSocket(const boost::asio::ip::address& client, TimePoint now);

 private:
  struct Key {
    std::uint64_t network = 0;
    /// 4, 6, or 0 for the shared entry.
    std::uint8_t family = 0;

    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Entry {
    std::size_t connections = 0;
    util::TokenBucket requests;
    util::TokenBucket sockets;
  };

  static Key keyOf(const boost::asio::ip::address& address);
  Entry& entryOf(const boost::asio::ip::address& address, TimePoint now);
  void forgetQuiet(TimePoint now);

  const config::HttpLimits limits_;
  std::mutex mutex_;
  std::size_t connections_ = 0;
  TimePoint lastSweep_{};
  std::unordered_map<Key, Entry, KeyHash> entries_;
};

}  // namespace akbuzat::http
