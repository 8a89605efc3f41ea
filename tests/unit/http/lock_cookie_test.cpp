#include "http/lock_cookie.hpp"

#include <string>

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

TEST_CASE("locks do not accumulate: the newest stay, the useless go") {
  std::string cookies = "__session=x";
  for (int i = 0; i < 10; ++i)
    cookies += "; " + pairOf(lockOf("s" + std::to_string(i), kNow + hours{1} + seconds{(i * 7) % 10}));
  // By their time: s0, s3, s6, s9, s2, s5, s8, s1, s4, s7.
  CHECK(kLocks.superfluous(headers(cookies), kOwner, kNow) == std::vector<std::string>{"s6", "s3", "s0"});
  cookies += "; " + pairOf(lockOf("expired", kNow)) + "; partytracks-session-forged=1.2.3; partytracks-session-=1; " +
             "partytracks-session-no%0D%0Aname=1; partytracks-sessions=1";
  CHECK(kLocks.superfluous(headers(cookies), kOwner, kNow) ==
        std::vector<std::string>{"expired", "forged", "s6", "s3", "s0"});
  CHECK(kLocks.superfluous(headers(cookies), "session:another", kNow).size() == 12);
  CHECK(kLocks.superfluous(headers(""), kOwner, kNow).empty());

  std::string flood = "a=1";
  for (int i = 0; i < 1000; ++i) flood += "; partytracks-session-x" + std::to_string(i) + "=1";
  CHECK(kLocks.superfluous(headers(flood), kOwner, kNow).size() == 64);
}

}  // namespace
}  // namespace akbuzat::http
