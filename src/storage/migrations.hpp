#pragma once

#include "storage/database.hpp"

namespace akbuzat::storage {

/// Brings the schema from whatever version the file has to this program's, each step in a transaction of its own.
/// Throws StorageError for a file that is not ours or was written by a newer version.
void migrate(Database& database);

/// For those who only read. Throws StorageError unless the file is ours and of this program's version.
void requireSchema(Database& database);

}  // namespace akbuzat::storage
