#include "http/lock_cookie.hpp"

#include <algorithm>
#include <charconv>

#include "akbuzat/util/base64.hpp"
#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/text.hpp"
#include "http/session_cookie.hpp"

namespace akbuzat::http {
namespace {

constexpr std::string_view kPrefix = "partytracks-session-";
/// Not base64, which is what the session cookie signs with the same secret.
constexpr std::string_view kPurpose = "partytracks session lock";
/// Of one answer: 64 lines of about 150 bytes.
constexpr std::size_t kMaxCleared = 64;

std::string attributes(std::chrono::seconds maxAge, bool secure) {
  std::string text = "; HttpOnly; SameSite=Strict; Path=/partytracks; Max-Age=" + std::to_string(maxAge.count());
  if (secure) text += "; Secure";
  return text;
}

std::string base64(std::string_view text) { return util::base64Encode(text); }

}  // namespace

LockCookie::LockCookie(std::string_view sessionSecret) {
  const auto key = util::hmacSha256(sessionSecret, kPurpose);
  key_.assign(key.begin(), key.end());
}

/// The parts are told apart by line breaks, which no part but the owner, the last, could have.
std::string LockCookie::sign(std::string_view session, std::string_view expires, std::string_view room,
                             std::string_view owner) const {
  std::string text;
  for (const std::string_view part : {session, expires, room, owner}) text.append(part).append("\n");
  return util::base64Encode(util::hmacSha256(key_, text));
}

std::string LockCookie::pair(const MediaLock& lock, std::string_view owner) const {
  const std::string expires = std::to_string(lock.expires.time_since_epoch().count());
  const std::string room = base64(lock.room);
  return std::string{kPrefix} + lock.session + "=" + expires + "." + room + "." +
         sign(lock.session, expires, room, owner);
}

std::string LockCookie::set(const MediaLock& lock, std::string_view owner, bool secure) const {
  return pair(lock, owner) + attributes(kLifetime, secure);
}

std::string LockCookie::clear(std::string_view session, bool secure) {
  return std::string{kPrefix}.append(session) + "=" + attributes(std::chrono::seconds{0}, secure);
}

std::optional<MediaLock> LockCookie::read(std::string_view session, std::string_view value, std::string_view owner,
                                          Time now) const {
  const auto first = value.find('.');
  const auto last = value.rfind('.');
  if (first == last) return std::nullopt;
  const std::string_view expires = value.substr(0, first);
  const std::string_view room = value.substr(first + 1, last - first - 1);
  if (!util::equalInConstantTime(value.substr(last + 1), sign(session, expires, room, owner))) return std::nullopt;
  std::chrono::sys_seconds::rep seconds = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  const std::chrono::sys_seconds until{std::chrono::seconds{seconds}};
  if (until <= now) return std::nullopt;
  return MediaLock{std::string{session}, util::base64Decode(room).value_or(""), until};
}

std::optional<MediaLock> LockCookie::find(const Headers& headers, std::string_view session, std::string_view owner,
                                          Time now) const {
  const std::string name = std::string{kPrefix}.append(session);
  for (const std::string_view header : headers.all("Cookie")) {
    for (const std::string_view value : cookieValues(header, name)) {
      if (auto lock = read(session, value, owner, now)) return lock;
    }
  }
  return std::nullopt;
}

LockCookie::Present LockCookie::present(const Headers& headers, std::string_view owner, Time now) const {
  Present present;
  for (const std::string_view header : headers.all("Cookie")) {
    for (const Cookie& cookie : cookiesIn(header)) {
      if (!cookie.name.starts_with(kPrefix)) continue;
      const std::string_view session = cookie.name.substr(kPrefix.size());
      if (auto lock = read(session, cookie.value, owner, now)) {
        present.locks.push_back(std::move(*lock));
      } else if (util::isIdentifier(session) && present.useless.size() < kMaxCleared) {
        // Any other name is not ours, and has no place in a header.
        present.useless.emplace_back(session);
      }
    }
  }
  std::erase_if(present.useless, [&present](const std::string& session) {
    return std::ranges::find(present.locks, session, &MediaLock::session) != present.locks.end();
  });
  return present;
}

std::vector<std::string> LockCookie::crowdedOut(std::vector<MediaLock> locks, const MediaLock& added,
                                                std::string_view owner) const {
  std::ranges::stable_sort(locks, std::ranges::greater{}, &MediaLock::expires);
  std::vector<std::string> out;
  std::size_t bytes = pair(added, owner).size();
  for (MediaLock& lock : locks) {
    // With the "; " between two.
    bytes += 2 + pair(lock, owner).size();
    if (bytes > kMaxBytes) out.push_back(std::move(lock.session));
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace akbuzat::http
