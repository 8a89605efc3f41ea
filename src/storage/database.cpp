#include "storage/database.hpp"

namespace akbuzat::storage {

Database::Database(const std::filesystem::path& file) {
  open(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
       "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;");
}

Database::Database(const std::filesystem::path& file, ReadOnly) {
  // Only while a server starts, ends or crashes does a reader have to wait.
  open(file, SQLITE_OPEN_READONLY, "PRAGMA busy_timeout = 5000; PRAGMA query_only = ON;");
}

void Database::open(const std::filesystem::path& file, int flags, const char* pragmas) {
  if (sqlite3_open_v2(file.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const std::string why = handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory";
    sqlite3_close(handle_);
    throw StorageError("cannot open the database " + file.string() + ": " + why);
  }
  try {
    execute(pragmas);
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail("the database failed");
}

std::int64_t Database::readInteger(const char* sql) {
  Statement statement{*this, sql};
  return statement.first() ? std::stoll(statement.text(0)) : 0;
}

void Database::fail(std::string_view what) const {
  throw StorageError(std::string{what} + ": " + sqlite3_errmsg(handle_));
}

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  check(sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &handle_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(handle_); }

bool Statement::step() {
  switch (sqlite3_step(handle_)) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: reset(); return false;
    default: break;
  }
  const std::string why = sqlite3_errmsg(database_.handle());
  reset();
  throw StorageError("the database failed: " + why);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::optional<std::string> Statement::optionalText(int column) const {
  if (sqlite3_column_type(handle_, column) == SQLITE_NULL) return std::nullopt;
  return text(column);
}

std::optional<bool> Statement::optionalBoolean(int column) const {
  if (sqlite3_column_type(handle_, column) == SQLITE_NULL) return std::nullopt;
  return boolean(column);
}

void Statement::reset() { sqlite3_reset(handle_); }

void Statement::bind(int index, std::string_view value) {
  check(sqlite3_bind_text64(handle_, index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int index, std::int64_t value) { check(sqlite3_bind_int64(handle_, index, value)); }

void Statement::check(int result) const {
  if (result != SQLITE_OK) database_.fail("the database failed");
}

Transaction::~Transaction() {
  if (!database_.inTransaction()) return;
  // A failure leaves nothing to do: the next BEGIN reports it.
  sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace akbuzat::storage
