// A session whose peer is a server: an ICE-lite agent with one UDP port for all its peers, as voice AIs have it.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <type_traits>

#include <catch2/catch.hpp>

#include "akbuzat/rtp/packet.hpp"
#include "akbuzat/transport/stun.hpp"
#include "support/sfu_meeting.hpp"

using namespace akbuzat;
using test::SfuMeeting;

namespace {

using Payload = std::vector<std::uint8_t>;
using Clock = std::chrono::steady_clock;

const test::SentTrack kAlice{"voice", false, {}, {0x1000}};
const test::SentTrack kBob{"voice", false, {}, {0x2000}};

/// The server's side of one session.
struct Leg {
  explicit Leg(bool dtlsServer) : peer({.lite = true, .dtlsServer = dtlsServer}) {
    peer.onRtp = [this](util::Bytes packet) { received.emplace_back(packet.begin(), packet.end()); };
  }

  [[nodiscard]] std::vector<Payload> payloads() const {
    std::vector<Payload> all;
    for (const auto& packet : received) {
      const auto view = rtp::PacketView::parse(packet);
      all.emplace_back(view->payload().begin(), view->payload().end());
    }
    return all;
  }

  test::MediaPeer peer;
  test::PeerDescription description;
  sockaddr_in from{};
  std::vector<Payload> received;
};

/// Answers offers, and tells its peers apart by their addresses, once their first check has named them.
class LiteServer {
 public:
  LiteServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~LiteServer() { ::close(fd_); }
  LiteServer(const LiteServer&) = delete;
  LiteServer& operator=(const LiteServer&) = delete;

  /// A leg for the offer, and its answer.
  std::pair<Leg*, std::string> answer(const std::string& offer, bool dtlsServer) {
    Leg& leg = *legs_.emplace_back(std::make_unique<Leg>(dtlsServer));
    const auto parsed = sdp::parse(offer);
    REQUIRE(parsed.has_value());
    CHECK_FALSE(parsed->iceLite);
    const auto transport = parsed->transportOf(parsed->media.front());
    CHECK(transport.setup == sdp::Setup::actpass);
    leg.peer.setRemote({*transport.ufrag, *transport.password}, transport.fingerprints.front().value);
    // The better one is dead, and one of another kind cannot be used.
    leg.description.beLite({"candidate:1 1 udp 2130706431 127.0.0.1 9 typ host",
                            "candidate:2 1 tcp 2100000000 127.0.0.1 443 typ host tcptype passive",
                            "candidate:3 1 udp 2130706000 127.0.0.1 " + std::to_string(port_) + " typ host"},
                           dtlsServer ? sdp::Setup::passive : sdp::Setup::active);
    return {&leg, leg.description.answer(leg.peer.parameters(), offer)};
  }

  void work() {
    const auto now = Clock::now();
    std::array<std::uint8_t, 1600> buffer{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    for (ssize_t count = 0;
         (count = ::recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size)) > 0;) {
      const auto datagram = util::MutableBytes{buffer}.first(static_cast<std::size_t>(count));
      if (Leg* leg = legOf(datagram, from)) leg->peer.receive(datagram, now);
    }
    for (const auto& leg : legs_) {
      if (now >= leg->peer.deadline()) leg->peer.tick(now);
      auto& outgoing = leg->peer.outgoing();
      for (; !outgoing.empty(); outgoing.pop_front()) {
        ::sendto(fd_, outgoing.front().data(), outgoing.front().size(), 0,
                 reinterpret_cast<const sockaddr*>(&leg->from), sizeof leg->from);
      }
    }
  }

 private:
  Leg* legOf(util::Bytes datagram, const sockaddr_in& from) {
    for (const auto& leg : legs_) {
      if (leg->from.sin_port == from.sin_port) return leg.get();
    }
    const auto message = transport::parseStun(datagram);
    if (!message) return nullptr;
    for (const auto& leg : legs_) {
      if (!message->username.starts_with(leg->peer.parameters().ice.ufrag + ":")) continue;
      leg->from = from;
      return leg.get();
    }
    return nullptr;
  }

