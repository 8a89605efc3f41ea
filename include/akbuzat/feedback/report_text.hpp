#pragma once

#include <string>
#include <vector>

#include "akbuzat/storage/report.hpp"

namespace akbuzat::feedback {

// For the host's terminal. What visitors wrote comes without anything that a terminal would obey.

/// One line a report: id, time, kind, who, and how it begins.
std::string reportList(const std::vector<storage::Report>& reports);

/// Everything of one.
std::string reportText(const storage::Report& report);

}  // namespace akbuzat::feedback
