// Rooms on several shards, with a disk and an SFU that the test holds.

#include <chrono>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/room/room_directory.hpp"
#include "support/fake_ai_calls.hpp"
#include "support/fake_media_sessions.hpp"

using namespace akbuzat;
using namespace akbuzat::room;
using akbuzat::test::FakeAiCalls;
using akbuzat::test::FakeMediaSessions;
using namespace std::chrono_literals;
using nlohmann::json;
using protocol::ConnectionId;

namespace {

/// A disk on which every commit waits for the test if the test says so.
class HeldStore final : public RoomStore {
 public:
  void commit(const std::string&, std::vector<StoreChange>, CommitHandler handler) override {
    std::unique_lock lock(mutex_);
    if (!holding_) {
      lock.unlock();
      return handler(true);
    }
    held_.push_back(std::move(handler));
    arrived_.notify_one();
  }
  void load(const std::string&, LoadHandler handler) override { handler(std::nullopt, true); }

  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  /// Waits for a commit, which still is not done then.
  void awaitCommit() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, 30s, [this] { return !held_.empty(); })) throw std::runtime_error("no commit came");
  }
  void letGo() {
    std::unique_lock lock(mutex_);
    holding_ = false;
    const auto held = std::exchange(held_, {});
    lock.unlock();
    for (const CommitHandler& handler : held) handler(true);
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool holding_ = false;
  std::vector<CommitHandler> held_;
};

/// A member's page. Called on its shard, asked by the test's thread.
class Page final : public MemberSocket {
 public:
  explicit Page(util::ShardIndex shard) : shard_(shard) {}

  [[nodiscard]] util::ShardIndex shard() const noexcept override { return shard_; }
  void send(const websocket::OutboundMessagePtr& message) override {
    const std::lock_guard lock(mutex_);
    received_.push_back(std::string{message->text()});
    changed_.notify_all();
  }
  void close(std::uint16_t code, std::string_view) override {
    const std::lock_guard lock(mutex_);
    closed_ = code;
    changed_.notify_all();
  }
  void resume() override {}

  json awaitState() {
    std::unique_lock lock(mutex_);
    const auto state = [this]() -> std::optional<json> {
      for (; next_ < received_.size(); ++next_) {
        json message = json::parse(received_[next_]);
        if (message.at("type") == "roomState") return ++next_, message.at("state");
      }
      return std::nullopt;
    };
    std::optional<json> found;
    if (!changed_.wait_for(lock, 30s, [&] { return (found = state()).has_value(); })) {
      throw std::runtime_error("no state came");
    }
    return *found;
  }
  std::uint16_t awaitClose() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 30s, [this] { return closed_.has_value(); })) throw std::runtime_error("not closed");
    return *closed_;
  }

 private:
  const util::ShardIndex shard_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> received_;
  std::size_t next_ = 0;
  std::optional<std::uint16_t> closed_;
};

struct Rooms {
  static constexpr std::size_t kShards = 4;

  Rooms() { shards.start(); }
  ~Rooms() {
    shards.stop();
    shards.join();
  }
  Rooms(const Rooms&) = delete;
  Rooms& operator=(const Rooms&) = delete;

  std::shared_ptr<Page> enter(const std::string& room, const std::string& id, const std::string& owner) {
    auto page = std::make_shared<Page>(nextShard++ % kShards);
    directory.enter(RoomName{room}, {ConnectionId{id}, owner, "Name", page});
    return page;
  }
  std::optional<MediaAdmission> admit(const std::string& meetingId, const std::string& owner) {
    std::promise<std::optional<MediaAdmission>> answer;
    directory.admitMedia(meetingId, owner, [&answer](auto admission) { answer.set_value(std::move(admission)); });
    return answer.get_future().get();
  }
  bool present(const std::string& owner) {
    std::promise<bool> answer;
    directory.whetherPresent(owner, [&answer](bool present) { answer.set_value(present); });
    return answer.get_future().get();
  }
  bool joined(const std::string& room, const std::string& owner) {
    std::promise<bool> answer;
    directory.whetherJoined(RoomName{room}, owner, [&answer](bool joined) { answer.set_value(joined); });
    return answer.get_future().get();
  }

