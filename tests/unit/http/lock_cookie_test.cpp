#include "http/lock_cookie.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "http/session_cookie.hpp"

namespace akbuzat::http {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const LockCookie kLocks{"a secret of the tests"};
const std::string kOwner = "session:abcdefghijklmnopqrstuv";
constexpr std::chrono::sys_seconds kNow{seconds{1'800'000'000}};

MediaLock lockOf(const std::string& session, std::chrono::sys_seconds expires = kNow + LockCookie::kLifetime) {
  return {session, "room", expires};
}
/// "name=value", as the browser sends it back.
std::string pair(const std::string& setCookie) { return setCookie.substr(0, setCookie.find(';')); }
std::string pairOf(const MediaLock& of) { return pair(kLocks.set(of, kOwner, false)); }

Headers headers(const std::string& cookies) {
  Headers made;
  made.add("Cookie", cookies);
  return made;
}

std::optional<MediaLock> findLock(const std::string& cookies, const std::string& session = "s1") {
  return kLocks.find(headers(cookies), session, kOwner, kNow);
}

TEST_CASE("a lock is found again by its owner, whatever the room is called") {
  for (const std::string& room :
       {std::string{"room"}, std::string{"%D0%B9"}, std::string{"a.b;c=\"d\",e\\"}, std::string(256, '.')}) {
    const MediaLock made{"s1", room, kNow + LockCookie::kLifetime};
    const std::string cookie = pair(kLocks.set(made, kOwner, false));
    CHECK(findLock(cookie) == made);
    CHECK(findLock("other=1; " + cookie + "; more=\"x\"") == made);
    CHECK(cookie.size() < 500);
  }
}

TEST_CASE("the cookie goes to the media calls alone, and over HTTPS only where HTTPS is spoken") {
  CHECK(kLocks.set(lockOf("s1"), kOwner, false).starts_with("partytracks-session-s1="));
  CHECK(kLocks.set(lockOf("s1"), kOwner, false)
            .ends_with("; HttpOnly; SameSite=Strict; Path=/partytracks; Max-Age=43200"));
  CHECK(kLocks.set(lockOf("s1"), kOwner, true).ends_with("; Max-Age=43200; Secure"));
  CHECK(LockCookie::clear("s1", false) ==
        "partytracks-session-s1=; HttpOnly; SameSite=Strict; Path=/partytracks; Max-Age=0");
  CHECK(LockCookie::clear("s1", true).ends_with("; Max-Age=0; Secure"));
}

TEST_CASE("a lock opens its own session, for its owner, in its time, and nothing else") {
  const std::string cookie = pairOf(lockOf("s1"));
  CHECK(findLock(cookie));
  CHECK_FALSE(findLock(cookie, "s2"));
  CHECK_FALSE(findLock("", "s1"));
  // The same value under the name of another session.
  CHECK_FALSE(findLock("partytracks-session-s2" + cookie.substr(cookie.find('=')), "s2"));
  for (const char* owner : {"", "session:another", "session:abcdefghijklmnopqrstuvw"})
    CHECK_FALSE(kLocks.find(headers(cookie), "s1", owner, kNow));
  CHECK(kLocks.find(headers(cookie), "s1", kOwner, kNow + LockCookie::kLifetime - seconds{1}));
  CHECK_FALSE(kLocks.find(headers(cookie), "s1", kOwner, kNow + LockCookie::kLifetime));
  CHECK_FALSE(LockCookie{"another secret"}.find(headers(cookie), "s1", kOwner, kNow));
}

TEST_CASE("whoever changes a lock has none") {
  const std::string cookie = pairOf(lockOf("s1"));
  for (std::size_t i = cookie.find('=') + 1; i < cookie.size(); ++i) {
    std::string changed = cookie;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(findLock(changed));
  }
  for (const char* value : {"", ".", "..", "...", "1.2", "9999999999..", "a.b.c", "%", "\"\""})
    CHECK_FALSE(findLock("partytracks-session-s1=" + std::string{value}));
}

TEST_CASE("what the session cookie signs is no lock, nor the other way round") {
  const std::string secret = "a secret of the tests";
  const std::string session = SessionCookie{secret}.write({"Kevin", "u"});
  CHECK_FALSE(findLock("partytracks-session-s1=" + session));
  const std::string cookie = pairOf(lockOf("s1"));
  CHECK_FALSE(SessionCookie{secret}.read(cookie.substr(cookie.find('=') + 1)));
}

TEST_CASE("of many cookies of one name the genuine one counts") {
  CHECK(findLock("partytracks-session-s1=old; " + pairOf(lockOf("s1"))));
  CHECK(findLock(pairOf(lockOf("s1", kNow)) + "; " + pairOf(lockOf("s1"))));
}

TEST_CASE("the locks of a request are told from what opens nothing") {
  std::string cookies = "__session=x; " + pairOf(lockOf("s1")) + "; " + pairOf(lockOf("s2", kNow + hours{1})) + "; " +
                        pairOf(lockOf("expired", kNow)) +
                        "; partytracks-session-forged=1.2.3; partytracks-session-=1; " +
                        "partytracks-session-no%0D%0Aname=1; partytracks-sessions=1";
  const auto present = kLocks.present(headers(cookies), kOwner, kNow);
  CHECK(present.locks == std::vector<MediaLock>{lockOf("s1"), lockOf("s2", kNow + hours{1})});
  CHECK(present.useless == std::vector<std::string>{"expired", "forged"});
  CHECK(kLocks.present(headers(cookies), "session:another", kNow).useless.size() == 4);
  CHECK(kLocks.present(headers(""), kOwner, kNow).useless.empty());
  // A second cookie of the same name, of another path, must not take the good one along.
  CHECK(kLocks.present(headers("partytracks-session-s1=old; " + pairOf(lockOf("s1"))), kOwner, kNow).useless.empty());

  std::string flood = "a=1";
  for (int i = 0; i < 1000; ++i) flood += "; partytracks-session-x" + std::to_string(i) + "=1";
  CHECK(kLocks.present(headers(flood), kOwner, kNow).useless.size() == 64);
}

TEST_CASE("locks leave a header only when it is full, the oldest first") {
  const auto header = [](const std::vector<MediaLock>& locks) {
    std::string text;
    for (const MediaLock& lock : locks) text += (text.empty() ? "" : "; ") + pairOf(lock);
    return text;
  };
  // Sessions as Cloudflare's, in a room with a name of 20 Cyrillic letters.
  const auto lockNumber = [](int i) {
    MediaLock lock = lockOf(std::string(62, 's') + std::to_string(10 + i), kNow + hours{1} + seconds{(i * 7) % 12});
    for (int j = 0; j < 20; ++j) lock.room += "%D0%B9";
    return lock;
  };
  std::vector<MediaLock> locks;
  for (int i = 0; i < 5; ++i) locks.push_back(lockNumber(i));
  CHECK(kLocks.crowdedOut({}, lockNumber(9), kOwner).empty());
  CHECK(kLocks.crowdedOut(locks, lockNumber(9), kOwner).empty());
  for (int i = 5; i < 12; ++i) locks.push_back(lockNumber(i));
  const MediaLock added = lockNumber(50);
  const std::vector<std::string> out = kLocks.crowdedOut(locks, added, kOwner);
  // By their time: 0, 7, 2, 9, 4 and so on.
  REQUIRE(out.size() >= 2);
  CHECK(out[0].ends_with("10"));
  CHECK(out[1].ends_with("17"));
  std::erase_if(locks, [&out](const MediaLock& lock) { return std::ranges::count(out, lock.session) != 0; });
  locks.push_back(added);
  CHECK(header(locks).size() <= LockCookie::kMaxBytes);
  // None more than necessary.
  locks.push_back(lockNumber(51));
  CHECK(header(locks).size() > LockCookie::kMaxBytes);
}

TEST_CASE("of short names there is room for two dozen locks") {
  std::vector<MediaLock> locks;
  for (int i = 0; i < 23; ++i) locks.push_back(lockOf("0123456789abcdefghijk" + std::to_string(i)));
  CHECK(kLocks.crowdedOut(locks, lockOf("0123456789abcdefghijkl"), kOwner).empty());
}

}  // namespace
}  // namespace akbuzat::http
