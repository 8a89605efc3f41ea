#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "akbuzat/https/client.hpp"

namespace akbuzat::https {

/// Whether a repeatable request that ended so may fare better soon.
[[nodiscard]] bool isWorthRepeating(const Outcome& outcome);

/// What an outcome says of the upstream.
enum class Health { good, ill, unknown };
[[nodiscard]] Health healthAfter(const Outcome& outcome);

/// The value of Retry-After (RFC 9110 section 10.2.3), seconds or a date, as the time to wait from `now`; not negative.
/// Nothing if it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parseRetryAfter(std::string_view value,
                                                                       std::chrono::system_clock::time_point now);

/// How long to wait before the repetition of this number (0, 1, …): doubling, and between half and the whole of that by
/// chance (`random`, all bits), so that many callers do not come back at the same moment.
[[nodiscard]] std::chrono::milliseconds retryPause(unsigned repetition, std::uint32_t random);

}  // namespace akbuzat::https
