#include "akbuzat/room/room_directory.hpp"

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
    bool closing = false;
    std::function<void()> allIdle;
  };

  Impl(util::Shards& shardsOfProcess, RoomStore& roomStore, const config::RoomRules& roomTiming)
      : shards(shardsOfProcess), store(roomStore), timing(roomTiming), byShard(shardsOfProcess.size()) {}

  [[nodiscard]] util::ShardIndex shardOf(const std::string& room) const {
    return std::hash<std::string>{}(room) % shards.size();
  }

  /// Runs `task` with the rooms of the shard that `room` lives on.
  void on(const std::string& room, auto task) {
    const util::ShardIndex shard = shardOf(room);
    boost::asio::post(shards.context(shard),
                      [this, shard, task = std::move(task)]() mutable { task(byShard[shard], shard); });
  }

  RoomActor& actor(const std::string& room, util::ShardIndex shard) {
    auto& actor = byShard[shard].rooms[room];
    if (!actor) {
      // Not at once: the actor itself calls.
      auto idle = [this, room, shard] {
        boost::asio::post(shards.context(shard), [this, room, shard] { onIdle(room, shard); });
      };
      actor = std::make_shared<RoomActor>(room, shards, shard, store, timing, std::move(idle));
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

  util::Shards& shards;
  RoomStore& store;
  config::RoomRules timing;
  std::vector<ShardRooms> byShard;
};

RoomDirectory::RoomDirectory(util::Shards& shards, RoomStore& store, const config::RoomRules& timing)
    : impl_(std::make_unique<Impl>(shards, store, timing)) {}

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
    boost::asio::post(impl->shards.context(socket->shard()),
                      [socket] { socket->close(close_code::kServiceRestart, "The server restarts"); });
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

void RoomDirectory::shutDown(std::function<void()> done) {
  auto waiting = std::make_shared<std::atomic<std::size_t>>(impl_->shards.size());
  auto shardDone = [waiting, done = std::move(done)] {
    if (waiting->fetch_sub(1) == 1) done();
  };
  for (util::ShardIndex shard = 0; shard < impl_->shards.size(); ++shard) {
    boost::asio::post(impl_->shards.context(shard), [impl = impl_.get(), shard, shardDone] {
      Impl::ShardRooms& here = impl->byShard[shard];
      here.closing = true;
      if (here.rooms.empty()) return shardDone();
      here.allIdle = shardDone;
      for (const auto& [name, room] : here.rooms) room->close();
    });
  }
}

}  // namespace akbuzat::room
