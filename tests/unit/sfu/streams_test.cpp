// Which streams are known, whose answers are lost, and what flows when.

#include <catch2/catch.hpp>

#include "unit/sfu/sent_media.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using namespace std::chrono_literals;

namespace {

/// How many packets of the voice the listener gets within a second in which it is sent fifty times.
std::size_t heardOf(VirtualCall& call, VirtualClient& speaker, VirtualClient& listener, std::uint32_t ssrc,
                    std::uint16_t firstSequence) {
  const std::size_t before = listener.received(ssrc).size();
  std::uint16_t sequence = firstSequence;
  call.run(1s, [&] {
    if (call.now().time_since_epoch() % 20ms != 0ms) return;
    speaker.send(0, 0, sequence, sequence * 960U, false, Payload(40, 7));
    ++sequence;
  });
  return listener.received(ssrc).size() - before;
}

}  // namespace

TEST_CASE("A pull whose answer got lost flows from the client's next offer on", "[sfu]") {
  VirtualCall call;
  VirtualClient& speaker = call.add();
  speaker.push({kVoice});
  VirtualClient& listener = call.add();
  const std::string mid = listener.pullAnswerLost(speaker, "voice");
  REQUIRE(call.runUntil([&] { return speaker.connected() && listener.connected(); }));
  CHECK(heardOf(call, speaker, listener, listener.section(mid).ssrcs.front(), 100) > 40);
}

TEST_CASE("A pull that the client has not been told of does not flow with another one's answer", "[sfu]") {
  VirtualCall call;
  VirtualClient& speaker = call.add();
  speaker.push({kVoice, kScreen});
  VirtualClient& listener = call.add();
  const auto voice = listener.session().pull(speaker.id(), "voice", {});
  const std::string offer = listener.session().offer();
  const auto screen = listener.session().pull(speaker.id(), "screen", {});
  REQUIRE(screen);
  REQUIRE_FALSE(listener.session().applyAnswer(listener.description().answer(listener.parameters(), offer)));
  listener.start();
  REQUIRE(call.runUntil([&] { return speaker.connected() && listener.connected(); }));
  CHECK(heardOf(call, speaker, listener, listener.section(*voice).ssrcs.front(), 100) > 40);
  Camera camera{speaker, 1, 0, 1, 50, 1000};
  const std::uint64_t before = listener.bytesReceived;
  call.run(1s, [&] { camera.play(call.now(), keyframeRequests(speaker, 0x2000)); });
  CHECK(listener.bytesReceived - before < 5000);
  CHECK(keyframeRequests(speaker, 0x2000) == 0);
}

TEST_CASE("A push that the SFU has offered is published by the client's own offer, too", "[sfu]") {
  VirtualCall call;
  VirtualClient& speaker = call.add();
  const auto mid = speaker.session().invite(sdp::MediaKind::audio, "voice", false);
  REQUIRE(mid);
  REQUIRE(speaker.session().applyOffer(
      speaker.description().offerAfter(speaker.parameters(), speaker.session().offer()), {}));
  CHECK(speaker.session().midOf("voice") == *mid);
  const auto tracks = speaker.session().tracks();
  REQUIRE(tracks.size() == 1);
  CHECK(tracks[0].name == "voice");
  CHECK(tracks[0].publisher.empty());
}

TEST_CASE("A stream is known by its SSRC however long it was silent", "[sfu]") {
  VirtualCall call;
  VirtualClient& speaker = call.add();
  // Chromium's way: the description has no SSRCs, the first packets say which layer they are.
  speaker.push({kCamera});
  VirtualClient& viewer = call.add();
  const std::string mid = viewer.pull(speaker, "camera", {.rid = "b"});
  REQUIRE(call.runUntil([&] { return speaker.connected() && viewer.connected(); }));
  const std::uint32_t ssrc = viewer.section(mid).ssrcs.front();
  Camera camera{speaker, 0, 1, 1, 100, 1000};
  const auto play = [&] {
    const std::size_t before = viewer.received(ssrc).size();
    call.run(2s,
             [&] { camera.play(call.now(), keyframeRequests(speaker, 0x3001) + keyframeRequests(speaker, 0x4444)); });
    return viewer.received(ssrc).size() - before;
  };
  CHECK(play() > 30);
  speaker.nameStreams(false);
  SECTION("and nothing else happened") {}
  SECTION("and another one has taken its place meanwhile") {
    call.run(10s);
    speaker.nameStreams(true);
    speaker.useSsrc(0, 1, 0x4444);
    CHECK(play() > 30);
    speaker.nameStreams(false);
    speaker.useSsrc(0, 1, 0x3001);
  }
  SECTION("and there was another negotiation") {
    call.run(10s);
    speaker.useSsrc(0, 1, 0x4444);
    speaker.nameStreams(true);
    CHECK(play() > 30);
    VirtualClient& other = call.add();
    other.push({kVoice});
    speaker.pull(other, "voice");
    speaker.nameStreams(false);
    speaker.useSsrc(0, 1, 0x3001);
  }
  call.run(5min);
  CHECK(play() > 30);
}

TEST_CASE("A client that makes up streams without end is still understood", "[sfu]") {
  VirtualCall call;
  VirtualClient& speaker = call.add();
  speaker.push({kCamera, kVoice});
  VirtualClient& viewer = call.add();
  const std::string mid = viewer.pull(speaker, "camera", {.rid = "b"});
  REQUIRE(call.runUntil([&] { return speaker.connected() && viewer.connected(); }));
  const std::uint32_t ssrc = viewer.section(mid).ssrcs.front();
  for (std::uint32_t i = 0; i < 1100; ++i) {
    speaker.useSsrc(0, 1, 0x10000 + i);
    speaker.send(0, 1, 1, 1, true, vp8(true, true, 1, 1, 1));
    call.run(505ms);
  }
  speaker.useSsrc(0, 1, 0x3001);
  const std::size_t before = viewer.received(ssrc).size();
  call.run(1s);
  Camera camera{speaker, 0, 1, 1, 100, 1000};
  call.run(2s, [&] { camera.play(call.now(), keyframeRequests(speaker, 0x3001)); });
  CHECK(viewer.received(ssrc).size() > before + 30);
}

TEST_CASE("A peer that names neither streams nor sections is understood by the payload type", "[sfu]") {
  VirtualCall call;
  VirtualClient& server = call.add();
  const auto mid = server.session().invite(sdp::MediaKind::audio, "answer", true);
  REQUIRE(mid);
  const std::string offer = server.session().offer();
  REQUIRE_FALSE(server.session().applyAnswer(server.description().answer(server.parameters(), offer)));
  server.start();
  VirtualClient& listener = call.add();
  const std::string pulled = listener.pull(server, "answer");
  REQUIRE(call.runUntil([&] { return server.connected() && listener.connected(); }));
  for (std::uint16_t i = 0; i < 10; ++i) {
    std::array<std::uint8_t, 60> packet{};
    rtp::HeaderWriter writer{packet, {111, false, i, i * 960U, 0x7777}};
    const std::size_t at = writer.finish();
    server.sendRtp(util::Bytes{packet}.first(at + 40));
    call.run(20ms);
  }
  call.run(100ms);
  CHECK(listener.received(listener.section(pulled).ssrcs.front()).size() == 10);
}
