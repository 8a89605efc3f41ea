#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "room/media_path.hpp"

using namespace akbuzat;
using namespace std::chrono_literals;
using config::MediaPathRule;
using room::MediaPath;
using Path = room::MediaPath::Path;

namespace {

MediaPath::Participant can(const char* id) { return {id, true}; }
MediaPath::Participant cannot(const char* id) { return {id, false}; }

struct Call {
  explicit Call(MediaPathRule rule = MediaPathRule::automatic) : media(rule) {}

  Path with(const std::vector<MediaPath::Participant>& joined) {
    const Path before = media.path();
    const bool changed = media.update(joined, sfuNeeded, now);
    CHECK(changed == (media.path() != before));
    return media.path();
  }
  Path after(std::chrono::milliseconds time, const std::vector<MediaPath::Participant>& joined) {
    now += time;
    return with(joined);
  }

  MediaPath media;
  MediaPath::TimePoint now{1h};
  bool sfuNeeded = false;
};

constexpr auto kNever = MediaPath::TimePoint::max();

}  // namespace

TEST_CASE("nobody, one and two who can do it are on the direct path") {
  Call call;
  CHECK(call.media.path() == Path::p2p);
  CHECK(call.with({}) == Path::p2p);
  CHECK(call.with({can("a")}) == Path::p2p);
  CHECK(call.with({can("a"), can("b")}) == Path::p2p);
  CHECK(call.media.deadline() == kNever);
}

TEST_CASE("the third takes all to the SFU at once, and the leaving of one takes them back when it has settled") {
  Call call;
  call.with({can("a"), can("b")});
  CHECK(call.with({can("a"), can("b"), can("c")}) == Path::sfu);
  CHECK(call.media.deadline() == kNever);

  CHECK(call.after(10s, {can("a"), can("b")}) == Path::sfu);
  REQUIRE(call.media.deadline() == call.now + 5s);
  CHECK(call.after(4'999ms, {can("a"), can("b")}) == Path::sfu);
  CHECK(call.media.deadline() == call.now + 1ms);
  CHECK(call.after(1ms, {can("a"), can("b")}) == Path::p2p);
  CHECK(call.media.deadline() == kNever);
}

TEST_CASE("a page of three that is loaded again moves nobody, and the wait begins anew") {
  Call call;
  call.with({can("a"), can("b"), can("c")});
  call.after(1s, {can("a"), can("b")});
  CHECK(call.after(4s, {can("a"), can("b"), can("c")}) == Path::sfu);
  CHECK(call.media.deadline() == kNever);
  CHECK(call.after(4s, {can("a"), can("b")}) == Path::sfu);
  CHECK(call.after(4s, {can("a"), can("b")}) == Path::sfu);
  CHECK(call.after(1s, {can("a"), can("b")}) == Path::p2p);
}

TEST_CASE("who comes late to the deadline decides first") {
  Call call;
  call.with({can("a"), can("b"), can("c")});
  call.with({can("a"), can("b")});
  CHECK(call.after(1h, {can("a"), can("b"), can("d")}) == Path::sfu);
  CHECK(call.media.deadline() == kNever);
}

TEST_CASE("with fewer than two nothing flows, so nothing is waited for") {
  Call call;
  call.with({can("a"), can("b"), can("c")});
  call.with({can("a"), can("b")});
  CHECK(call.with({can("a")}) == Path::p2p);
  CHECK(call.media.deadline() == kNever);
  call.with({can("a"), can("b"), can("c")});
  CHECK(call.with({}) == Path::p2p);
}

TEST_CASE("an old client keeps a call on the SFU, alone or not") {
  Call call;
  CHECK(call.with({cannot("old")}) == Path::sfu);
  CHECK(call.with({can("a"), cannot("old")}) == Path::sfu);
  CHECK(call.after(1min, {can("a"), cannot("old")}) == Path::sfu);
  CHECK(call.media.deadline() == kNever);
  CHECK(call.with({can("a")}) == Path::p2p);
  CHECK(call.with({can("a"), cannot("old")}) == Path::sfu);
  // One that learns it while in the call.
  CHECK(call.with({can("a"), can("old")}) == Path::sfu);
  CHECK(call.after(5s, {can("a"), can("old")}) == Path::p2p);
}

TEST_CASE("a pair that cannot connect is on the SFU for as long as the meeting lasts") {
  Call call;
  call.with({can("a"), can("b")});
  call.media.reportFailure("b", "a");
  CHECK(call.with({can("a"), can("b")}) == Path::sfu);
  CHECK(call.after(1min, {can("a"), can("b")}) == Path::sfu);
  CHECK(call.media.deadline() == kNever);

  SECTION("both ways are one failure, and leaving does not heal it") {
    call.media.reportFailure("a", "b");
    CHECK(call.with({can("a")}) == Path::p2p);
    CHECK(call.with({}) == Path::p2p);
    CHECK(call.with({can("b"), can("a")}) == Path::sfu);
  }
  SECTION("another pair is not concerned") {
    CHECK(call.with({can("a"), can("c")}) == Path::sfu);
    CHECK(call.after(5s, {can("a"), can("c")}) == Path::p2p);
    CHECK(call.with({can("b"), can("c")}) == Path::p2p);
    CHECK(call.with({can("a"), can("b")}) == Path::sfu);
  }
  SECTION("the next meeting tries again") {
    call.media.meetingEnded();
    CHECK(call.with({can("a"), can("b")}) == Path::sfu);
    CHECK(call.after(5s, {can("a"), can("b")}) == Path::p2p);
  }
  SECTION("two pages of one person are a pair as well") {
    CHECK(call.with({can("a")}) == Path::p2p);
    CHECK(call.with({can("a"), can("a")}) == Path::p2p);
    call.media.reportFailure("a", "a");
    CHECK(call.with({can("a"), can("a")}) == Path::sfu);
  }
  SECTION("of very many pairs the newest are remembered") {
    for (int i = 0; i < 255; ++i) call.media.reportFailure("x", std::to_string(i));
    CHECK(call.with({can("a"), can("b")}) == Path::sfu);
    // Again: it is the newest now.
    call.media.reportFailure("a", "b");
    call.media.reportFailure("x", "255");
    CHECK(call.with({can("a"), can("b")}) == Path::sfu);
    for (int i = 256; i < 511; ++i) call.media.reportFailure("x", std::to_string(i));
    CHECK(call.with({can("a")}) == Path::p2p);
    CHECK(call.with({can("a"), can("b")}) == Path::p2p);
  }
}

TEST_CASE("what the host has fixed stays") {
  const auto rule = GENERATE(MediaPathRule::p2p, MediaPathRule::sfu);
  const Path fixed = rule == MediaPathRule::p2p ? Path::p2p : Path::sfu;
  Call call{rule};
  CHECK(call.media.path() == fixed);
  CHECK(call.with({}) == fixed);
  CHECK(call.with({can("a"), can("b")}) == fixed);
  call.media.reportFailure("a", "b");
  CHECK(call.with({can("a"), can("b")}) == fixed);
  CHECK(call.with({can("a"), cannot("old"), can("c"), can("d")}) == fixed);
  CHECK(call.after(1min, {can("a"), can("b")}) == fixed);
  CHECK(call.media.deadline() == kNever);
}
