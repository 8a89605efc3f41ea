#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "akbuzat/config/config.hpp"

namespace akbuzat::server {

/// "0.1.0"
std::string_view version();

/// The whole server in one object: owns the database, the shards, the rooms and the HTTP server, and wires them.
/// The program runs one; a test may run several, each with its own data directory.
class Server {
 public:
  /// Opens the database and brings the rooms back. Throws std::exception with a sentence for the host.
  explicit Server(config::Config config);
  /// Shuts down if that has not been done.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens and serves, on threads of its own. Throws std::exception with a sentence for the host.
  void start();

  /// The port that is listened on, once started.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// See http::HttpServer::reloadCertificates.
  std::optional<std::string> reloadCertificates();

  /// Refuses new work, closes the rooms' sockets with 1012, commits what is under way, and returns when that is done
  /// or after `limit`. Not on a shard.
  void shutDown(std::chrono::milliseconds limit);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace akbuzat::server
