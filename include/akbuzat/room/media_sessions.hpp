#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "akbuzat/util/shards.hpp"

namespace akbuzat::room {

/// What rooms ask of the SFU that their members use. Implemented by realtime; outlives the rooms. Called on the room's
/// own shard, where its media is too, and answers at once.
class MediaSessions {
 public:
  virtual ~MediaSessions() = default;

  /// True if `session` lives, is of this room, and `owner` has opened it.
  [[nodiscard]] virtual bool belongs(util::ShardIndex shard, std::string_view session, std::string_view room,
                                     std::string_view owner) const = 0;
  /// Names the SFU that new sessions of this room are in: another number once that is another one, or has lost its
  /// sessions; the same for as long as it is the same, even if this process is another one. 0 … 2^53 - 1. The room
  /// tells its members (protocol::MediaState) with its next state; RoomDirectory::mediaMoved makes it do so at once.
  [[nodiscard]] virtual std::uint64_t generation(util::ShardIndex shard, std::string_view room) const = 0;
  /// The member who used it has left: its tracks end.
  virtual void end(util::ShardIndex shard, const std::string& session) = 0;
  /// Nobody of this owner is in the call, or the room, any more: whatever they have opened ends.
  virtual void endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) = 0;
};

}  // namespace akbuzat::room
