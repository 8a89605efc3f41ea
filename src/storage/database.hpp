#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "akbuzat/storage/storage.hpp"

namespace akbuzat::storage {

/// One SQLite connection. Used by one thread at a time. Every failure is a StorageError with SQLite's own words.
class Database {
 public:
  /// Opens or creates the file, in WAL mode with full synchronisation: a commit that returned survives a crash of the
  /// machine (sqlite.org/pragma.html#pragma_synchronous). What is deleted is overwritten.
  explicit Database(const std::filesystem::path& file);
  struct ReadOnly {};
  /// Opens a file that is there, beside whoever writes it; changes nothing.
  Database(const std::filesystem::path& file, ReadOnly);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs one or several statements that return nothing of interest.
  void execute(const char* sql);
  [[nodiscard]] std::int64_t readInteger(const char* sql);
  /// True between BEGIN and COMMIT or ROLLBACK; SQLite itself rolls back after some failures.
  [[nodiscard]] bool inTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  [[noreturn]] void fail(std::string_view what) const;

 private:
  /// Opens, then runs `pragmas`.
  void open(const std::filesystem::path& file, int flags, const char* pragmas);

  sqlite3* handle_ = nullptr;
};

/// One prepared statement, for any number of runs.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Binds ?1, ?2, … and runs to the end.
  template <class... Values>
  void run(const Values&... values) {
    bindAll(values...);
    while (step()) {
    }
  }
  /// Binds ?1, ?2, …; read the rows with `step`.
  template <class... Values>
  void bindAll(const Values&... values) {
    reset();
    int index = 0;
    (bind(++index, values), ...);
  }
  /// Binds, and steps to the first row, if there is one: then `finish` when it has been read.
  template <class... Values>
  [[nodiscard]] bool first(const Values&... values) {
    bindAll(values...);
    return step();
  }
  /// Wants no more rows. A statement that has not come to its end keeps its view of the database.
  void finish() { reset(); }
  /// True: a row is there, and its columns may be read until the next call. False: no more; the statement is reset.
  bool step();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::optional<std::string> optionalText(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  [[nodiscard]] bool boolean(int column) const { return sqlite3_column_int(handle_, column) != 0; }
  [[nodiscard]] std::optional<bool> optionalBoolean(int column) const;

 private:
  void reset();
  void bind(int index, std::string_view value);
  void bind(int index, const std::string& value) { bind(index, std::string_view{value}); }
  void bind(int index, const char* value) { bind(index, std::string_view{value}); }
  void bind(int index, bool value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::int64_t value);
  template <class Value>
  void bind(int index, const std::optional<Value>& value) {
    if (value) return bind(index, *value);
    check(sqlite3_bind_null(handle_, index));
  }
  void check(int result) const;

  Database& database_;
  sqlite3_stmt* handle_ = nullptr;
};

/// Rolls back unless `commit` has succeeded.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() { database_.execute("COMMIT"); }

 private:
  Database& database_;
};

}  // namespace akbuzat::storage
