#pragma once

#include <string>

#include "akbuzat/storage/report.hpp"

namespace akbuzat::feedback {

/// Where a card may lead to: what visitors write must not put links to elsewhere before the host.
struct CardLinks {
  /// The site's origin, or empty: then the card says how to read the report on the server.
  std::string publicUrl;
  /// Base of links to a session's trace, or empty.
  std::string traceLink;
};

/// The report as a message for a Google Chat webhook, in JSON with one card
/// (developers.google.com/workspace/chat/api/reference/rest/v1/cards). Below the 32 KB that a message may have.
std::string writeCard(const storage::Report& report, const CardLinks& links);

}  // namespace akbuzat::feedback
