#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "akbuzat/room/room_directory.hpp"
#include "room/fanout.hpp"
#include "room/room.hpp"

namespace akbuzat::room {

/// One room at work: takes one event at a time from its mailbox, lets Room decide, makes the changes durable, and only
/// then delivers what the event leads to (the output gate: nobody hears of what a crash could take back). Owned by the
/// RoomDirectory; lives on one shard and is called there only.
///
/// The mailbox is bounded by its members: each has at most one batch of messages in it (MemberSocket::resume).
class RoomActor : public std::enable_shared_from_this<RoomActor> {
 public:
  /// What all rooms share.
  struct World {
    util::Shards& shards;
    RoomStore& store;
    MediaSessions& media;
    AiCalls& ai;
    config::RoomRules rules;
    config::MediaPathRule path;
  };
  /// What a room tells its directory, on its shard.
  struct Notices {
    /// The room may be forgotten, or, once closed, has committed everything.
    std::function<void()> idle;
    /// The meeting is another one now; either is empty for none.
    std::function<void(const std::string& before, const std::string& now)> meeting;
  };

  /// `world` outlives the room.
  RoomActor(std::string name, const World& world, util::ShardIndex shard, Notices notices);

  void restore(const StoredRoom& stored);
  void enter(Entrance entrance);
  void receive(std::shared_ptr<MemberSocket> socket, std::vector<protocol::ClientMessage> messages);
  void disconnected(std::shared_ptr<MemberSocket> socket);
  /// The sessions of the room's media are in another SFU now.
  void mediaMoved();
  /// Closes every socket with 1012 and lets nobody in; what is in the mailbox still happens.
  void close();

  /// Whether a member of this browser session is here, in the meeting that people have been told of last.
  [[nodiscard]] bool hasPresent(std::string_view owner) const { return room_.hasPresent(owner); }
  /// Whether a member of this browser session is in the call.
  [[nodiscard]] bool hasJoined(std::string_view owner) const { return room_.hasJoined(owner); }
  /// True if nothing is waiting or under way.
  [[nodiscard]] bool idle() const { return mailbox_.empty() && !committing_; }
  /// True if the room may be forgotten.
  [[nodiscard]] bool finished() const { return idle() && room_.finished() && sockets_.empty(); }

 private:
  struct Batch {
    std::shared_ptr<MemberSocket> socket;
    std::vector<protocol::ClientMessage> messages;
    std::size_t next = 0;
  };
  struct Gone {
    std::shared_ptr<MemberSocket> socket;
  };
  struct MediaMoved {};
  struct AiStarted {
    std::uint64_t number;
    std::variant<AiCall, AiFailure> outcome;
  };
  struct AiListens {
    std::uint64_t number;
    bool success;
  };
  struct Tick {};
  using Event = std::variant<Entrance, Batch, Gone, MediaMoved, AiStarted, AiListens, Tick>;

  void put(Event event);
  /// Works until the mailbox is empty or a commit is under way.
  void run();
  /// Lets Room decide on the first event of the mailbox, or on the next message of a batch.
  Effects step();
  void commit(Effects effects);
  void committed(bool success);
  /// Delivers what the first event led to, and takes it out of the mailbox.
  void complete(Effects effects);
  void loadAfterFailure();
  void giveUp();
  void takeBack(const std::optional<StoredRoom>& stored);
  void deliver(Effects effects);
  void act(AiAction action);
  void forget(SocketId id);
  void updateAudience();
  void updateMeeting();
  void armTimer();

  [[nodiscard]] SocketId idOf(const std::shared_ptr<MemberSocket>& socket) const;

  std::string name_;
  util::Shards& shards_;
  util::ShardIndex shard_;
  RoomStore& store_;
  MediaSessions& media_;
  AiCalls& ai_;
  Notices notices_;

  Room room_;
  Fanout fanout_;
  std::deque<Event> mailbox_;
  bool running_ = false;
  bool committing_ = false;
  bool closed_ = false;
  /// What waits for the commit under way.
  Effects gated_;

  std::unordered_map<SocketId, std::shared_ptr<MemberSocket>> sockets_;
  std::unordered_map<const MemberSocket*, SocketId> socketIds_;
  std::uint64_t lastSocketId_ = 0;
  std::uint64_t knownAudience_ = 0;
  std::string knownMeeting_;

  /// Fires at `timerAt_`, which is never later than Room's deadline.
  boost::asio::steady_timer timer_;
  TimePoint timerAt_ = TimePoint::max();
};

}  // namespace akbuzat::room
