#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/transport/stun.hpp"
#include "support/stun_request.hpp"
#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;

// Whoever signs a check can forge where it comes from. Media must not go there before somebody there has answered.

const Path kVictim = pathAt(6000);

test::StunRequest nomination(const Wire& wire) {
  test::StunRequest request;
  request.username = wire.server.local().ufrag + ":" + wire.peer.parameters().ice.ufrag;
  request.password = wire.server.local().password;
  request.controlling = 1;
  request.useCandidate = true;
  return request;
}

void receive(Wire& wire, Datagram datagram, const Path& from) { wire.server.receive(datagram, from, wire.now); }

/// Takes out what the server has sent to the path.
Datagrams takeSentTo(Wire& wire, const Path& path) {
  Datagrams taken;
  std::erase_if(wire.sink.sent, [&](const auto& entry) {
    if (entry.first == path) taken.push_back(entry.second);
    return entry.first == path;
  });
  return taken;
}

/// The checks among datagrams of the server's.
std::vector<StunTransactionId> checksIn(const Datagrams& datagrams) {
  std::vector<StunTransactionId> ids;
  for (const Datagram& datagram : datagrams) {
    const auto message = parseStun(datagram);
    if (message && message->type == StunMessage::kBindingRequest) ids.push_back(message->transactionId);
  }
  return ids;
}

Datagram someMedia(std::size_t size) {
  Datagram media(size);
  media[0] = 0x80;
  return media;
}

TEST_CASE("media goes to a nominated path once our check is answered there, and not before") {
  Wire wire;
  wire.connect();
  REQUIRE(wire.connected());
  const Path before = wire.path;
  receive(wire, nomination(wire).write(), kVictim);
  receive(wire, someMedia(200), kVictim);
  const auto checks = checksIn(takeSentTo(wire, kVictim));
  REQUIRE(checks.size() == 1);
  CHECK(wire.server.path() == before);

  const std::string password = wire.peer.parameters().ice.password;
  SECTION("answered") {
    receive(wire, test::stunSuccess(checks[0], password), kVictim);
    CHECK(wire.server.path() == kVictim);
    // Once more is no harm.
    receive(wire, test::stunSuccess(checks[0], password), kVictim);
    CHECK(wire.server.path() == kVictim);
  }
  SECTION("answered from elsewhere") { receive(wire, test::stunSuccess(checks[0], password), before); }
  SECTION("another transaction") { receive(wire, test::stunSuccess(StunTransactionId{}, password), kVictim); }
  SECTION("another password") { receive(wire, test::stunSuccess(checks[0], "guess"), kVictim); }
  SECTION("an error") { receive(wire, test::stunError(checks[0], 400, password), kVictim); }
  SECTION("no answer, but media and a handshake's datagrams") {
    wire.peer.sendRtp(rtpPacket(1, 1));
    receive(wire, wire.peer.outgoing().back(), kVictim);
    wire.advance(1s);
    CHECK(wire.server.path() == before);
  }
  if (wire.server.path() != kVictim) {
    CHECK(wire.server.path() == before);
    receive(wire, test::stunSuccess(checks[0], password), kVictim);
    CHECK(wire.server.path() == kVictim);
  }
}

TEST_CASE("the answer to a check that names a later nomination's rival does not move media back") {
  Wire wire;
  wire.connect();
  const std::string password = wire.peer.parameters().ice.password;
  const Path later = pathAt(6001);
  receive(wire, nomination(wire).write(), kVictim);
  receive(wire, someMedia(200), kVictim);
  const auto first = checksIn(takeSentTo(wire, kVictim));
  receive(wire, nomination(wire).write(), later);
  receive(wire, someMedia(200), later);
  const auto second = checksIn(takeSentTo(wire, later));
  REQUIRE(first.size() == 1);
  REQUIRE(second.size() == 1);
  receive(wire, test::stunSuccess(second[0], password), later);
  CHECK(wire.server.path() == later);
  receive(wire, test::stunSuccess(first[0], password), kVictim);
  CHECK(wire.server.path() == later);
}

TEST_CASE("whatever a member forges, nobody gets more bytes than were sent in his name") {
  const std::size_t padding = GENERATE(std::size_t{0}, std::size_t{1500});
  Wire wire({.clientHelloPadding = padding});
  wire.connect();
  REQUIRE(wire.connected());
  std::size_t inHisName = 0;
  std::size_t toHim = 0;
  const auto forge = [&](const Datagram& datagram) {
    inHisName += datagram.size();
    receive(wire, datagram, kVictim);
  };
  // All that an own session has to offer: nominations, the beginning of a handshake, media.
  Datagrams hello;
  Wire other({.clientHelloPadding = padding});
  other.faults = [&hello](bool toServer, const Datagram& datagram) {
    if (toServer && classify(datagram) == DatagramKind::dtls) hello.push_back(datagram);
    return hello.empty() ? 1U : 0U;
  };
  other.connect();
  REQUIRE_FALSE(hello.empty());
  for (int i = 0; i < 400; ++i) {
    switch (i % 4) {
      case 0: forge(nomination(wire).write()); break;
      case 1:
        wire.peer.sendRtp(rtpPacket(1, static_cast<std::uint16_t>(i)));
        forge(wire.peer.outgoing().back());
        wire.peer.outgoing().pop_back();
        break;
      case 2:
        for (const Datagram& datagram : hello) forge(datagram);
        break;
      default: forge(someMedia(30)); break;
    }
    wire.now += 37ms;
    wire.server.tick(wire.now);
    for (const Datagram& datagram : takeSentTo(wire, kVictim)) toHim += datagram.size();
    REQUIRE(toHim <= inHisName);
    wire.sink.sent.clear();
  }
  CHECK(toHim > 0);
  CHECK(wire.server.path() != kVictim);
}

