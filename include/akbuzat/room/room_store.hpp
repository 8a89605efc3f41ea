#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "akbuzat/protocol/messages.hpp"

namespace akbuzat::room {

/// A user as kept on disk. `user.speaking` is not kept.
struct StoredUser {
  protocol::User user;
  std::string owner;
  bool everJoined = false;
  /// What the page has said last (protocol::MediaSupport).
  bool supportsP2p = false;
};

struct StoredRoom {
  std::string name;
  std::string meetingId;
  std::vector<StoredUser> users;
};

// Changes of one room that are made durable together.

struct StartMeeting {
  std::string meetingId;
};
struct PutUser {
  StoredUser user;
};
struct RemoveUser {
  protocol::ConnectionId id;
};
/// Raises the meeting's peak to `userCount` if it is lower.
struct RaisePeak {
  std::string meetingId;
  std::size_t userCount;
};
/// Marks the meeting as ended and forgets the room.
struct EndMeeting {
  std::string meetingId;
};

using StoreChange = std::variant<StartMeeting, PutUser, RemoveUser, RaisePeak, EndMeeting>;

/// Where rooms are kept. Implemented by storage; outlives the rooms.
class RoomStore {
 public:
  using CommitHandler = std::function<void(bool committed)>;
  using LoadHandler = std::function<void(std::optional<StoredRoom> room, bool readable)>;

  virtual ~RoomStore() = default;

  /// Makes all `changes` durable, or none; then calls `handler` on the store's own thread.
  virtual void commit(const std::string& room, std::vector<StoreChange> changes, CommitHandler handler) = 0;
  /// Reads what is committed; nullopt for a room that is not kept. `handler` as for commit.
  virtual void load(const std::string& room, LoadHandler handler) = 0;
};

}  // namespace akbuzat::room
