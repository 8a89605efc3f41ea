#pragma once

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
  /// The member who used it has left: its tracks end.
  virtual void end(util::ShardIndex shard, const std::string& session) = 0;
  /// Nobody of this owner is in the room any more: what they have opened and never told of ends as well.
  virtual void endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) = 0;
};

}  // namespace akbuzat::room
