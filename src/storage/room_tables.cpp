#include "storage/room_tables.hpp"

#include <utility>
#include <variant>

namespace akbuzat::storage {

RoomTables::RoomTables(Database& database)
    : insertMeeting_(database, "INSERT INTO Meetings (id, userCount) VALUES (?1, 1)"),
      putRoom_(database,
               "INSERT INTO Rooms (name, meetingId) VALUES (?1, ?2) "
               "ON CONFLICT (name) DO UPDATE SET meetingId = excluded.meetingId"),
      putUser_(database,
               "INSERT OR REPLACE INTO RoomUsers (room, id, owner, name, transceiverSessionId, raisedHand, joined, "
               "everJoined, audio, video, screenshare, audioEnabled, audioUnavailable, videoEnabled, "
               "screenShareEnabled, supportsP2p) "
               "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"),
      removeUser_(database, "DELETE FROM RoomUsers WHERE room = ?1 AND id = ?2"),
      raisePeak_(database, "UPDATE Meetings SET userCount = max(userCount, ?2) WHERE id = ?1"),
      endMeeting_(database, "UPDATE Meetings SET ended = CURRENT_TIMESTAMP WHERE id = ?1"),
      removeRoom_(database, "DELETE FROM Rooms WHERE name = ?1"),
      selectRoom_(database, "SELECT meetingId FROM Rooms WHERE name = ?1"),
      selectRooms_(database, "SELECT name, meetingId FROM Rooms"),
      selectUsers_(database,
                   "SELECT id, owner, name, transceiverSessionId, raisedHand, joined, everJoined, audio, video, "
                   "screenshare, audioEnabled, audioUnavailable, videoEnabled, screenShareEnabled, supportsP2p "
                   "FROM RoomUsers WHERE room = ?1") {}

void RoomTables::apply(const std::string& room, const room::StoreChange& change) {
  struct Visitor {
    RoomTables& tables;
    const std::string& room;

    void operator()(const room::StartMeeting& start) const {
      tables.insertMeeting_.run(start.meetingId);
      tables.putRoom_.run(room, start.meetingId);
    }
    void operator()(const room::PutUser& put) const {
      const protocol::User& user = put.user.user;
      const protocol::Tracks& tracks = user.tracks;
      tables.putUser_.run(room, user.id.value(), put.user.owner, user.name, user.transceiverSessionId, user.raisedHand,
                          user.joined, put.user.everJoined, tracks.audio, tracks.video, tracks.screenshare,
                          tracks.audioEnabled, tracks.audioUnavailable, tracks.videoEnabled, tracks.screenShareEnabled,
                          put.user.supportsP2p);
    }
    void operator()(const room::RemoveUser& remove) const { tables.removeUser_.run(room, remove.id.value()); }
    void operator()(const room::RaisePeak& peak) const {
      tables.raisePeak_.run(peak.meetingId, static_cast<std::int64_t>(peak.userCount));
    }
    void operator()(const room::EndMeeting& end) const {
      tables.endMeeting_.run(end.meetingId);
      tables.removeRoom_.run(room);
    }
  };
  std::visit(Visitor{*this, room}, change);
}

std::optional<room::StoredRoom> RoomTables::load(const std::string& room) {
  selectRoom_.bindAll(room);
  if (!selectRoom_.step()) return std::nullopt;
  room::StoredRoom stored{room, selectRoom_.text(0), {}};
  while (selectRoom_.step()) {
  }
  stored.users = loadUsers(room);
  return stored;
}

std::vector<room::StoredRoom> RoomTables::loadAll() {
  std::vector<room::StoredRoom> rooms;
  selectRooms_.bindAll();
  while (selectRooms_.step()) rooms.push_back({selectRooms_.text(0), selectRooms_.text(1), {}});
  for (room::StoredRoom& room : rooms) room.users = loadUsers(room.name);
  return rooms;
}

std::vector<room::StoredUser> RoomTables::loadUsers(const std::string& room) {
  std::vector<room::StoredUser> users;
  Statement& row = selectUsers_;
  row.bindAll(room);
  while (row.step()) {
    protocol::User user{
        .id = protocol::ConnectionId{row.text(0)},
        .name = row.text(2),
        .transceiverSessionId = row.optionalText(3),
        .raisedHand = row.boolean(4),
        .speaking = false,
        .joined = row.boolean(5),
        .tracks = {.audio = row.optionalText(7),
                   .video = row.optionalText(8),
                   .screenshare = row.optionalText(9),
                   .audioEnabled = row.optionalBoolean(10),
                   .audioUnavailable = row.optionalBoolean(11),
                   .videoEnabled = row.optionalBoolean(12),
                   .screenShareEnabled = row.optionalBoolean(13)},
    };
    users.push_back({std::move(user), row.text(1), row.boolean(6), row.boolean(14)});
  }
  return users;
}

}  // namespace akbuzat::storage
