#include "akbuzat/storage/report_archive.hpp"

#include <string>

#include "storage/database.hpp"
#include "storage/migrations.hpp"
#include "storage/report_tables.hpp"

namespace akbuzat::storage {

ReportArchive::ReportArchive(const std::filesystem::path& dataDir)
    : database_(std::make_unique<Database>(dataDir / "akbuzat.db", Database::ReadOnly{})) {
  requireSchema(*database_);
}

ReportArchive::~ReportArchive() = default;

std::vector<Report> ReportArchive::list() const {
  // The same columns, so that one function reads both; the details would be megabytes.
  Statement row{*database_, std::string{"SELECT id, kind, created, userName, host, version, userAgent, room, "
                                        "meetingId, description, '' FROM Reports ORDER BY number DESC"}};
  std::vector<Report> reports;
  row.bindAll();
  while (row.step()) reports.push_back(readReport(row, 0));
  return reports;
}

std::optional<Report> ReportArchive::find(std::string_view id) const {
  Statement row{*database_, "SELECT " + std::string{kReportColumns} + " FROM Reports WHERE id = ?1"};
  if (!row.first(id)) return std::nullopt;
  return readReport(row, 0);
}

}  // namespace akbuzat::storage
