#pragma once

#include <optional>
#include <string>
#include <vector>

#include "akbuzat/room/room_store.hpp"
#include "storage/database.hpp"

namespace akbuzat::storage {

/// Rooms as rows. Used within the writer's transaction.
class RoomTables {
 public:
  explicit RoomTables(Database& database);

  void apply(const std::string& room, const room::StoreChange& change);
  [[nodiscard]] std::optional<room::StoredRoom> load(const std::string& room);
  [[nodiscard]] std::vector<room::StoredRoom> loadAll();

 private:
  std::vector<room::StoredUser> loadUsers(const std::string& room);

  Statement insertMeeting_;
  Statement putRoom_;
  Statement putUser_;
  Statement removeUser_;
  Statement raisePeak_;
  Statement endMeeting_;
  Statement removeRoom_;
  Statement selectRoom_;
  Statement selectRooms_;
  Statement selectUsers_;
};

}  // namespace akbuzat::storage
