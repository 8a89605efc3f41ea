#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace akbuzat::http {

/// The right to use one media session, as its cookie says it.
struct MediaLock {
  std::string session;
  /// The room whose session it is, still percent-encoded.
  std::string room;
  std::chrono::sys_seconds expires;

  friend bool operator==(const MediaLock&, const MediaLock&) = default;
};

/// Writes and reads the cookies that lock a media session to the person who has opened it (protocol C.4), one cookie a
/// session. A lock is signed together with its owner, and so is of no use to anybody else. Immutable; any thread.
class LockCookie {
 public:
  using Time = std::chrono::system_clock::time_point;

  /// A call that lasts longer gets a new lock with each request of the second half.
  static constexpr std::chrono::hours kLifetime{12};
  /// What a browser's locks may take of the header of every media call: with the session's cookie they stay below 4 kB,
  /// which servers in front of us accept. A lock has 130 to 500 bytes, so that is 7 to 25 living sessions.
  static constexpr std::size_t kMaxBytes = 3300;

  /// The locks among a request's cookies.
  struct Present {
    /// Genuine, not expired, and the owner's.
    std::vector<MediaLock> locks;
    /// Sessions of which there is only a cookie that opens nothing. Not more than a few, which bounds the answer that
    /// clears them; the rest is for the next time.
    std::vector<std::string> useless;
  };

  /// The key is made of the secret, for this purpose alone.
  explicit LockCookie(std::string_view sessionSecret);

  /// The value of a Set-Cookie header. `secure`: for HTTPS only.
  [[nodiscard]] std::string set(const MediaLock& lock, std::string_view owner, bool secure) const;
  /// The same, to take the lock of `session` away.
  [[nodiscard]] static std::string clear(std::string_view session, bool secure);

  /// The owner's lock of `session` among the request's cookies, if it is genuine and has not expired.
  [[nodiscard]] std::optional<MediaLock> find(const Headers& headers, std::string_view session, std::string_view owner,
                                              Time now) const;
  [[nodiscard]] Present present(const Headers& headers, std::string_view owner, Time now) const;
  /// Sessions whose locks have to go, the oldest first, so that all others and `added` fit into kMaxBytes.
  [[nodiscard]] std::vector<std::string> crowdedOut(std::vector<MediaLock> locks, const MediaLock& added,
                                                    std::string_view owner) const;

 private:
  [[nodiscard]] std::string sign(std::string_view session, std::string_view expires, std::string_view room,
                                 std::string_view owner) const;
  [[nodiscard]] std::optional<MediaLock> read(std::string_view session, std::string_view value, std::string_view owner,
                                              Time now) const;
  /// "name=value"
  [[nodiscard]] std::string pair(const MediaLock& lock, std::string_view owner) const;

  std::string key_;
};

}  // namespace akbuzat::http
