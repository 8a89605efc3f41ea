#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/protocol/errors.hpp"
#include "akbuzat/protocol/messages.hpp"
#include "akbuzat/room/room_store.hpp"
#include "akbuzat/util/strong_id.hpp"
#include "akbuzat/util/token_bucket.hpp"
#include "room/ai_participant.hpp"
#include "room/media_path.hpp"
#include "room/session_history.hpp"

namespace akbuzat::room {

/// One socket of one member; a member who reconnects keeps the connection id and gets a new socket id.
using SocketId = util::StrongId<struct SocketIdTag, std::uint64_t>;
using TimePoint = std::chrono::steady_clock::time_point;

/// Who gets a message.
enum class Audience { everyone, joinedBut, one };

struct Delivery {
  Audience audience;
  /// The one, or the one left out.
  SocketId socket;
  std::string text;
};

struct Closing {
  SocketId socket;
  std::uint16_t code;
  std::string reason;
};

/// What an event leads to. `changes` must be durable before anything else of it happens; `closings` come after
/// `deliveries`. `endedSessions` are the SFU sessions of members who have left; `goneOwners` are those of whom no
/// member is left in the call, or at all, so that none of their sessions may stay.
struct Effects {
  std::vector<StoreChange> changes;
  std::vector<Delivery> deliveries;
  std::vector<Closing> closings;
  std::vector<std::string> endedSessions;
  std::vector<std::string> goneOwners;
  std::vector<AiAction> aiActions;
};

/// The rules of a room, without threads, sockets, clocks or disk: an event and the time go in, effects come out; a new
/// meeting's random id is all that it draws from elsewhere. Owned
/// by its RoomActor, which feeds it one event at a time and makes the effects happen. `now` never goes backwards.
///
/// A member is known by connection id from the first `enter` until the user leaves: by saying so, by a socket that
/// stays closed over the grace, or by heartbeats that stay away. A meeting lasts from the first member until the room
/// has been empty for a while.
class Room {
 public:
  /// Whether this SFU session lives, is of this room, and `owner` has opened it.
  using OwnsSession = std::function<bool(std::string_view session, std::string_view owner)>;

  /// Which SFU the room's sessions are in (MediaSessions::generation).
  using Generation = std::function<std::uint64_t()>;

  /// `aiAvailable`: whether members may invite one.
  Room(const config::RoomRules& rules, config::MediaPathRule path, bool aiAvailable, OwnsSession ownsSession,
       Generation generation)
      : rules_(rules),
        aiAvailable_(aiAvailable),
        pathRule_(path),
        ownsSession_(std::move(ownsSession)),
        generation_(std::move(generation)),
        mediaPath_(path) {}

  /// A room that the last process left: every member gets the restart grace to come back.
  void restore(const StoredRoom& stored, TimePoint now);

  Effects enter(const protocol::ConnectionId& id, std::string owner, std::string name, SocketId socket, TimePoint now);
  Effects receive(SocketId socket, const protocol::ClientMessage& message, TimePoint now);
  Effects disconnected(SocketId socket, TimePoint now);
  /// The answers to what the room wanted done about its AI.
  Effects aiStarted(std::uint64_t number, std::variant<AiCall, AiFailure> outcome, TimePoint now);
  Effects aiListens(std::uint64_t number, bool success, TimePoint now);
  /// The answer of Generation is another one.
  Effects mediaMoved(TimePoint now);
  /// To be called at `deadline`, or later.
  Effects tick(TimePoint now);

  /// Takes back what a failed commit would have made durable: `stored` is what the store still has, nullopt for
  /// nothing. What is not durable (sockets, heartbeats, speaking) stays for those who are still members; sockets of
  /// others are no members' any more.
  Effects rollBack(const std::optional<StoredRoom>& stored, TimePoint now);

  /// When time alone will change something; TimePoint::max() for never.
  [[nodiscard]] TimePoint deadline() const;
  /// True once the meeting has ended and nobody is there: the room may be forgotten.
  [[nodiscard]] bool finished() const { return members_.empty() && meetingId_.empty(); }