  util::Shards shards{kShards};
  HeldStore store;
  FakeMediaSessions media;
  FakeAiCalls ai;
  RoomDirectory directory{shards, store, media, ai, config::RoomRules{}, config::MediaPathRule::automatic};
  std::size_t nextShard = 0;
};

std::string meetingOf(Page& page) { return page.awaitState().at("meetingId"); }

}  // namespace

TEST_CASE("who is in a meeting is found on whichever shard it is, and nobody else") {
  Rooms rooms;
  std::set<util::ShardIndex> used;
  for (int i = 0; i < 20; ++i) {
    const std::string room = "room-" + std::to_string(i);
    const std::string owner = "owner-" + std::to_string(i);
    const auto page = rooms.enter(room, "a", owner);
    const std::string meeting = meetingOf(*page);

    const auto admission = rooms.admit(meeting, owner);
    REQUIRE(admission);
    CHECK(admission->room == RoomName{room});
    CHECK(admission->shard == rooms.directory.shardOf(RoomName{room}));
    used.insert(admission->shard);

    CHECK_FALSE(rooms.admit(meeting, "owner-of-another-room"));
    CHECK_FALSE(rooms.admit(meeting, ""));
    CHECK_FALSE(rooms.admit("another meeting", owner));
    CHECK_FALSE(rooms.admit("", owner));
    // A room's name is no meeting, and one is not let into a room by being in another.
    CHECK_FALSE(rooms.admit(room, owner));
    if (i > 0) CHECK_FALSE(rooms.admit(meeting, "owner-" + std::to_string(i - 1)));
  }
  CHECK(used.size() > 1);
}

TEST_CASE("only an open socket admits, and it does in the lobby as in the call") {
  Rooms rooms;
  const auto first = rooms.enter("room", "a", "owner-a");
  const std::string meeting = meetingOf(*first);
  const auto second = rooms.enter("room", "b", "owner-b");
  second->awaitState();
  CHECK(rooms.admit(meeting, "owner-b"));
  protocol::UserUpdate update;
  update.user.joined = true;
  rooms.directory.receive(RoomName{"room"}, second, {update});
  second->awaitState();
  CHECK(rooms.admit(meeting, "owner-b"));

  rooms.directory.disconnected(RoomName{"room"}, second);
  CHECK_FALSE(rooms.admit(meeting, "owner-b"));
  CHECK(rooms.admit(meeting, "owner-a"));
  rooms.enter("room", "b", "owner-b")->awaitState();
  CHECK(rooms.admit(meeting, "owner-b"));

  rooms.directory.receive(RoomName{"room"}, first, {protocol::UserLeft{}});
  first->awaitClose();
  CHECK_FALSE(rooms.admit(meeting, "owner-a"));
}

TEST_CASE("who is in any room at all is known, whichever shard it is on") {
  Rooms rooms;
  std::vector<std::shared_ptr<Page>> pages;
  for (int i = 0; i < 20; ++i) {
    const std::string owner = "owner-" + std::to_string(i);
    CHECK_FALSE(rooms.present(owner));
    pages.push_back(rooms.enter("room-" + std::to_string(i), "a", owner));
    pages.back()->awaitState();
    CHECK(rooms.present(owner));
  }
  rooms.directory.disconnected(RoomName{"room-7"}, pages[7]);
  CHECK_FALSE(rooms.present("owner-7"));
  CHECK(rooms.present("owner-8"));
}

TEST_CASE("all hear at once that the room's media is in another SFU, whoever says so") {
  Rooms rooms;
  const auto page = rooms.enter("room", "a", "owner-a");
  const auto other = rooms.enter("other", "b", "owner-b");
  CHECK_FALSE(page->awaitState().at("media").contains("generation"));
  other->awaitState();
  rooms.media.setGeneration("room", 3);
  rooms.directory.mediaMoved(RoomName{"room"});
  CHECK(page->awaitState().at("media").at("generation") == 3);
  // A room that nobody is in has nothing to be told of.
  rooms.directory.mediaMoved(RoomName{"nowhere"});
  CHECK_FALSE(rooms.joined("nowhere", "owner-a"));
}

