#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "akbuzat/rtp/packet.hpp"
#include "akbuzat/rtp/rtcp.hpp"
#include "support/allocation_count.hpp"
#include "support/sfu_meeting.hpp"

using namespace akbuzat;
using test::SfuMeeting;

namespace {

using Payload = std::vector<std::uint8_t>;

const test::SentTrack kVoice{"voice", false, {}, {0x1000}};
const test::SentTrack kScreen{"screen", true, {}, {0x2000}};

/// A VP8 payload with the smallest descriptor (RFC 7741 section 4.2): the first of a frame, a keyframe or not.
Payload vp8(bool first, bool keyframe, std::size_t size, std::uint8_t filling) {
  Payload payload(size, filling);
  payload[0] = first ? 0x10 : 0x00;
  payload[1] = first && keyframe ? 0 : 1;
  return payload;
}

/// Has the SFU believe that the client's line takes 50 Mbit/s (REMB), as it would find out by and by.
void openLine(SfuMeeting::Client& client) {
  std::array<std::uint8_t, 64> packet{};
  const std::size_t size = rtp::writeRemb(packet, 0, 1, 50'000'000, {});
  client.socket.peer.sendRtcp(util::Bytes{packet}.first(size));
}

/// Collects what a client gets, by SSRC.
std::map<std::uint32_t, std::vector<Payload>>& collect(SfuMeeting::Client& client,
                                                       std::map<std::uint32_t, std::vector<Payload>>& into) {
  client.socket.peer.onRtp = [&into](util::Bytes packet) {
    const auto view = rtp::PacketView::parse(packet);
    REQUIRE(view);
    into[view->ssrc()].emplace_back(view->payload().begin(), view->payload().end());
  };
  return into;
}

}  // namespace

TEST_CASE("Voice and picture arrive byte for byte over a real network", "[media]") {
  SfuMeeting meeting;
  auto& publisher = meeting.add("room");
  auto& viewer = meeting.add("room");
  std::map<std::uint32_t, std::vector<Payload>> received;
  collect(viewer, received);
  meeting.push(publisher, {kVoice, kScreen});
  const auto mids = meeting.pull(viewer, {{&publisher, "voice"}, {&publisher, "screen"}});
  REQUIRE(meeting.runUntil([&] { return publisher.socket.peer.connected() && viewer.socket.peer.connected(); }));
  const std::uint32_t voice = viewer.socket.description.section(mids[0]).ssrcs.front();
  const std::uint32_t screen = viewer.socket.description.section(mids[1]).ssrcs.front();

  // Whatever comes before the SFU has made its choice is for nobody; so keyframes until the first one is through. These
  // are filled with zeros, by which those that arrive late are told from what counts.
  std::uint16_t number = 0;
  REQUIRE(meeting.runUntil([&] {
    meeting.send(publisher, 1, 0, number, number * 3000U, true, vp8(true, true, 100, 0));
    meeting.send(publisher, 0, 0, number, number * 960U, false, Payload(50, 0));
    ++number;
    return !received[screen].empty() && !received[voice].empty();
  }));
  const auto counted = [&received](std::uint32_t ssrc) {
    std::vector<Payload> payloads = received[ssrc];
    std::erase_if(payloads, [](const Payload& payload) { return payload.back() == 0; });
    return payloads;
  };
  std::vector<Payload> voices;
  std::vector<Payload> pictures;
  for (std::uint8_t i = 1; i <= 100; ++i, ++number) {
    voices.push_back(Payload(40U + i, i));
    pictures.push_back(vp8(true, false, 200U + i, i));
    meeting.send(publisher, 0, 0, number, number * 960U, false, voices.back());
    meeting.send(publisher, 1, 0, number, number * 3000U, true, pictures.back());
    REQUIRE(meeting.runUntil(
        [&] { return counted(voice).size() == voices.size() && counted(screen).size() == pictures.size(); }));
  }
  CHECK(counted(voice) == voices);
  CHECK(counted(screen) == pictures);
}

TEST_CASE("Sessions of one scope cannot pull from another", "[media]") {
  SfuMeeting meeting;
  auto& publisher = meeting.add("room");
  auto& stranger = meeting.add("elsewhere");
  meeting.push(publisher, {kVoice});
  CHECK_THROWS_WITH(meeting.pull(stranger, {{&publisher, "voice"}}), Catch::Contains("publishes this track"));
}

