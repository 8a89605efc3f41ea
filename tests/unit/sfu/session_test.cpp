#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "unit/sfu/sent_media.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using namespace std::chrono_literals;

TEST_CASE("A voice arrives byte for byte, in order, with its level and without gaps in its numbers", "[sfu]") {
  VirtualCall call;
  VirtualClient& speaker = call.add();
  VirtualClient& listener = call.add();
  speaker.push({kVoice});
  const std::string mid = listener.pull(speaker, "voice");
  REQUIRE(call.runUntil([&] { return speaker.connected() && listener.connected(); }));

  std::uint16_t sequence = 65530;
  std::uint32_t timestamp = 0xfffff000;
  std::vector<Payload> sent;
  for (int i = 0; i < 50; ++i) {
    sent.push_back(Payload(80, static_cast<std::uint8_t>(i)));
    speaker.send(0, 0, sequence++, timestamp += 960, false, sent.back());
    call.run(20ms);
  }
  call.run(100ms);
  const auto& received = listener.received(listener.section(mid).ssrcs.front());
  REQUIRE(received.size() == sent.size());
  const auto first = *rtp::PacketView::parse(received.front().bytes);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    const auto view = *rtp::PacketView::parse(received[i].bytes);
    CHECK(std::ranges::equal(view.payload(), sent[i]));
    CHECK(view.sequenceNumber() == static_cast<std::uint16_t>(first.sequenceNumber() + i));
    CHECK(view.timestamp() == static_cast<std::uint32_t>(first.timestamp() + i * 960));
    CHECK(view.payloadType() == listener.section(mid).codecs.front().payloadType);
  }
}

TEST_CASE("A picture begins with a keyframe that the SFU has asked for, and comes whole", "[sfu]") {
  VirtualCall call;
  VirtualClient& publisher = call.add();
  publisher.push({kScreen});
  REQUIRE(call.runUntil([&] { return publisher.connected(); }));
  Camera camera{publisher, 0, 0, 3, 100, 5000};
  call.run(1s, [&] { camera.play(call.now(), keyframeRequests(publisher, 0x2000)); });
  const std::uint32_t before = camera.sent();

  VirtualClient& viewer = call.add();
  const std::string mid = viewer.pull(publisher, "screen");
  call.run(2s, [&] { camera.play(call.now(), keyframeRequests(publisher, 0x2000)); });
  CHECK(keyframeRequests(publisher, 0x2000) >= 1);
  CHECK(keyframeRequests(publisher, 0x2000) <= 3);
  const auto& received = viewer.received(viewer.section(mid).ssrcs.front());
  REQUIRE_FALSE(received.empty());
  const auto first = *rtp::PacketView::parse(received.front().bytes);
  CHECK(rtp::parseVp8(first.payload())->keyframeStart);
  const auto numbers = contents(received);
  CHECK(numbers.front() >= before);
  for (std::size_t i = 1; i < numbers.size(); ++i) CHECK(numbers[i] == numbers[i - 1] + 1);
  CHECK(numbers.size() > 100);
}

TEST_CASE("What is lost, doubled and late on the way arrives all the same", "[sfu]") {
  VirtualCall call{7};
  const Link bad{.loss = 0.03, .duplication = 0.02, .delay = 20ms, .jitter = 15ms};
  VirtualClient& publisher = call.add(bad);
  publisher.push({kScreen});
  REQUIRE(call.runUntil([&] { return publisher.connected(); }));
  VirtualClient& viewer = call.add(bad);
  const std::string mid = viewer.pull(publisher, "screen");
  REQUIRE(call.runUntil([&] { return viewer.connected(); }));

  // The publisher answers NACKs as a browser does, here without RTX; the viewer asks for what it misses.
  Camera camera{publisher, 0, 0, 3, 65000, 0};
  std::map<std::uint16_t, Payload> kept;
  rtp::NackGenerator missing;
  const std::uint32_t ssrc = viewer.section(mid).ssrcs[0];
  const std::uint32_t rtx = viewer.section(mid).ssrcs[1];
  std::size_t read = 0;
  std::size_t readRtx = 0;
  util::TimePoint nextFeedback{};
  call.run(6s, [&] {
    camera.play(call.now(), keyframeRequests(publisher, 0x2000));
    for (; read < viewer.received(ssrc).size(); ++read) {
      missing.onPacket(rtp::PacketView::parse(viewer.received(ssrc)[read].bytes)->sequenceNumber(), call.now());
    }
    for (; readRtx < viewer.received(rtx).size(); ++readRtx) {
      const auto view = *rtp::PacketView::parse(viewer.received(rtx)[readRtx].bytes);
      if (view.payload().size() > 2) missing.onPacket(util::readU16(view.payload(), 0), call.now());
    }
    if (call.now() >= nextFeedback) {
      nextFeedback = call.now() + 50ms;
      viewer.reportFeedback();
    }
    const auto lost = missing.due(80ms, call.now());
    if (lost.empty()) return;
    std::array<std::uint8_t, 400> packet{};
    const std::size_t size = rtp::writeNack(packet, 0, 1, ssrc, lost);
    viewer.sendRtcp(util::Bytes{packet}.first(size));
  });
  std::set<std::uint32_t> all;
  for (const std::uint32_t number : contents(viewer.received(ssrc))) all.insert(number);
  const std::size_t direct = all.size();
  for (const std::uint32_t number : contents(viewer.received(rtx), 2)) all.insert(number);
  CHECK(all.size() > direct);
  // All that reached the SFU from its first keyframe on: 3 % are lost on the way to it, as nobody resends here.
  CHECK(static_cast<double>(all.size()) > 0.95 * static_cast<double>(camera.sent() - *all.begin()));
}

