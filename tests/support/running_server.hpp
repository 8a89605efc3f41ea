#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "akbuzat/config/config.hpp"
#include "akbuzat/server/server.hpp"
#include "support/http_client.hpp"
#include "support/temporary_folder.hpp"
#include "support/web_socket_client.hpp"

namespace akbuzat::test {

/// The whole server in this process, on a free port of 127.0.0.1, with a data directory of its own and two shards, so
/// that what crosses shards is tested everywhere.
class RunningServer {
 public:
  explicit RunningServer(const std::function<void(config::Config&)>& adjust = {}) {
    config_.listenAddress = "127.0.0.1";
    config_.listenPort = 0;
    config_.dataDir = folder_.path();
    config_.sessionSecret = "a secret of the tests";
    config_.shards = 2;
    // All clients of a test share one address.
    config_.http.requestsPerSecondPerAddress = 0;
    config_.http.socketsPerSecondPerAddress = 0;
    if (adjust) adjust(config_);
    start();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

  void stop() { server_.reset(); }
  /// On the same data and another port.
  void start() {
    server_ = std::make_unique<server::Server>(config_);
    server_->start();
  }

  /// A member's socket. The same `person` is the same browser session each time.
  WebSocketClient enter(const std::string& room, const std::string& id, const std::string& person,
                        WebSocketClient::Options options = {}) {
    std::string& cookie = cookies_[person];
    if (cookie.empty()) cookie = takeName(port(), person);
    options.headers["Cookie"] = cookie;
    return {port(), "/parties/rooms/" + room + "?_pk=" + id, std::move(options)};
  }

 private:
  TemporaryFolder folder_;
  config::Config config_;
  std::map<std::string, std::string> cookies_;
  std::unique_ptr<server::Server> server_;
};

/// A complete update of one's own record, as a browser sends it.
inline nlohmann::json userUpdate(bool joined, const nlohmann::json& more = nlohmann::json::object()) {
  nlohmann::json user = {
      {"id", "ignored"},   {"name", "ignored"},
      {"joined", joined},  {"raisedHand", false},
      {"speaking", false}, {"tracks", {{"audioEnabled", true}, {"videoEnabled", true}, {"screenShareEnabled", false}}}};
  user.merge_patch(more);
  return {{"type", "userUpdate"}, {"user", user}};
}

}  // namespace akbuzat::test
