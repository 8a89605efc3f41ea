#include <chrono>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include <sqlite3.h>
#include <catch2/catch.hpp>

#include "akbuzat/storage/report_archive.hpp"
#include "akbuzat/storage/storage.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat;
using namespace std::chrono_literals;
using std::chrono::system_clock;
using storage::QueuedDelivery;
using storage::Report;
using storage::ReportArchive;
using storage::ReportResult;
using storage::Storage;
using test::TemporaryFolder;

namespace {

Report report(const std::string& id) {
  return {.id = id,
          .kind = Report::Kind::bug,
          .created = std::chrono::floor<std::chrono::seconds>(system_clock::now()),
          .userName = "Айгуль",
          .host = "https://meet.example.org",
          .version = "1",
          .userAgent = "Browser",
          .room = "tea",
          .meetingId = "m1",
          .description = "No sound",
          .details = R"({"roomHistory":[]})"};
}

ReportResult add(Storage& storage, Report what, bool deliver) {
  std::promise<ReportResult> done;
  storage.addReport(std::move(what), deliver, [&](ReportResult result) { done.set_value(result); });
  return done.get_future().get();
}

std::optional<Report> find(Storage& storage, const std::string& id) {
  std::promise<std::optional<Report>> done;
  storage.findReport(id, [&](std::optional<Report> found, bool readable) {
    REQUIRE(readable);
    done.set_value(std::move(found));
  });
  return done.get_future().get();
}

std::optional<QueuedDelivery> next(Storage& storage) {
  std::promise<std::optional<QueuedDelivery>> done;
  storage.nextDelivery([&](std::optional<QueuedDelivery> found, bool readable) {
    REQUIRE(readable);
    done.set_value(std::move(found));
  });
  return done.get_future().get();
}

bool remove(Storage& storage, std::int64_t id) {
  std::promise<bool> done;
  storage.removeDelivery(id, [&](bool removed) { done.set_value(removed); });
  return done.get_future().get();
}

bool postpone(Storage& storage, std::int64_t id, system_clock::time_point time) {
  std::promise<bool> done;
  storage.postponeDelivery(id, time, [&](bool postponed) { done.set_value(postponed); });
  return done.get_future().get();
}

void execute(const std::filesystem::path& file, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("a report is found by its id, by the server and by its host") {
  const TemporaryFolder folder;
  Storage storage{folder.path()};
  REQUIRE(add(storage, report("one"), false) == ReportResult::stored);
  Report dead = report("two");
  dead.kind = Report::Kind::deadTrack;
  REQUIRE(add(storage, dead, false) == ReportResult::stored);

  const ReportArchive archive{folder.path()};
  for (const auto& found : {find(storage, "one"), archive.find("one")}) {
    REQUIRE(found);
    CHECK(found->kind == Report::Kind::bug);
    CHECK(found->created == std::chrono::floor<std::chrono::seconds>(found->created));
    CHECK(system_clock::now() - found->created < 1h);
    CHECK(found->userName == "Айгуль");
    CHECK(found->host == "https://meet.example.org");
    CHECK(found->version == "1");
    CHECK(found->userAgent == "Browser");
    CHECK(found->room == "tea");
    CHECK(found->meetingId == "m1");
    CHECK(found->description == "No sound");
    CHECK(found->details == R"({"roomHistory":[]})");
  }
  CHECK_FALSE(find(storage, "three"));
  CHECK_FALSE(archive.find("three"));
  const auto all = archive.list();
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == "two");
  CHECK(all[0].kind == Report::Kind::deadTrack);
  CHECK(all[1].id == "one");
}

TEST_CASE("the newest reports have room, the oldest make it") {
  const TemporaryFolder folder;
  Storage storage{folder.path()};
  SECTION("many") {
    std::promise<void> last;
    for (int i = 0; i < 1005; ++i) {
      storage.addReport(report("r" + std::to_string(i)), i == 0, [&last, i](ReportResult result) {
        CHECK(result == ReportResult::stored);
        if (i == 1004) last.set_value();
      });
    }
    last.get_future().get();
    CHECK_FALSE(find(storage, "r4"));
    CHECK(find(storage, "r5"));
    CHECK(find(storage, "r1004"));
    // Nobody hears any more of what is gone.
    CHECK_FALSE(next(storage));
  }
  SECTION("large") {
    Report large = report("");
    large.details.assign(20 * 1024 * 1024, 'x');
    for (const char* id : {"a", "b", "c", "d"}) {
      large.id = id;
      REQUIRE(add(storage, large, false) == ReportResult::stored);
    }
    CHECK_FALSE(find(storage, "a"));
    CHECK(find(storage, "b"));
    CHECK(find(storage, "d"));
  }
}

TEST_CASE("what is too old is gone with the next start") {
  const TemporaryFolder folder;
  {
    Storage storage{folder.path(), 1h};
    REQUIRE(add(storage, report("old"), true) == ReportResult::stored);
    REQUIRE(add(storage, report("new"), false) == ReportResult::stored);
    std::promise<ReportResult> refreshed;
    storage.addRefresh("1", [&](ReportResult result) { refreshed.set_value(result); });
    REQUIRE(refreshed.get_future().get() == ReportResult::stored);
  }
  const auto file = folder.path() / "akbuzat.db";
  execute(file,
          "UPDATE Reports SET created = created - 3700 WHERE id = 'old';"
          "UPDATE AnalyticsRefreshes SET created = datetime('now', '-3700 seconds')");
  Storage storage{folder.path(), 1h};
  CHECK_FALSE(find(storage, "old"));
  CHECK(find(storage, "new"));
  CHECK_FALSE(next(storage));
  // Fails if one is left.
  execute(file, "CREATE TEMP TABLE T (n INTEGER CHECK (n = 0)); INSERT INTO T SELECT count(*) FROM AnalyticsRefreshes");
}

TEST_CASE("deliveries come in the order of their times, over a restart, until they are removed") {
  const TemporaryFolder folder;
  const auto now = system_clock::now();
  {
    Storage storage{folder.path()};
    CHECK_FALSE(next(storage));
    REQUIRE(add(storage, report("kept"), false) == ReportResult::stored);
    REQUIRE(add(storage, report("one"), true) == ReportResult::stored);
    REQUIRE(add(storage, report("two"), true) == ReportResult::stored);
    const auto first = next(storage);
    REQUIRE(first);
    CHECK(first->report.id == "one");
    CHECK(first->report.description == "No sound");
    CHECK(first->attempts == 0);
    CHECK(first->nextAttempt <= now);
    REQUIRE(postpone(storage, first->id, now + 1h));
    REQUIRE(next(storage)->report.id == "two");
    REQUIRE(postpone(storage, next(storage)->id, now + 2h));
  }
  Storage storage{folder.path()};
  const auto first = next(storage);
  REQUIRE(first);
  CHECK(first->report.id == "one");
  CHECK(first->attempts == 1);
  CHECK(first->nextAttempt == std::chrono::floor<std::chrono::milliseconds>(now + 1h));
  REQUIRE(remove(storage, first->id));
  REQUIRE(next(storage)->report.id == "two");
  REQUIRE(remove(storage, next(storage)->id));
  CHECK_FALSE(next(storage));
  CHECK(find(storage, "one"));
}

TEST_CASE("whoever delivers hears of what was queued, and of nothing else") {
  const TemporaryFolder folder;
  Storage storage{folder.path()};
  std::promise<void> heard;
  storage.onQueued([&] { heard.set_value(); });
  // A second call would throw on the store's thread.
  REQUIRE(add(storage, report("kept"), false) == ReportResult::stored);
  REQUIRE(add(storage, report("one"), true) == ReportResult::stored);
  heard.get_future().get();
  storage.onQueued({});
  REQUIRE(add(storage, report("two"), true) == ReportResult::stored);
  CHECK(find(storage, "two"));
}

TEST_CASE("an archive reads only what this version has written") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(ReportArchive{folder.path()}, Catch::Contains("cannot open the database"));
  const auto file = folder.path() / "akbuzat.db";
  { const Storage storage{folder.path()}; }
  SECTION("older") {
    execute(file, "PRAGMA user_version = 2");
    CHECK_THROWS_WITH(ReportArchive{folder.path()}, Catch::Contains("older version"));
  }
  SECTION("newer") {
    execute(file, "PRAGMA user_version = 999");
    CHECK_THROWS_WITH(ReportArchive{folder.path()}, Catch::Contains("schema version 999"));
  }
  SECTION("a stranger's") {
    execute(file, "PRAGMA application_id = 5");
    CHECK_THROWS_WITH(ReportArchive{folder.path()}, Catch::Contains("not made by akbuzat"));
  }
}
