#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/https/client.hpp"
#include "akbuzat/realtime/ice_servers.hpp"
#include "akbuzat/realtime/realtime.hpp"
#include "akbuzat/room/room_directory.hpp"
#include "akbuzat/storage/reports.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::http {

/// Takes over a connection that has begun like ICE over TCP (RFC 6544): the non-blocking socket `fd`, which is the
/// handler's to close from the call on, and what has been read from it, which begins with a STUN binding request in its
/// frame (RFC 4571). Nothing of it has been authenticated. Called on the shard that accepted the connection.
using IceTcpHandler = std::function<void(int fd, std::string early)>;

/// What the site is made of beside the configuration. All references outlive it.
struct Services {
  room::RoomDirectory& rooms;
  realtime::Realtime& realtime;
  storage::Reports& reports;
  /// Asks the user directory, and Cloudflare Access for its keys.
  https::Client& client;
  realtime::IceServers& iceServers;
  std::string version;
  /// This server's own ("stun:192.0.2.1:8787"), for direct calls.
  std::vector<std::string> stunUrls;
};

/// The site over HTTP and HTTPS: static client, pages, JSON API, the Realtime API and the rooms' WebSockets. Owned by
/// the composition root. Each shard has its own listening socket (SO_REUSEPORT) and serves what it has accepted;
/// nothing but the limiter and the certificate is shared between shards.
///
/// All constructor references outlive the server. The server may be destroyed once `stop` has reported, or when the
/// shards are not running; answers that other threads still owe (a slow report) are then dropped.
class HttpServer {
 public:
  /// Loads WEB_ROOT and the certificate. Throws std::runtime_error with a sentence that names the setting if the
  /// certificate or its key cannot be used.
  HttpServer(util::Shards& shards, const config::Config& config, Services services);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Before `start`. Connections that begin like ICE over TCP go to `handler`, on TLS ports too, and are counted by
  /// HTTP's limits only until then; without a handler they are closed.
  void onIceTcp(IceTcpHandler handler);

  /// Binds and begins to accept, whether the shards run already or are started later. Throws std::system_error whose
  /// text names the address and the reason; a port that another process listens on is an error although SO_REUSEPORT
  /// would let both have it.
  void start();

  /// The port that is listened on: the one chosen by the system if the configured one is 0. Valid after `start`.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Reads the certificate and key again for connections accepted from now on. On failure the old ones stay in use and
  /// the answer says why. Any thread. Without TLS it does nothing.
  std::optional<std::string> reloadCertificates();

  /// Stops accepting; requests on open connections are answered 503 and their connections close; open WebSockets stay
  /// until their rooms close them. Any thread.
  void drain();

  /// Closes every connection (a WebSocket that is still open gets 1012 first), within about a second, then calls `done`
  /// once, on a shard. Implies `drain`. Any thread, once.
  void stop(std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::http
