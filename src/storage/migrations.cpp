#include "storage/migrations.hpp"

#include <array>
#include <string>

namespace akbuzat::storage {
namespace {

/// Marks the file as ours (sqlite.org/pragma.html#pragma_application_id): "AKBZ".
constexpr std::int64_t kApplicationId = 0x414B425A;

/// Step i brings version i to i+1. A released step never changes.
constexpr std::array kSteps{
    // Meetings and Analytics… are the originals' tables, so that their data can be copied over.
    R"sql(
CREATE TABLE Meetings (
  id TEXT PRIMARY KEY,
  created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modified TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted TEXT,
  userCount INTEGER NOT NULL,
  ended TEXT
);
CREATE TABLE AnalyticsRefreshes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modified TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted TEXT,
  version TEXT
);
CREATE TABLE AnalyticsSimpleCallFeedback (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modified TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  deleted TEXT,
  version TEXT,
  experiencedIssues INTEGER NOT NULL,
  meetingId TEXT NOT NULL REFERENCES Meetings (id)
);
CREATE TABLE Rooms (
  name TEXT PRIMARY KEY,
  meetingId TEXT NOT NULL REFERENCES Meetings (id)
) WITHOUT ROWID;
CREATE TABLE RoomUsers (
  room TEXT NOT NULL REFERENCES Rooms (name) ON DELETE CASCADE,
  id TEXT NOT NULL,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  transceiverSessionId TEXT,
  raisedHand INTEGER NOT NULL,
  joined INTEGER NOT NULL,
  everJoined INTEGER NOT NULL,
  audio TEXT,
  video TEXT,
  screenshare TEXT,
  audioEnabled INTEGER,
  audioUnavailable INTEGER,
  videoEnabled INTEGER,
  screenShareEnabled INTEGER,
  PRIMARY KEY (room, id)
) WITHOUT ROWID;
-- Written to find out whether the disk takes anything.
CREATE TABLE Probe (
  id INTEGER PRIMARY KEY
);
)sql",
    R"sql(
ALTER TABLE RoomUsers ADD COLUMN supportsP2p INTEGER NOT NULL DEFAULT 0;
)sql",
    R"sql(
CREATE TABLE Reports (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  -- In seconds since 1970.
  created INTEGER NOT NULL,
  userName TEXT NOT NULL,
  host TEXT NOT NULL,
  version TEXT NOT NULL,
  userAgent TEXT NOT NULL,
  room TEXT NOT NULL,
  meetingId TEXT NOT NULL,
  description TEXT NOT NULL,
  details TEXT NOT NULL,
  -- Of those two, in bytes, so that nobody has to read them for it.
  size INTEGER NOT NULL
);
CREATE TABLE ReportDeliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  report TEXT NOT NULL UNIQUE REFERENCES Reports (id) ON DELETE CASCADE,
  -- In milliseconds since 1970.
  nextAttempt INTEGER NOT NULL,
  attempts INTEGER NOT NULL
);
)sql",
    R"sql(
CREATE TABLE AiCalls (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  meetingId TEXT NOT NULL,
  -- In seconds since 1970.
  started INTEGER NOT NULL,
  -- In seconds; what was used is known at the end.
  granted INTEGER NOT NULL,
  used INTEGER,
  hangUpUrl TEXT NOT NULL DEFAULT '',
  closed INTEGER NOT NULL DEFAULT 0
);
)sql",
};

constexpr auto kNewest = static_cast<std::int64_t>(kSteps.size());

/// The version of a file that is ours or empty.
std::int64_t versionOf(Database& database) {
  const std::int64_t applicationId = database.readInteger("PRAGMA application_id");
  const std::int64_t version = database.readInteger("PRAGMA user_version");
  const std::int64_t tables = database.readInteger("SELECT count(*) FROM sqlite_schema");
  if (applicationId != kApplicationId && (applicationId != 0 || tables != 0)) {
    throw StorageError("the database was not made by akbuzat; give another DATA_DIR");
  }
  if (version > kNewest) {
    throw StorageError("the database has schema version " + std::to_string(version) + ", this akbuzat knows " +
                       std::to_string(kNewest) + "; run the newer akbuzat that wrote it, or give another DATA_DIR");
  }
  return version;
}

}  // namespace

void migrate(Database& database) {
  for (std::int64_t step = versionOf(database); step < kNewest; ++step) {
    Transaction transaction{database};
    database.execute(kSteps[static_cast<std::size_t>(step)]);
    const std::string mark = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                             "; PRAGMA user_version = " + std::to_string(step + 1);
    database.execute(mark.c_str());
    transaction.commit();
  }
}

void requireSchema(Database& database) {
  if (versionOf(database) < kNewest)
    throw StorageError(
        "the database is of an older version; start this version's server once, which brings it up to date");
}

}  // namespace akbuzat::storage
