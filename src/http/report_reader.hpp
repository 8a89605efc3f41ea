#pragma once

#include <optional>
#include <string_view>

#include "akbuzat/storage/report.hpp"

namespace akbuzat::http {

/// What a page tells of a fault that a person noticed: the form fields `info`, a JSON object with `roomName`,
/// `identity`, `roomHistory`, `url` and `meetingId`, and `description` (protocol B.1). Fills in room, meetingId,
/// description and details. nullopt unless the description has text and all is of the right form and size.
std::optional<storage::Report> readBugReport(std::string_view form);

/// The JSON object of a page that receives a track without anything in it: `trackId`, and if known `pullSessionTrace`,
/// `pushedSessionTrace`, `pushingUser` and `meetingId` (protocol B.1). Fills in meetingId and details.
std::optional<storage::Report> readDeadTrack(std::string_view json);

/// The SFU's calls of a stored bug report, as JSON.
std::string roomHistoryOf(const storage::Report& report);

}  // namespace akbuzat::http
