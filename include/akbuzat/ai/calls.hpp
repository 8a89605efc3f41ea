#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/https/client.hpp"
#include "akbuzat/realtime/realtime.hpp"
#include "akbuzat/room/ai_calls.hpp"
#include "akbuzat/room/media_sessions.hpp"
#include "akbuzat/storage/ai_call_log.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::ai {

/// Brings the provider's voice AI into rooms (protocol A.9, D.6): makes a session of the room's SFU that offers, has
/// the provider answer it, and hangs up when the room says so. What has been begun is noted on disk first, so that a
/// crash leaves no call that is paid for and heard by nobody. Owned by the server; its state is on the first shard.
class Calls final : public room::AiCalls {
 public:
  /// All references outlive it.
  struct Services {
    util::Shards& shards;
    https::Client& client;
    realtime::Realtime& realtime;
    room::MediaSessions& media;
    storage::AiCallLog& log;
  };

  Calls(const Services& services, const config::AiSettings& settings);
  ~Calls() override;

  /// Hangs up what the last process left.
  void restore(const std::vector<storage::OpenAiCall>& open);

  [[nodiscard]] bool available() const override;
  void start(util::ShardIndex shard, const std::string& room, const std::string& meetingId, room::AiWish wish,
             StartHandler handler) override;
  void listen(util::ShardIndex shard, const std::string& room, const room::AiCall& call, std::string session,
              std::string track, std::function<void(bool)> handler) override;
  void end(std::int64_t call) override;

  /// Ends every call and refuses new ones; `done` once each is hung up, or has failed to be for now. Any thread, once.
  void stop(std::function<void()> done);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace akbuzat::ai
