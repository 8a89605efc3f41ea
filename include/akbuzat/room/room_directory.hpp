#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/protocol/messages.hpp"
#include "akbuzat/room/ai_calls.hpp"
#include "akbuzat/room/media_sessions.hpp"
#include "akbuzat/room/member_socket.hpp"
#include "akbuzat/room/room_store.hpp"
#include "akbuzat/util/shards.hpp"
#include "akbuzat/util/strong_id.hpp"

namespace akbuzat::room {

/// A room's name as in the URL: still percent-encoded.
using RoomName = util::StrongId<struct RoomNameTag>;

/// Why the server closes a member's socket. An old client comes back after every one of them (protocol A.2), a new
/// one not by itself after those of 4400 and above, nor after websocket::close_code::kNormal, which answers its own
/// userLeft.
namespace close_code {
inline constexpr std::uint16_t kServiceRestart = 1012;
inline constexpr std::uint16_t kTryAgainLater = 1013;
inline constexpr std::uint16_t kInternalError = 1011;
inline constexpr std::uint16_t kIdInUse = 4403;
inline constexpr std::uint16_t kReplaced = 4409;
inline constexpr std::uint16_t kRoomFull = 4413;
inline constexpr std::uint16_t kTooManyMessages = 4429;
}  // namespace close_code

/// Who comes in. `owner` names the browser session that the connection id belongs to; it is never sent to anybody.
struct Entrance {
  protocol::ConnectionId id;
  std::string owner;
  std::string name;
  std::shared_ptr<MemberSocket> socket;
};

/// Where the media of somebody who has been found in a room belongs.
struct MediaAdmission {
  RoomName room;
  util::ShardIndex shard = 0;
};

/// An SFU session, and the room that it was opened in.
struct RoomSession {
  RoomName room;
  std::string session;

  friend bool operator==(const RoomSession&, const RoomSession&) = default;
};

/// All rooms of the process, each on the shard that its name hashes to. Owned by the server, outlives all sockets.
/// Every function may be called on any shard; calls of one shard for one room arrive in their order.
class RoomDirectory {
 public:
  /// `media` is where the members' SFU sessions are; `path` how the rooms choose between it and direct links.
  RoomDirectory(util::Shards& shards, RoomStore& store, MediaSessions& media, AiCalls& ai,
                const config::RoomRules& rules, config::MediaPathRule path);
  ~RoomDirectory();
  RoomDirectory(const RoomDirectory&) = delete;
  RoomDirectory& operator=(const RoomDirectory&) = delete;

  /// Brings back the rooms that had users when the last process ended. Call once, before the first `enter`.
  void restore(std::vector<StoredRoom> rooms);

  /// The socket becomes the member's one socket. The answer is a room state, or a close.
  void enter(const RoomName& room, Entrance entrance);
  /// Messages of the member in the order of their arrival; the room calls `resume` on the socket when it is done.
  /// Ignored if the socket is not, or no longer, a member's.
  void receive(const RoomName& room, const std::shared_ptr<MemberSocket>& socket,
               std::vector<protocol::ClientMessage> messages);
  /// The socket has closed; after the grace the user has left.
  void disconnected(const RoomName& room, const std::shared_ptr<MemberSocket>& socket);

  /// Finds the room whose meeting this is, and whether `owner` has a member with an open socket in it (lobby included).
  /// `handler` is called once, on any thread; with nullopt if not, and always once the rooms are shut down.
  void admitMedia(std::string meetingId, std::string owner, std::function<void(std::optional<MediaAdmission>)> handler);
  /// Whether `owner` has a member with an open socket in any room (lobbies included). `handler` as for admitMedia.
  void whetherPresent(std::string owner, std::function<void(bool)> handler);
  /// Whether `owner` has a member in the call of this room, who may just be reconnecting. `handler` is called once, on
  /// any thread.
  void whetherJoined(const RoomName& room, std::string owner, std::function<void(bool)> handler);
  /// Those of the sessions that live, are of their room, and `owner` has opened. `handler` is called once, on any
  /// thread.
  void livingSessions(std::vector<RoomSession> sessions, std::string owner,
                      std::function<void(std::vector<RoomSession>)> handler);
  /// MediaSessions::generation of this room is another one: its members are told at once.
  void mediaMoved(const RoomName& room);
  /// Where the room lives, whether it exists or not.
  [[nodiscard]] util::ShardIndex shardOf(const RoomName& room) const;

  /// Takes nobody in from now on, closes every member's socket with 1012, and calls `done` (on any shard) when all
  /// that was under way is committed.
  void shutDown(std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::room
