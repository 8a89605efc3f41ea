#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "akbuzat/config/config.hpp"
#include "akbuzat/https/client.hpp"
#include "akbuzat/room/ai_calls.hpp"

namespace akbuzat::ai {

// What the provider is asked and how its answers are understood (protocol A.9 and D.6). Pure.

/// The style that is meant: the configured one, or what the endpoint's address says.
[[nodiscard]] config::AiApiStyle styleOf(const config::AiSettings& settings);

/// Asks the provider to answer `offer`. `boundary` separates the parts of a form: at most 70 characters that occur in
/// none of them (RFC 2046 section 5.1.1).
[[nodiscard]] https::Request callRequest(const config::AiSettings& settings, const std::string& offer,
                                         const room::AiWish& wish, std::string_view boundary);

struct Answered {
  std::string answer;
  /// Empty where the provider names no call: it ends when its media does.
  std::string hangUpUrl;
};
/// A failure has been logged with what the provider said of it, shortened.
[[nodiscard]] std::variant<Answered, room::AiFailure> understand(const config::AiSettings& settings,
                                                                 const https::Outcome& outcome);

[[nodiscard]] https::Request hangUpRequest(const config::AiSettings& settings, const std::string& hangUpUrl);
/// True if the call has ended, also if it had before; false if asking again may help.
[[nodiscard]] bool hasHungUp(const https::Outcome& outcome);

}  // namespace akbuzat::ai
