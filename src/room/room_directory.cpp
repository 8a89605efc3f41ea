#include "akbuzat/room/room_directory.hpp"

#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

#include <boost/asio/post.hpp>

#include "room/room_actor.hpp"

namespace akbuzat::room {

struct RoomDirectory::Impl {
  /// The rooms of one shard, touched on that shard only.
  struct ShardRooms {
    std::unordered_map<std::string, std::shared_ptr<RoomActor>> rooms;
    /// Meeting id to room.
    std::unordered_map<std::string, std::string> meetings;
    bool closing = false;
    std::function<void()> allIdle;
  };

  explicit Impl(const RoomActor::World& shared) : world(shared), byShard(world.shards.size()) {}

  [[nodiscard]] util::ShardIndex shardOf(const std::string& room) const {
    return std::hash<std::string>{}(room) % byShard.size();
  }

  void post(util::ShardIndex shard, auto task) { boost::asio::post(world.shards.context(shard), std::move(task)); }

  /// Runs `task` with the rooms of the shard that `room` lives on.
  void on(const std::string& room, auto task) {
    const util::ShardIndex shard = shardOf(room);
    post(shard, [this, shard, task = std::move(task)]() mutable { task(byShard[shard], shard); });
  }

  RoomActor& actor(const std::string& room, util::ShardIndex shard) {
    auto& actor = byShard[shard].rooms[room];
    if (!actor) {
      RoomActor::Notices notices{
          // Not at once: the actor itself calls.
          .idle = [this, room, shard] { post(shard, [this, room, shard] { onIdle(room, shard); }); },
          .meeting =
              [this, room, shard](const std::string& before, const std::string& now) {
                auto& meetings = byShard[shard].meetings;
                meetings.erase(before);
                if (!now.empty()) meetings.emplace(now, room);
              }};
      actor = std::make_shared<RoomActor>(room, world, shard, std::move(notices));
    }
    return *actor;
  }

  void onIdle(const std::string& room, util::ShardIndex shard) {
    ShardRooms& here = byShard[shard];
    const auto found = here.rooms.find(room);
    if (found == here.rooms.end()) return;
    if (found->second->finished() || (here.closing && found->second->idle())) here.rooms.erase(found);
    if (here.closing && here.rooms.empty() && here.allIdle) std::exchange(here.allIdle, nullptr)();
  }

  /// The room of this shard in whose meeting `owner` is present; nullptr for none.
  [[nodiscard]] const std::string* roomOf(util::ShardIndex shard, const std::string& meetingId,
                                          std::string_view owner) const {
    const ShardRooms& here = byShard[shard];
    const auto meeting = here.meetings.find(meetingId);
    if (here.closing || meeting == here.meetings.end()) return nullptr;
    const auto room = here.rooms.find(meeting->second);
    return room != here.rooms.end() && room->second->hasPresent(owner) ? &room->first : nullptr;
  }

  /// A room of this shard in which `owner` is present; nullptr for none.
  [[nodiscard]] const std::string* anyRoomOf(util::ShardIndex shard, std::string_view owner) const {
    const ShardRooms& here = byShard[shard];
    if (here.closing) return nullptr;
    const auto room =
        std::ranges::find_if(here.rooms, [owner](const auto& entry) { return entry.second->hasPresent(owner); });
    return room == here.rooms.end() ? nullptr : &room->first;
  }

  /// Asks every shard for a room with `find`.
  void search(std::function<const std::string*(util::ShardIndex)> find,
              std::function<void(std::optional<MediaAdmission>)> handler);

  RoomActor::World world;
  std::vector<ShardRooms> byShard;
};

namespace {

/// One question to all shards: the first that finds a room answers, or else the last.
class Search {
 public:
  using Find = std::function<const std::string*(util::ShardIndex)>;
  using Handler = std::function<void(std::optional<MediaAdmission>)>;

  Search(Find find, Handler handler, std::size_t shards)
      : find_(std::move(find)), handler_(std::move(handler)), unasked_(shards) {}

  /// On that shard, once.
  void ask(util::ShardIndex shard) {
    const std::string* const room = find_(shard);
    if (room != nullptr) found({RoomName{*room}, shard});
    if (unasked_.fetch_sub(1) == 1 && !answered_.exchange(true)) answer();
  }

 private:
  void found(MediaAdmission admission) {
    if (answered_.exchange(true)) return;
    admission_ = std::move(admission);
    answer();
  }
  void answer() { std::exchange(handler_, nullptr)(std::move(admission_)); }

  Find find_;
  Handler handler_;
  /// Touched by whoever answers.
  std::optional<MediaAdmission> admission_;
  std::atomic<std::size_t> unasked_;
  std::atomic<bool> answered_ = false;
};

/// Which of several sessions live, each asked for on the shard of its room; the last answer makes the whole.
class Roll {
 public:
  using Handler = std::function<void(std::vector<RoomSession>)>;

  Roll(std::vector<RoomSession> sessions, std::string owner, Handler handler)
      : sessions_(std::move(sessions)),
        owner_(std::move(owner)),
        handler_(std::move(handler)),
        lives_(sessions_.size()),
        unasked_(sessions_.size()) {}

  [[nodiscard]] const std::vector<RoomSession>& sessions() const { return sessions_; }
  [[nodiscard]] const std::string& owner() const { return owner_; }

  void answer(std::size_t index, bool lives) {
    lives_[index].store(lives, std::memory_order_relaxed);
    if (unasked_.fetch_sub(1) != 1) return;
    std::vector<RoomSession> living;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      if (lives_[i]) living.push_back(sessions_[i]);
    }
    handler_(std::move(living));
  }

