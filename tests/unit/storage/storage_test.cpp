#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <sqlite3.h>
#include <catch2/catch.hpp>

#include "akbuzat/storage/storage.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat;
using room::StoredRoom;
using room::StoredUser;
using storage::Storage;
using storage::StorageError;
using test::TemporaryFolder;

namespace {

bool commit(Storage& storage, const std::string& room, std::vector<room::StoreChange> changes) {
  std::promise<bool> done;
  storage.commit(room, std::move(changes), [&](bool committed) { done.set_value(committed); });
  return done.get_future().get();
}

std::optional<StoredRoom> load(Storage& storage, const std::string& room) {
  std::promise<std::optional<StoredRoom>> done;
  storage.load(room, [&](std::optional<StoredRoom> stored, bool readable) {
    REQUIRE(readable);
    done.set_value(std::move(stored));
  });
  return done.get_future().get();
}

StoredUser someUser(const std::string& id) {
  StoredUser stored{.user = {.id = protocol::ConnectionId{id},
                             .name = "Айгуль",
                             .transceiverSessionId = "session",
                             .raisedHand = true,
                             .joined = true,
                             .tracks = {}},
                    .owner = "owner",
                    .everJoined = true,
                    .supportsP2p = true};
  stored.user.tracks.video = "session/v";
  stored.user.tracks.audioEnabled = false;
  return stored;
}

void execute(const std::filesystem::path& file, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

std::string readText(const std::filesystem::path& file, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK);
  std::string text;
  if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != nullptr) {
    text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return text;
}

}  // namespace

TEST_CASE("a room is read back as it was written, also by the next process") {
  const TemporaryFolder folder;
  const StoredUser user = someUser("u1");
  {
    Storage storage{folder.path()};
    REQUIRE(commit(storage, "room", {room::StartMeeting{"m1"}, room::PutUser{user}, room::PutUser{someUser("u2")}}));
    // Again, and less.
    StoredUser less = user;
    less.supportsP2p = false;
    REQUIRE(commit(storage, "room", {room::PutUser{less}}));
    CHECK_FALSE(load(storage, "room")->users[0].supportsP2p);
    REQUIRE(commit(storage, "room", {room::PutUser{user}}));
    REQUIRE(commit(storage, "room", {room::RemoveUser{protocol::ConnectionId{"u2"}}, room::RaisePeak{"m1", 2}}));
    const auto stored = load(storage, "room");
    REQUIRE(stored);
    CHECK(stored->users.size() == 1);
    CHECK_FALSE(load(storage, "other"));
  }
  Storage storage{folder.path()};
  const std::vector<StoredRoom> rooms = storage.loadAll();
  REQUIRE(rooms.size() == 1);
  CHECK(rooms[0].name == "room");
  CHECK(rooms[0].meetingId == "m1");
  REQUIRE(rooms[0].users.size() == 1);
  CHECK(rooms[0].users[0].user == user.user);
  CHECK(rooms[0].users[0].owner == "owner");
  CHECK(rooms[0].users[0].everJoined);
  CHECK(rooms[0].users[0].supportsP2p);
}

TEST_CASE("a room of the first schema comes over, its people as those of old clients") {
  const TemporaryFolder folder;
  {
    Storage storage{folder.path()};
    REQUIRE(commit(storage, "room", {room::StartMeeting{"m1"}, room::PutUser{someUser("u1")}}));
  }
  execute(folder.path() / "akbuzat.db",
          "ALTER TABLE RoomUsers DROP COLUMN supportsP2p; DROP TABLE ReportDeliveries; DROP TABLE Reports; DROP TABLE "
          "AiCalls; PRAGMA "
          "user_version = 1");
  Storage storage{folder.path()};
  const std::vector<StoredRoom> rooms = storage.loadAll();
  REQUIRE(rooms.size() == 1);
  REQUIRE(rooms[0].users.size() == 1);
  CHECK(rooms[0].users[0].user == someUser("u1").user);
  CHECK_FALSE(rooms[0].users[0].supportsP2p);
}

TEST_CASE("an ended meeting stays on record with its peak, its room does not") {
  const TemporaryFolder folder;
  {
    Storage storage{folder.path()};
    REQUIRE(commit(storage, "room", {room::StartMeeting{"m1"}, room::PutUser{someUser("u1")}}));
    REQUIRE(commit(storage, "room", {room::RaisePeak{"m1", 3}}));
    REQUIRE(commit(storage, "room", {room::RaisePeak{"m1", 2}, room::EndMeeting{"m1"}}));
    CHECK_FALSE(load(storage, "room"));
    CHECK(storage.loadAll().empty());
  }
  const auto file = folder.path() / "akbuzat.db";
  CHECK(readText(file, "SELECT userCount FROM Meetings WHERE id = 'm1' AND ended IS NOT NULL") == "3");
  CHECK(readText(file, "SELECT count(*) FROM RoomUsers") == "0");
}

TEST_CASE("a change that breaks the schema's rules fails alone") {
  const TemporaryFolder folder;
  Storage storage{folder.path()};
  std::promise<bool> bad;
  std::promise<bool> good;
  // Both are likely to share a transaction; nothing depends on it.
  storage.commit("nowhere", {room::PutUser{someUser("u1")}}, [&](bool committed) { bad.set_value(committed); });
  storage.commit("room", {room::StartMeeting{"m1"}}, [&](bool committed) { good.set_value(committed); });
  CHECK_FALSE(bad.get_future().get());
  CHECK(good.get_future().get());
  CHECK(load(storage, "room"));
}

TEST_CASE("feedback belongs to a meeting that exists") {
  const TemporaryFolder folder;
  Storage storage{folder.path()};
  REQUIRE(commit(storage, "room", {room::StartMeeting{"m1"}}));
  const auto give = [&](const std::string& meeting) {
    std::promise<storage::ReportResult> done;
    storage.addFeedback("1.0", true, meeting, [&](storage::ReportResult result) { done.set_value(result); });
    return done.get_future().get();
  };
  CHECK(give("m1") == storage::ReportResult::stored);
  CHECK(give("m2") == storage::ReportResult::unknownMeeting);
  CHECK(storage.writable());
}

TEST_CASE("a data directory has one process") {
  const TemporaryFolder folder;
  const Storage first{folder.path()};
  CHECK_THROWS_WITH(Storage{folder.path()}, Catch::Contains("another akbuzat"));
}

TEST_CASE("a newer schema and a stranger's file are refused in words") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "akbuzat.db";
  SECTION("newer") {
    { const Storage storage{folder.path()}; }
    execute(file, "PRAGMA user_version = 999");
    CHECK_THROWS_WITH(Storage{folder.path()}, Catch::Contains("schema version 999"));
  }
  SECTION("stranger") {
    execute(file, "CREATE TABLE Cats (name TEXT)");
    CHECK_THROWS_WITH(Storage{folder.path()}, Catch::Contains("not made by akbuzat"));
  }
  SECTION("not a database") {
    FILE* out = std::fopen(file.c_str(), "w");
    std::fputs(std::string(8192, 'x').c_str(), out);
    std::fclose(out);
    CHECK_THROWS_AS(Storage{folder.path()}, StorageError);
  }
}
