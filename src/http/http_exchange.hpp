#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "http/request_reader.hpp"
#include "http/response.hpp"
#include "http/site.hpp"

namespace akbuzat::http {

/// The transport facts that a request is judged by.
struct Peer {
  /// Unmapped.
  boost::asio::ip::address address;
  bool trusted = false;
  bool tls = false;
};

/// One request and its answer on a connection, which owns it from the request's first byte to the answer's last; so an
/// idle connection holds neither. On the connection's shard.
class HttpExchange {
 public:
  enum class Phase { reading, answering, writing };

  HttpExchange(const config::HttpLimits& limits, std::uint64_t serial)
      : reader(limits.maxHeaderBytes, limits.maxBodyBytes), serial_(serial) {}

  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] std::uint64_t serial() const noexcept { return serial_; }

  /// The complete request with all that is known about its sender, or the answer that it gets instead. Goes over to
  /// `answering`.
  std::variant<Request, Response> takeRequest(const Site& site, const Peer& peer);

  /// Goes over to `writing`. `date` is the Date header's value.
  void setAnswer(Response response, const Site& site, std::string_view date);

  /// The parts of the answer that are not written yet.
  std::span<const iovec> unsent();
  /// Returns true when that was the last of it.
  bool sent(std::size_t bytes);

  [[nodiscard]] bool closesAfter() const noexcept { return response_.close; }
  [[nodiscard]] std::unique_ptr<Upgrade> takeUpgrade() { return std::move(response_.upgrade); }

  RequestReader reader;

 private:
  const std::uint64_t serial_;
  Phase phase_ = Phase::reading;
  bool head_ = false;
  bool keepAlive_ = false;
  bool plainRefusal_ = false;
  std::string origin_;
  std::string headText_;
  Response response_;
  std::size_t sent_ = 0;
  std::array<iovec, 2> parts_{};
};

/// Date's value for now (RFC 9110 section 5.6.7).
std::string httpDate(std::time_t now);

}  // namespace akbuzat::http
