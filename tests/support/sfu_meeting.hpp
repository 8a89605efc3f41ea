#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>

#include "akbuzat/sfu/sfu.hpp"
#include "akbuzat/util/shards.hpp"
#include "support/udp_peer.hpp"

namespace akbuzat::test {

/// The real SFU on one shard with its real socket on loopback, and scripted browsers on theirs, driven by the calling
/// thread.
class SfuMeeting {
 public:
  SfuMeeting();
  ~SfuMeeting();
  SfuMeeting(const SfuMeeting&) = delete;
  SfuMeeting& operator=(const SfuMeeting&) = delete;

  struct Client {
    explicit Client(std::uint16_t port) : socket(port) {}
    std::string scope;
    sfu::SessionId session;
    UdpPeer socket;
    std::vector<SentTrack> tracks;
    bool started = false;
  };

  /// A client with a session in the scope, not connected yet.
  Client& add(const std::string& scope);
  /// Publishes these tracks under their names.
  void push(Client& client, std::vector<SentTrack> tracks);
  /// Pulls all of them in one negotiation. Returns their mids.
  std::vector<std::string> pull(Client& client, const std::vector<std::pair<const Client*, std::string>>& tracks);
  /// Works for all clients until the condition holds; false if it does not within 30 s.
  bool runUntil(const std::function<bool()>& condition);
  void work();

  /// Runs `task` on the SFU's thread and waits for it.
  template <class Task>
  auto onShard(Task task) {
    std::packaged_task<decltype(task(std::declval<sfu::ShardSfu&>()))()> packaged(
        [this, &task] { return task(sfu_.shard(0)); });
    auto result = packaged.get_future();
    boost::asio::post(shards_.context(0), [&packaged] { packaged(); });
    return result.get();
  }

  /// One RTP packet of a client's track, encrypted and on its way.
  void send(Client& client, std::size_t track, std::size_t layer, std::uint16_t sequence, std::uint32_t timestamp,
            bool marker, util::Bytes payload);

 private:
  /// Tells the client's transport what the SFU says of its own.
  static void start(Client& client, const std::string& description);

  util::Shards shards_;
  sfu::Sfu sfu_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace akbuzat::test
