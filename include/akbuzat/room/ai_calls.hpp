#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "akbuzat/util/shards.hpp"

namespace akbuzat::room {

/// A voice AI that is in a room's call: a session of the room's SFU that a provider answers.
struct AiCall {
  /// Unique on this server, also over restarts.
  std::int64_t id = 0;
  /// What the members pull to hear it.
  std::string session;
  std::string track;
  /// How long it may last, from now on.
  std::chrono::seconds limit{0};
};

/// How it is to talk; empty texts leave it to the provider. Bounded by the protocol.
struct AiWish {
  std::string instructions;
  std::string voice;
};

/// Why there is no AI, or why it has gone.
enum class AiFailure {
  /// The minutes of the meeting or of the day are used up.
  limitReached,
  /// The SFU could not make its session, or lost it.
  media,
  /// The provider did not answer as it should.
  provider,
  /// The provider refused this server's token.
  refused,
  /// The database could not note it, and what is not noted is not begun.
  notSaved,
};

/// What rooms ask of the voice AI. Implemented by ai; outlives the rooms. Called on the room's own shard, on which the
/// handlers are called too.
class AiCalls {
 public:
  /// Who the AI's sessions belong to, as MediaSessions knows owners; visitors' names are random and longer.
  static constexpr std::string_view kOwner = "ai";

  using StartHandler = std::function<void(std::variant<AiCall, AiFailure>)>;

  virtual ~AiCalls() = default;

  /// Whether this server has a voice AI at all.
  [[nodiscard]] virtual bool available() const = 0;
  /// Always answers, within a minute. From an answer with a call on, the room owes an `end`.
  virtual void start(util::ShardIndex shard, const std::string& room, const std::string& meetingId, AiWish wish,
                     StartHandler handler) = 0;
  /// Lets the AI hear this track of a member, and nothing else.
  virtual void listen(util::ShardIndex shard, const std::string& room, const AiCall& call, std::string session,
                      std::string track, std::function<void(bool success)> handler) = 0;
  /// Hangs up; once begun it is seen through, over restarts too.
  virtual void end(std::int64_t call) = 0;
};

}  // namespace akbuzat::room
