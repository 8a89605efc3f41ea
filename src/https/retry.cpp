#include "https/retry.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace akbuzat::https {
namespace {

/// An upstream that restarts or sheds load needs a moment; a person who waits has not much more.
constexpr std::chrono::milliseconds kFirstPause{200};
/// Longer than any request may take; keeps sums of times far from overflow.
constexpr std::chrono::hours kLongestWait{24};

}  // namespace

bool isWorthRepeating(const Outcome& outcome) {
  if (const auto* failure = std::get_if<Failure>(&outcome))
    return *failure == Failure::timeout || *failure == Failure::cut || *failure == Failure::unreachable;
  const unsigned status = std::get<Response>(outcome).status;
  return status == 429 || status == 502 || status == 503 || status == 504;
}

Health healthAfter(const Outcome& outcome) {
  if (const auto* response = std::get_if<Response>(&outcome))
    return response->status < 500 ? Health::good : Health::ill;
  switch (std::get<Failure>(outcome)) {
    case Failure::unreachable:
    case Failure::certificate:
    case Failure::tls:
    case Failure::timeout:
    case Failure::cut:
    case Failure::malformed: return Health::ill;
    case Failure::tooLarge: return Health::good;
    case Failure::badRequest:
    case Failure::resting:
    case Failure::busy:
    case Failure::stopped: return Health::unknown;
  }
  return Health::unknown;
}

std::optional<std::chrono::milliseconds> parseRetryAfter(std::string_view value,
                                                         std::chrono::system_clock::time_point now) {
  using std::chrono::milliseconds;
  std::uint64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc{} && end == value.data() + value.size()) {
    constexpr std::uint64_t kMost = std::chrono::duration_cast<std::chrono::seconds>(kLongestWait).count();
    return milliseconds{1000 * std::min(seconds, kMost)};
  }
  // IMF-fixdate (RFC 9110 section 5.6.7); the obsolete forms are not sent by anything of this century.
  std::tm parts{};
  const std::string text{value};
  const char* const rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const auto wait = std::chrono::system_clock::from_time_t(::timegm(&parts)) - now;
  return std::clamp(std::chrono::ceil<milliseconds>(wait), milliseconds{0}, milliseconds{kLongestWait});
}

std::chrono::milliseconds retryPause(unsigned repetition, std::uint32_t random) {
  const std::chrono::milliseconds whole = kFirstPause * (1U << std::min(repetition, 8U));
  return whole / 2 + whole / 2 * (random >> 16U) / 0x10000;
}

}  // namespace akbuzat::https