  int fd_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Leg>> legs_;
};

/// The session of a voice AI as the API makes it: a push that we offer, in both directions.
struct Assistant {
  Assistant(SfuMeeting& meetingIn, LiteServer& server, bool dtlsServer) : meeting(meetingIn) {
    session = meeting.onShard([](sfu::ShardSfu& shard) { return shard.open("room", {}, sfu::PeerKind::liteServer); });
    const std::string offer = call([](sfu::PeerSession& found) {
      const auto mid = found.invite(sdp::MediaKind::audio, "ai", true);
      return mid ? found.offer() : std::string{};
    });
    std::string answer;
    std::tie(leg, answer) = server.answer(offer, dtlsServer);
    const auto error = call([&](sfu::PeerSession& found) { return found.applyAnswer(answer); });
    if (error) FAIL(error.message());
  }

  template <class Work>
  std::invoke_result_t<Work, sfu::PeerSession&> call(Work work) {
    return meeting.onShard([&](sfu::ShardSfu& shard) { return work(*shard.find("room", session)); });
  }

  /// Gives it the ear of `talker`, by the name of its own track.
  void listenTo(const SfuMeeting::Client& talker) {
    const auto error = call([&](sfu::PeerSession& found) {
      return found.update(*found.midOf("ai"), talker.session, "voice", std::nullopt);
    });
    if (error) FAIL(error.message());
  }

  SfuMeeting& meeting;
  sfu::SessionId session;
  Leg* leg = nullptr;
};

/// What a client gets of one track.
std::vector<Payload>& collect(SfuMeeting::Client& client, std::vector<Payload>& into) {
  client.socket.peer.onRtp = [&into](util::Bytes packet) {
    const auto view = rtp::PacketView::parse(packet);
    REQUIRE(view);
    into.emplace_back(view->payload().begin(), view->payload().end());
  };
  return into;
}

/// The server speaks, with nothing in its headers but what RTP itself has.
void speak(Leg& leg, std::uint16_t number, const Payload& payload) {
  std::vector<std::uint8_t> packet(12 + payload.size());
  packet[0] = 0x80;
  packet[1] = 111;
  util::writeU16(packet, 2, number);
  util::writeU32(packet, 4, number * 960U);
  util::writeU32(packet, 8, 0xA1A1);
  std::ranges::copy(payload, packet.begin() + 12);
  leg.peer.sendRtp(packet);
}

}  // namespace

TEST_CASE("A voice AI hears the talker and is heard by all, byte for byte", "[media]") {
  const bool dtlsServer = GENERATE(false, true);
  SfuMeeting meeting;
  LiteServer server;
  const auto until = [&](const auto& condition) {
    return meeting.runUntil([&] {
      server.work();
      return condition();
    });
  };
  auto& alice = meeting.add("room");
  meeting.push(alice, {kAlice});
  Assistant assistant(meeting, server, dtlsServer);
  assistant.listenTo(alice);
  auto& listener = meeting.add("room");
  std::vector<Payload> heard;
  collect(listener, heard);
  SfuMeeting::Client of(1);
  of.session = assistant.session;
  meeting.pull(listener, {{&of, "ai"}});
  Leg& leg = *assistant.leg;
  REQUIRE(
      until([&] { return leg.peer.connected() && alice.socket.peer.connected() && listener.socket.peer.connected(); }));

  // Until all is in place; these are filled with zeros, by which they are told from what counts.
  std::uint16_t number = 0;
  REQUIRE(until([&] {
    meeting.send(alice, 0, 0, number, number * 960U, false, Payload(50, 0));
    speak(leg, number, Payload(50, 0));
    ++number;
    return !leg.received.empty() && !heard.empty();
  }));
  std::vector<Payload> said;
  std::vector<Payload> answered;
  const auto counted = [](std::vector<Payload> payloads) {
    std::erase_if(payloads, [](const Payload& payload) { return payload.back() == 0; });
    return payloads;
  };
  for (std::uint8_t i = 1; i <= 100; ++i, ++number) {
    said.push_back(Payload(40U + i, i));
    answered.push_back(Payload(140U - i, i));
    meeting.send(alice, 0, 0, number, number * 960U, false, said.back());
    speak(leg, number, answered.back());
    REQUIRE(until(
        [&] { return counted(leg.payloads()).size() == said.size() && counted(heard).size() == answered.size(); }));
  }
  CHECK(counted(leg.payloads()) == said);
  CHECK(counted(heard) == answered);
}