  /// Empty while there is no meeting.
  [[nodiscard]] const std::string& meetingId() const { return meetingId_; }
  /// Whether a member of this browser session is here, not just awaited.
  [[nodiscard]] bool hasPresent(std::string_view owner) const;
  /// Whether a member of this browser session is in the call, here or awaited.
  [[nodiscard]] bool hasJoined(std::string_view owner) const;
  [[nodiscard]] bool isMember(SocketId socket) const { return sockets_.contains(socket); }
  [[nodiscard]] bool isJoined(SocketId socket) const;
  /// Changes whenever the answer of isMember or isJoined may have changed for any socket.
  [[nodiscard]] std::uint64_t audienceVersion() const { return audienceVersion_; }

 private:
  struct Member {
    protocol::User user;
    std::string owner;
    bool everJoined = false;
    bool supportsP2p = false;
    SessionHistory sessions;
    std::optional<SocketId> socket;
    /// Any sign of life from the page.
    TimePoint lastHeard;
    /// Set while there is no socket.
    TimePoint leavesAt = TimePoint::max();
    util::TokenBucket signalRate;
    /// What was for this member alone while there was no socket, oldest first.
    std::deque<std::string> missed;
    std::size_t missedBytes = 0;
  };
  using Members = std::map<protocol::ConnectionId, Member>;

  /// Somebody whose socket is not here, or not yet.
  [[nodiscard]] Member awaited(const StoredUser& stored, TimePoint leavesAt, TimePoint now) const;

  // One for each message; `member` has sent it and has a socket.
  void on(Member& member, const protocol::UserUpdate& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::UserLeft& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::MuteUser& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::DirectMessage& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::E2eeMlsMessage& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::P2pSignal& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::MediaSupport& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::P2pFailed& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::Ping& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::EnableAi& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::DisableAi& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::RequestAiControl& message, TimePoint now, Effects& effects);
  void on(Member& member, const protocol::RelinquishAiControl& message, TimePoint now, Effects& effects);
  // A sign of life, which `receive` has noted.
  void on(Member&, const protocol::Heartbeat&, TimePoint, Effects&) {}
  // Old clients send it for the log.
  void on(Member&, const protocol::CallsApiHistoryEntry&, TimePoint, Effects&) {}
  static void refuse(const Member& member, protocol::ErrorCode code, Effects& effects);

  /// At once, or when the member is back.
  static void tell(Member& member, std::string text, Effects& effects);
  void attach(Member& member, SocketId socket, TimePoint now, Effects& effects);
  void remove(Members::iterator member, TimePoint now, Effects& effects);
  void save(const Member& member, Effects& effects);
  /// Leaves those sessions and tracks out of the record that are not, or no longer, the member's own (protocol A.11),
  /// and notes the others.
  void keepOwnMedia(Member& member, protocol::User& user) const;
  /// The one with this id, if in the call.
  [[nodiscard]] Member* joinedMember(const protocol::ConnectionId& id);
  void sweep(TimePoint now, Effects& effects);
  void requireSweepAt(TimePoint time) { sweepAt_ = std::min(sweepAt_, time); }
  void decideMediaPath(TimePoint now);
  /// Sends the AI away when nobody is left to talk to it, when its time is over, or when its session is gone.
  void checkAi(TimePoint now, Effects& effects);
  /// Adds the room state if it is due.
  void finish(TimePoint now, Effects& effects);
  [[nodiscard]] std::string stateText(TimePoint now) const;

  config::RoomRules rules_;
  bool aiAvailable_;
  config::MediaPathRule pathRule_;
  OwnsSession ownsSession_;
  Generation generation_;
  MediaPath mediaPath_;
  /// Something has changed that the path depends on.
  bool pathUndecided_ = false;
  AiParticipant ai_;
  std::uint64_t knownAi_ = 0;
  std::optional<util::TokenBucket> aiInvitations_;
  std::string meetingId_;
  std::size_t peak_ = 0;
  Members members_;
  /// Whose the connection ids were of those who had joined this meeting and left.
  std::unordered_map<protocol::ConnectionId, std::string> formerOwners_;
  std::unordered_map<SocketId, protocol::ConnectionId> sockets_;
  std::uint64_t audienceVersion_ = 0;

  enum class StateChange { none, soon, now };
  StateChange stateChange_ = StateChange::none;
  TimePoint lastState_{};
  /// Never later than the first moment at which a member or the meeting may have to go.
  TimePoint sweepAt_ = TimePoint::max();
  TimePoint meetingEndsAt_ = TimePoint::max();
};

}  // namespace akbuzat::room
