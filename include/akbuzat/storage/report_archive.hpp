#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "akbuzat/storage/report.hpp"

namespace akbuzat::storage {

class Database;

/// The reports of a data directory, for its owner; reads only, whether a server uses the directory or not. One thread.
class ReportArchive {
 public:
  /// Throws StorageError: no database, no access, or one that this version cannot read.
  explicit ReportArchive(const std::filesystem::path& dataDir);
  ~ReportArchive();
  ReportArchive(const ReportArchive&) = delete;
  ReportArchive& operator=(const ReportArchive&) = delete;

  /// All of them, the newest first, without their details. Throws StorageError.
  [[nodiscard]] std::vector<Report> list() const;
  [[nodiscard]] std::optional<Report> find(std::string_view id) const;

 private:
  std::unique_ptr<Database> database_;
};

}  // namespace akbuzat::storage