TEST_CASE("To a voice AI all talkers are one stream", "[media]") {
  SfuMeeting meeting;
  LiteServer server;
  auto& alice = meeting.add("room");
  auto& bob = meeting.add("room");
  meeting.push(alice, {kAlice});
  meeting.push(bob, {kBob});
  Assistant assistant(meeting, server, false);
  Leg& leg = *assistant.leg;
  const auto until = [&](const auto& condition) {
    return meeting.runUntil([&] {
      server.work();
      return condition();
    });
  };
  REQUIRE(until([&] { return leg.peer.connected() && alice.socket.peer.connected() && bob.socket.peer.connected(); }));

  // Their numbers have nothing to do with each other.
  std::uint16_t alices = 60'000;
  std::uint16_t bobs = 5;
  for (int turn = 0; turn < 6; ++turn) {
    auto& talker = turn % 2 == 0 ? alice : bob;
    std::uint16_t& number = turn % 2 == 0 ? alices : bobs;
    assistant.listenTo(talker);
    const std::size_t before = leg.received.size();
    for (std::size_t i = 1; i <= 20; ++i, ++number) {
      meeting.send(talker, 0, 0, number, number * 960U + 12345U, false, Payload(40, static_cast<std::uint8_t>(turn)));
      REQUIRE(until([&] { return leg.received.size() == before + i; }));
    }
  }
  REQUIRE(leg.received.size() == 120);
  const auto first = rtp::PacketView::parse(leg.received.front());
  for (std::size_t i = 1; i < leg.received.size(); ++i) {
    const auto last = rtp::PacketView::parse(leg.received[i - 1]);
    const auto view = rtp::PacketView::parse(leg.received[i]);
    CHECK(view->ssrc() == first->ssrc());
    CHECK(view->payload().front() == i / 20);
    CHECK(static_cast<std::uint16_t>(view->sequenceNumber() - last->sequenceNumber()) == 1);
    const std::uint32_t step = view->timestamp() - last->timestamp();
    if (i % 20 != 0) CHECK(step == 960);
    // Across a change of talkers time goes on as it did on the clock: not back, and not by more than the test took.
    CHECK(step > 0);
    CHECK(step < 48'000U * 30);
  }
}

TEST_CASE("Two rooms may talk to the same server of voice AIs", "[media]") {
  SfuMeeting meeting;
  LiteServer server;
  Assistant first(meeting, server, false);
  Assistant second(meeting, server, false);
  REQUIRE(meeting.runUntil([&] {
    server.work();
    return first.leg->peer.connected() && second.leg->peer.connected();
  }));
  CHECK(first.leg->from.sin_port != second.leg->from.sin_port);
  CHECK(meeting.onShard([](sfu::ShardSfu& shard) { return shard.counters().sessions; }) == 2);

  // The end of one is told to its peer, and leaves the other alone.
  meeting.onShard([&](sfu::ShardSfu& shard) {
    shard.end(first.session);
    return 0;
  });
  REQUIRE(meeting.runUntil([&] {
    server.work();
    return first.leg->peer.remoteClosed();
  }));
  CHECK(second.leg->peer.connected());
  CHECK(meeting.onShard([](sfu::ShardSfu& shard) { return shard.counters().sessions; }) == 1);
}