 private:
  std::vector<RoomSession> sessions_;
  std::string owner_;
  Handler handler_;
  std::vector<std::atomic<bool>> lives_;
  std::atomic<std::size_t> unasked_;
};

}  // namespace

void RoomDirectory::Impl::search(Search::Find find, Search::Handler handler) {
  const auto search = std::make_shared<Search>(std::move(find), std::move(handler), byShard.size());
  for (util::ShardIndex shard = 0; shard < byShard.size(); ++shard)
    post(shard, [shard, search] { search->ask(shard); });
}

RoomDirectory::RoomDirectory(util::Shards& shards, RoomStore& store, MediaSessions& media, AiCalls& ai,
                             const config::RoomRules& rules, config::MediaPathRule path)
    : impl_(std::make_unique<Impl>(RoomActor::World{shards, store, media, ai, rules, path})) {}

RoomDirectory::~RoomDirectory() = default;

void RoomDirectory::restore(std::vector<StoredRoom> rooms) {
  for (StoredRoom& room : rooms) {
    std::string name = room.name;
    impl_->on(name, [impl = impl_.get(), room = std::move(room)](Impl::ShardRooms&, util::ShardIndex shard) {
      impl->actor(room.name, shard).restore(room);
    });
  }
}

void RoomDirectory::enter(const RoomName& room, Entrance entrance) {
  impl_->on(room.value(), [impl = impl_.get(), room = room.value(), entrance = std::move(entrance)](
                              Impl::ShardRooms& here, util::ShardIndex shard) mutable {
    if (!here.closing) return impl->actor(room, shard).enter(std::move(entrance));
    const auto socket = entrance.socket;
    impl->post(socket->shard(), [socket] { socket->close(close_code::kServiceRestart, "The server restarts"); });
  });
}

void RoomDirectory::receive(const RoomName& room, const std::shared_ptr<MemberSocket>& socket,
                            std::vector<protocol::ClientMessage> messages) {
  impl_->on(room.value(), [name = room.value(), socket = socket, messages = std::move(messages)](
                              Impl::ShardRooms& here, util::ShardIndex) mutable {
    // A room that is gone has closed its sockets, or is about to.
    const auto found = here.rooms.find(name);
    if (found != here.rooms.end()) found->second->receive(std::move(socket), std::move(messages));
  });
}

void RoomDirectory::disconnected(const RoomName& room, const std::shared_ptr<MemberSocket>& socket) {
  impl_->on(room.value(), [name = room.value(), socket](Impl::ShardRooms& here, util::ShardIndex) {
    const auto found = here.rooms.find(name);
    if (found != here.rooms.end()) found->second->disconnected(socket);
  });
}

void RoomDirectory::admitMedia(std::string meetingId, std::string owner,
                               std::function<void(std::optional<MediaAdmission>)> handler) {
  impl_->search([impl = impl_.get(), meetingId = std::move(meetingId),
                 owner = std::move(owner)](util::ShardIndex shard) { return impl->roomOf(shard, meetingId, owner); },
                std::move(handler));
}

void RoomDirectory::whetherPresent(std::string owner, std::function<void(bool)> handler) {
  impl_->search(
      [impl = impl_.get(), owner = std::move(owner)](util::ShardIndex shard) { return impl->anyRoomOf(shard, owner); },
      [handler = std::move(handler)](const std::optional<MediaAdmission>& room) { handler(room.has_value()); });
}

void RoomDirectory::whetherJoined(const RoomName& room, std::string owner, std::function<void(bool)> handler) {
  impl_->on(room.value(), [name = room.value(), owner = std::move(owner), handler = std::move(handler)](
                              Impl::ShardRooms& here, util::ShardIndex) {
    const auto found = here.rooms.find(name);
    handler(found != here.rooms.end() && found->second->hasJoined(owner));
  });
}

void RoomDirectory::livingSessions(std::vector<RoomSession> sessions, std::string owner, Roll::Handler handler) {
  if (sessions.empty()) return handler({});
  const auto roll = std::make_shared<Roll>(std::move(sessions), std::move(owner), std::move(handler));
  for (std::size_t i = 0; i < roll->sessions().size(); ++i) {
    impl_->on(roll->sessions()[i].room.value(),
              [impl = impl_.get(), roll, i](Impl::ShardRooms&, util::ShardIndex shard) {
                const RoomSession& one = roll->sessions()[i];
                roll->answer(i, impl->world.media.belongs(shard, one.session, one.room.value(), roll->owner()));
              });
  }
}

void RoomDirectory::mediaMoved(const RoomName& room) {
  impl_->on(room.value(), [name = room.value()](Impl::ShardRooms& here, util::ShardIndex) {
    const auto found = here.rooms.find(name);
    if (found != here.rooms.end()) found->second->mediaMoved();
  });
}

util::ShardIndex RoomDirectory::shardOf(const RoomName& room) const { return impl_->shardOf(room.value()); }

void RoomDirectory::shutDown(std::function<void()> done) {
  auto waiting = std::make_shared<std::atomic<std::size_t>>(impl_->byShard.size());
  auto shardDone = [waiting, done = std::move(done)] {
    if (waiting->fetch_sub(1) == 1) done();
  };
  for (util::ShardIndex shard = 0; shard < impl_->byShard.size(); ++shard) {
    impl_->post(shard, [impl = impl_.get(), shard, shardDone] {
      Impl::ShardRooms& here = impl->byShard[shard];
      here.closing = true;
      if (here.rooms.empty()) return shardDone();
      here.allIdle = shardDone;
      for (const auto& [name, room] : here.rooms) room->close();
    });
  }
}

}  // namespace akbuzat::room
