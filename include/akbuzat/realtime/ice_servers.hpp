#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "akbuzat/config/config.hpp"
#include "akbuzat/https/client.hpp"
#include "akbuzat/realtime/ice_server.hpp"

namespace akbuzat::realtime {

/// Arranged servers, and how long they are good from now on: half of that time is a good moment to ask again. Our own
/// STUN is not among them, and no connection with our SFU may be given it: Chromium takes every packet from a STUN
/// server of its configuration for an answer of that server, so a candidate of the same address and port would never
/// connect.
struct IceServerList {
  std::vector<IceServer> servers;
  std::chrono::seconds ttl{0};
};

/// The relays (and foreign STUN servers) that users get, with credentials of their own: of a TURN service, of a relay
/// with a shared secret, and those that the host has named once and for all. Users' credentials are kept until half of
/// their life has passed. A TURN service that fails is nobody's error: while it does, users get the credentials that it
/// gave them last as long as those live, and what there is without it.
///
/// Owned by the composition root; works on one executor.
class IceServers {
 public:
  /// Sends a request to the TURN service; https::Client::send.
  using Send = std::function<void(https::Request, https::Handler)>;
  using Handler = std::function<void(IceServerList)>;

  struct Options {
    config::IceSettings settings;
    Send send;
    /// The wall clock, by which relays judge how old a credential is.
    std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;
    /// How long a user waits for the TURN service: who joins a call does not wait longer than one bad second or two.
    std::chrono::milliseconds patience{2'500};
  };

  /// `executor` must be serial.
  IceServers(boost::asio::any_io_executor executor, Options options);
  /// Who still waits is not answered.
  ~IceServers();
  IceServers(const IceServers&) = delete;
  IceServers& operator=(const IceServers&) = delete;

  /// For the person whom `owner` names here; the name goes nowhere else. Any thread; `handler` is called once, on the
  /// executor, within the patience.
  void forUser(std::string owner, Handler handler);

  /// Fresh credentials for somebody whom another program will give them to, kept nowhere. They live for `ttl`, at least
  /// a minute and at most as long as a user's. Any thread; `handler` is called once, on the executor, when the TURN
  /// service has answered or failed.
  void forProgram(std::chrono::seconds ttl, Handler handler);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace akbuzat::realtime