TEST_CASE("a handshake from an unproven path gets no more than it has brought, and comes through once that is proven") {
  const std::size_t padding = GENERATE(std::size_t{0}, std::size_t{1500});
  const bool deaf = GENERATE(false, true);
  Wire wire({.clientHelloPadding = padding, .deaf = deaf});
  std::size_t toServer = 0;
  std::size_t toPeer = 0;
  bool bounded = true;
  wire.faults = [&](bool inbound, const Datagram& datagram) {
    (inbound ? toServer : toPeer) += datagram.size();
    if (wire.peer.checksAnswered() == 0) bounded = bounded && toPeer <= toServer;
    return 1U;
  };
  // No time passes: everything follows at once from what has come.
  wire.connect();
  CHECK(bounded);
  CHECK(wire.connected() == !deaf);
  wire.advance(20s);
  CHECK(bounded);
  CHECK(wire.connected() == !deaf);
}

TEST_CASE("a check that is lost is sent again, soon at first") {
  Wire wire({.deaf = true});
  wire.tellServer();
  receive(wire, nomination(wire).write(), kVictim);
  receive(wire, someMedia(1400), kVictim);
  const auto start = wire.now;
  std::vector<std::chrono::milliseconds> times;
  std::vector<StunTransactionId> ids;
  for (; wire.now < start + 2s; wire.now += 10ms) {
    if (wire.now >= wire.server.deadline()) wire.server.tick(wire.now);
    for (const auto& id : checksIn(takeSentTo(wire, kVictim))) {
      times.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(wire.now - start));
      ids.push_back(id);
    }
  }
  CHECK(times == std::vector{0ms, 50ms, 150ms, 350ms, 750ms, 1150ms, 1550ms, 1950ms});
  receive(wire, test::stunSuccess(ids.front(), wire.peer.parameters().ice.password), kVictim);
  CHECK(wire.server.path() == kVictim);
  CHECK(wire.server.deadline() > wire.now + 10s);
}

TEST_CASE("a path whose checks came before the description is proven after it") {
  Wire wire;
  receive(wire, nomination(wire).write(), kVictim);
  receive(wire, nomination(wire).write(), kVictim);
  receive(wire, nomination(wire).write(), kVictim);
  CHECK(checksIn(takeSentTo(wire, kVictim)).empty());
  wire.tellServer();
  const auto checks = checksIn(takeSentTo(wire, kVictim));
  REQUIRE(checks.size() == 1);
  receive(wire, test::stunSuccess(checks[0], wire.peer.parameters().ice.password), kVictim);
  CHECK(wire.server.path() == kVictim);
}

TEST_CASE("in an ICE restart each path is proven with the credentials that its checks name") {
  Wire wire;
  const auto old = wire.peer.parameters();
  wire.tellServer();
  const auto oldNomination = nomination(wire).write();
  wire.peer.restart(wire.now, true);
  wire.peer.outgoing().clear();
  wire.tellServer();
  receive(wire, oldNomination, kVictim);
  receive(wire, someMedia(200), kVictim);
  const auto sent = takeSentTo(wire, kVictim);
  const auto checks = checksIn(sent);
  REQUIRE(checks.size() == 1);
  const auto check = parseStun(sent.back());
  CHECK(check->username == old.ice.ufrag + ":" + wire.server.local().ufrag);
  CHECK(hasIntegrity(*check, old.ice.password));
  CHECK(check->iceControlled);
  CHECK(check->priority == 1862270975U);
  CHECK_FALSE(check->useCandidate);
  receive(wire, test::stunSuccess(checks[0], old.ice.password), kVictim);
  CHECK(wire.server.path() == kVictim);
}

TEST_CASE("a TCP connection needs no proof") {
  Wire wire;
  wire.tellServer();
  receive(wire, nomination(wire).write(), pathAt(6000, 3));
  CHECK(wire.server.path() == pathAt(6000, 3));
  CHECK(checksIn(takeSentTo(wire, pathAt(6000, 3))).empty());
}

TEST_CASE("who may be where is told apart") {
  using Standing = PeerTransport::PathStanding;
  Wire wire;
  wire.tellServer();
  CHECK(wire.server.standingOf(kVictim) == Standing::unknown);
  receive(wire, nomination(wire).write(), kVictim);
  CHECK(wire.server.standingOf(kVictim) == Standing::seen);
  receive(wire, someMedia(200), kVictim);
  receive(wire, test::stunSuccess(checksIn(takeSentTo(wire, kVictim)).at(0), wire.peer.parameters().ice.password),
          kVictim);
  CHECK(wire.server.standingOf(kVictim) == Standing::proven);
}

}  // namespace
}  // namespace akbuzat::transport