TEST_CASE("Nothing is left of ten thousand sessions", "[media]") {
  SfuMeeting meeting;
  auto& publisher = meeting.add("room");
  meeting.push(publisher, {kVoice, kScreen});
  const std::string answer = meeting.onShard([&](sfu::ShardSfu& shard) {
    for (int i = 0; i < 10'000; ++i) {
      const sfu::SessionId id = shard.open("room", {}, sfu::PeerKind::client);
      sfu::PeerSession* session = shard.find("room", id);
      REQUIRE(session != nullptr);
      REQUIRE(session->pull(publisher.session, "voice", {}));
      REQUIRE(session->pull(publisher.session, "screen", {}));
      shard.end(id);
    }
    return std::string{};
  });
  const sfu::SfuCounters counters = meeting.onShard([](sfu::ShardSfu& shard) { return shard.counters(); });
  CHECK(counters.sessions == 1);
  CHECK(counters.pulled == 0);
  CHECK(counters.published == 2);
}

TEST_CASE("In steady state no packet costs an allocation", "[media]") {
  SfuMeeting meeting;
  auto& publisher = meeting.add("room");
  meeting.push(publisher, {kVoice, kScreen});
  std::vector<SfuMeeting::Client*> viewers;
  for (int i = 0; i < 10; ++i) {
    viewers.push_back(&meeting.add("room"));
    meeting.pull(*viewers.back(), {{&publisher, "voice"}, {&publisher, "screen"}});
  }
  REQUIRE(meeting.runUntil([&] {
    return publisher.socket.peer.connected() &&
           std::ranges::all_of(viewers, [](const auto* viewer) { return viewer->socket.peer.connected(); });
  }));
  for (auto* viewer : viewers) openLine(*viewer);

  std::uint16_t number = 0;
  const auto play = [&](std::size_t frames) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < frames; ++i, ++number) {
      meeting.send(publisher, 1, 0, number, number * 3000U, true, vp8(true, number % 50 == 0, 900, 1));
      meeting.send(publisher, 0, 0, number, number * 960U, false, Payload(80, 2));
      const auto next = start + i * std::chrono::milliseconds{3};
      meeting.runUntil([&] { return std::chrono::steady_clock::now() >= next; });
    }
  };
  const auto sample = [&] {
    return meeting.onShard([](sfu::ShardSfu& shard) {
      return std::pair{test::allocationsOfThread(), shard.counters().packetsOut};
    });
  };
  // Until the caches hold what they ever will.
  play(1000);
  const auto before = sample();
  play(1000);
  const auto after = sample();
  CHECK(after.second - before.second > 15'000);
  // Feedback and keyframe requests are not packets of media, and Asio's timers may allocate now and then.
  CHECK(static_cast<double>(after.first - before.first) < 0.01 * static_cast<double>(after.second - before.second));
}

TEST_CASE("Whatever strangers send is dropped, and answered with no more than they sent", "[media]") {
  SfuMeeting meeting;
  auto& publisher = meeting.add("room");
  auto& viewer = meeting.add("room");
  std::map<std::uint32_t, std::vector<Payload>> received;
  collect(viewer, received);
  meeting.push(publisher, {kVoice});
  meeting.pull(viewer, {{&publisher, "voice"}});
  REQUIRE(meeting.runUntil([&] { return publisher.socket.peer.connected() && viewer.socket.peer.connected(); }));

  auto& stranger = meeting.add("room");
  std::mt19937 random{5};
  for (int i = 0; i < 20'000; ++i) {
    Payload datagram(random() % 300);
    for (auto& byte : datagram) byte = static_cast<std::uint8_t>(random());
    // Of every kind: STUN, DTLS, RTP, and what is none (RFC 7983).
    static constexpr std::array<std::uint8_t, 5> kFirst{0, 22, 0x80, 0x90, 200};
    if (!datagram.empty()) datagram[0] = kFirst[static_cast<std::size_t>(i) % kFirst.size()];
    ::send(stranger.socket.fd(), datagram.data(), datagram.size(), 0);
  }
  std::uint16_t number = 0;
  CHECK(meeting.runUntil([&] {
    meeting.send(publisher, 0, 0, number, number * 960U, false, Payload(50, 0));
    ++number;
    return !received.empty() && received.begin()->second.size() > 10;
  }));
  CHECK(stranger.socket.discard() == 0);
  CHECK(meeting.onShard([](sfu::ShardSfu& shard) { return shard.counters().ignored; }) > 0);
}
