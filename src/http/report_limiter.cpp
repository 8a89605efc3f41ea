#include "http/report_limiter.hpp"

#include "http/client_address.hpp"

namespace akbuzat::http {
namespace {

std::string keyOf(const boost::asio::ip::address& address) {
  const auto plain = unmapped(address);
  if (plain.is_v4()) return plain.to_string();
  const auto bytes = plain.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

bool ReportLimiter::take(const boost::asio::ip::address& client, TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::string key = keyOf(client);
  if (!visitors_.contains(key) && visitors_.size() >= kMaxVisitors) {
    std::erase_if(visitors_, [now](const auto& item) { return item.second.full(now); });
    if (visitors_.size() >= kMaxVisitors) key.clear();
  }
  auto& visitor = visitors_.try_emplace(std::move(key), visitor_.perSecond, visitor_.burst, now).first->second;
  return visitor.take(1, now) && all_.take(1, now);
}

}  // namespace akbuzat::http