TEST_CASE("A viewer on a thin line gets the small layer, and the large one once the line is wide", "[sfu]") {
  VirtualCall call{3};
  VirtualClient& publisher = call.add();
  publisher.push({kCamera});
  REQUIRE(call.runUntil([&] { return publisher.connected(); }));
  // 30 frames a second of 900-byte packets: a has about 1.3 Mbit/s, b about 220 kbit/s.
  Camera large{publisher, 0, 0, 6, 10, 10};
  Camera small{publisher, 0, 1, 1, 30000, 99999};
  VirtualClient& viewer = call.add({.delay = 20ms, .bitsPerSecond = 500'000});
  const std::string mid = viewer.pull(publisher, "camera");
  util::TimePoint nextFeedback{};
  const auto each = [&] {
    large.play(call.now(), keyframeRequests(publisher, 0x3000));
    small.play(call.now(), keyframeRequests(publisher, 0x3001));
    if (call.now() < nextFeedback) return;
    nextFeedback = call.now() + 50ms;
    viewer.reportFeedback();
  };
  const std::uint32_t ssrc = viewer.section(mid).ssrcs.front();
  const auto layersOfLast = [&](std::size_t count) {
    std::set<std::uint32_t> layers;
    const auto numbers = contents(viewer.received(ssrc));
    for (std::size_t i = numbers.size() - std::min(count, numbers.size()); i < numbers.size(); ++i) {
      layers.insert(numbers[i] >> 24U);
    }
    return layers;
  };
  call.run(10s, each);
  CHECK(layersOfLast(30) == std::set<std::uint32_t>{1});
  viewer.link.bitsPerSecond = 5'000'000;
  call.run(20s, each);
  CHECK(layersOfLast(30) == std::set<std::uint32_t>{0});
  viewer.link.bitsPerSecond = 500'000;
  call.run(10s, each);
  CHECK(layersOfLast(30) == std::set<std::uint32_t>{1});

  // Over all switches it is one stream: each change begins with a keyframe (unless the line has lost that packet), and
  // time goes on.
  std::uint32_t layer = 9;
  std::optional<rtp::PacketView> last;
  for (const ReceivedPacket& packet : viewer.received(ssrc)) {
    const auto view = *rtp::PacketView::parse(packet.bytes);
    const auto descriptor = *rtp::parseVp8(view.payload());
    const std::uint32_t of = util::readU32(view.payload(), 6) >> 24U;
    if (of != layer) {
      const bool lost = last && view.sequenceNumber() != static_cast<std::uint16_t>(last->sequenceNumber() + 1);
      CHECK((descriptor.keyframeStart || lost));
      layer = of;
    }
    if (last) {
      CHECK(static_cast<std::int32_t>(view.timestamp() - last->timestamp()) >= 0);
      CHECK(static_cast<std::int32_t>(view.timestamp() - last->timestamp()) < 90000);
    }
    last = view;
  }
}

TEST_CASE("A viewer who wishes the small layer never gets the large one", "[sfu]") {
  VirtualCall call;
  VirtualClient& publisher = call.add();
  publisher.push({kCamera});
  REQUIRE(call.runUntil([&] { return publisher.connected(); }));
  Camera large{publisher, 0, 0, 6, 10, 10};
  Camera small{publisher, 0, 1, 1, 30000, 99999};
  VirtualClient& viewer = call.add();
  const std::string mid = viewer.pull(publisher, "camera", {.rid = "b"});
  call.run(5s, [&] {
    large.play(call.now(), keyframeRequests(publisher, 0x3000));
    small.play(call.now(), keyframeRequests(publisher, 0x3001));
  });
  const auto numbers = contents(viewer.received(viewer.section(mid).ssrcs.front()));
  CHECK(numbers.size() > 60);
  CHECK(std::ranges::all_of(numbers, [](std::uint32_t number) { return number >> 24U == 1; }));
}

TEST_CASE("When the publisher goes, its track ends and the others go on", "[sfu]") {
  VirtualCall call;
  VirtualClient& gone = call.add();
  VirtualClient& stays = call.add();
  gone.push({kVoice});
  stays.push({kVoice});
  VirtualClient& listener = call.add();
  listener.pull(gone, "voice");
  const std::string mid = listener.pull(stays, "voice");
  REQUIRE(call.runUntil([&] { return gone.connected() && stays.connected() && listener.connected(); }));
  call.remove(gone);
  for (std::uint16_t i = 0; i < 10; ++i) {
    stays.send(0, 0, i, i * 960U, false, Payload(50, 1));
    call.run(20ms);
  }
  call.run(50ms);
  CHECK(listener.received(listener.section(mid).ssrcs.front()).size() == 10);
}

TEST_CASE("A publisher whose numbers jump while packets wait does not stop the SFU", "[sfu]") {
  VirtualCall call;
  VirtualClient& publisher = call.add();
  publisher.push({kScreen});
  REQUIRE(call.runUntil([&] { return publisher.connected(); }));
  VirtualClient& viewer = call.add();
  const std::string mid = viewer.pull(publisher, "screen");
  REQUIRE(call.runUntil([&] { return viewer.connected(); }));
  const std::uint32_t ssrc = viewer.section(mid).ssrcs.front();
  const auto send = [&](std::uint16_t sequence, bool keyframe) {
    publisher.send(0, 0, sequence, sequence * 3000U, true, vp8(true, keyframe, 1, 1, sequence, 1100));
  };
  // So that the line has a rate, and a burst has to wait for it.
  std::uint16_t sequence = 1;
  call.run(2s, [&] {
    send(sequence++, true);
    viewer.reportFeedback();
  });
  REQUIRE_FALSE(viewer.received(ssrc).empty());
  for (int i = 0; i < 300; ++i) send(sequence++, false);
  const auto jump = GENERATE(std::uint16_t{1024}, std::uint16_t{2048}, std::uint16_t(0x10000 - 1024));
  call.run(20ms);
  send(static_cast<std::uint16_t>(sequence - 150 + jump), false);
  call.run(5s, [&] { viewer.reportFeedback(); });
  // It goes on with a keyframe.
  const std::size_t before = viewer.received(ssrc).size();
  sequence = static_cast<std::uint16_t>(sequence + 3000);
  call.run(3s, [&] {
    send(sequence++, true);
    viewer.reportFeedback();
  });
  CHECK(viewer.received(ssrc).size() > before);
}

TEST_CASE("A second stream with the section's name does not take over one that speaks", "[sfu]") {
  VirtualCall call;
  VirtualClient& publisher = call.add();
  test::SentTrack camera = kCamera;
  publisher.push({camera});
  REQUIRE(call.runUntil([&] { return publisher.connected(); }));
  VirtualClient& viewer = call.add();
  const std::string mid = viewer.pull(publisher, "camera", {.rid = "b"});
  Camera small{publisher, 0, 1, 1, 30000, 99999};
  call.run(2s, [&] { small.play(call.now(), keyframeRequests(publisher, 0x3001)); });
  const std::size_t requests = keyframeRequests(publisher, 0x3001);
  const std::size_t before = viewer.received(viewer.section(mid).ssrcs.front()).size();
  publisher.useSsrc(0, 1, 0x4444);
  Camera intruder{publisher, 0, 1, 1, 7, 7};
  publisher.useSsrc(0, 1, 0x3001);
  call.run(2s, [&] {
    small.play(call.now(), keyframeRequests(publisher, 0x3001));
    publisher.useSsrc(0, 1, 0x4444);
    intruder.play(call.now(), 0);
    publisher.useSsrc(0, 1, 0x3001);
  });
  CHECK(viewer.received(viewer.section(mid).ssrcs.front()).size() > before + 50);
  CHECK(keyframeRequests(publisher, 0x3001) == requests);
  CHECK(keyframeRequests(publisher, 0x4444) == 0);
}

TEST_CASE("A section offered both ways carries a track to the client as well", "[sfu]") {
  VirtualCall call;
  VirtualClient& speaker = call.add();
  speaker.push({kVoice});
  VirtualClient& both = call.add();
  const auto mid = both.session().invite(sdp::MediaKind::audio, "answer", true);
  REQUIRE(mid);
  CHECK(*both.session().invite(sdp::MediaKind::audio, "answer", true) == *mid);
  CHECK(both.session().midOf("answer") == *mid);
  REQUIRE_FALSE(both.session().offer().empty());
}