TEST_CASE("who is in the call is known on the room's shard") {
  Rooms rooms;
  const auto page = rooms.enter("room", "a", "owner-a");
  page->awaitState();
  CHECK_FALSE(rooms.joined("room", "owner-a"));
  protocol::UserUpdate update;
  update.user.joined = true;
  rooms.directory.receive(RoomName{"room"}, page, {update});
  page->awaitState();
  CHECK(rooms.joined("room", "owner-a"));
  CHECK_FALSE(rooms.joined("room", "owner-b"));
  CHECK_FALSE(rooms.joined("other", "owner-a"));
}

TEST_CASE("which sessions live is asked of all their rooms") {
  Rooms rooms;
  const auto living = [&rooms](std::vector<RoomSession> sessions) {
    std::promise<std::vector<RoomSession>> answer;
    rooms.directory.livingSessions(std::move(sessions), "owner-a",
                                   [&answer](auto found) { answer.set_value(std::move(found)); });
    return answer.get_future().get();
  };
  CHECK(living({}).empty());
  std::vector<RoomSession> all;
  std::vector<RoomSession> own;
  for (int i = 0; i < 20; ++i) {
    all.push_back({RoomName{"room " + std::to_string(i)}, "s" + std::to_string(i)});
    if (i % 3 == 0) continue;
    rooms.media.add(all.back().session, all.back().room.value(), i % 3 == 1 ? "owner-a" : "owner-b");
    if (i % 3 == 1) own.push_back(all.back());
  }
  CHECK(living(all) == own);
}

TEST_CASE("rooms of the last process admit those who come back, under their old meeting") {
  Rooms rooms;
  const StoredUser kept{.user = {.id = ConnectionId{"a"},
                                 .name = "Name",
                                 .transceiverSessionId = "gone",
                                 .joined = true,
                                 .tracks = {.audio = {},
                                            .video = "kept/v",
                                            .screenshare = {},
                                            .audioEnabled = {},
                                            .audioUnavailable = {},
                                            .videoEnabled = {},
                                            .screenShareEnabled = {}}},
                        .owner = "owner-a",
                        .everJoined = true};
  rooms.media.add("kept", "room", "owner-a");
  rooms.media.add("gone", "another room", "owner-a");
  rooms.directory.restore({{"room", "meeting", {kept}}});
  CHECK_FALSE(rooms.admit("meeting", "owner-a"));
  const json user = rooms.enter("room", "a", "owner-a")->awaitState().at("users")[0];
  CHECK(user.at("tracks").at("video") == "kept/v");
  CHECK_FALSE(user.contains("transceiverSessionId"));
  const auto admission = rooms.admit("meeting", "owner-a");
  REQUIRE(admission);
  CHECK(admission->room == RoomName{"room"});
}

TEST_CASE("a member's sessions end on the room's shard once the leaving is durable, not before") {
  Rooms rooms;
  rooms.media.add("mine", "room", "owner-a");
  rooms.media.add("yours", "room", "owner-b");
  const auto page = rooms.enter("room", "a", "owner-a");
  page->awaitState();
  protocol::UserUpdate update;
  update.user.joined = true;
  update.user.tracks.video = "mine/v";
  update.user.tracks.audio = "yours/a";
  rooms.directory.receive(RoomName{"room"}, page, {update});
  const json tracks = page->awaitState().at("users")[0].at("tracks");
  CHECK(tracks.at("video") == "mine/v");
  CHECK_FALSE(tracks.contains("audio"));

  rooms.store.hold();
  rooms.directory.receive(RoomName{"room"}, page, {protocol::UserLeft{}});
  rooms.store.awaitCommit();
  CHECK(rooms.media.ended().empty());
  rooms.store.letGo();
  page->awaitClose();
  // What the room does comes before what it is asked afterwards.
  rooms.admit("anything", "anybody");
  CHECK(rooms.media.ended() ==
        std::vector<std::pair<util::ShardIndex, std::string>>{{rooms.directory.shardOf(RoomName{"room"}), "mine"}});
}

TEST_CASE("rooms that are shut down admit nobody") {
  Rooms rooms;
  const auto page = rooms.enter("room", "a", "owner-a");
  const std::string meeting = meetingOf(*page);
  REQUIRE(rooms.admit(meeting, "owner-a"));
  std::promise<void> done;
  rooms.directory.shutDown([&done] { done.set_value(); });
  done.get_future().get();
  CHECK(page->awaitClose() == close_code::kServiceRestart);
  CHECK_FALSE(rooms.admit(meeting, "owner-a"));
}
