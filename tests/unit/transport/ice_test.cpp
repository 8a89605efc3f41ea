#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/transport/stun.hpp"
#include "support/stun_request.hpp"
#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;

/// A transport that is sent single checks.
struct Agent {
  Agent() { server.setRemote(described("peer"), now); }

  static RemoteParameters described(const std::string& ufrag) {
    return {{ufrag, "peers-password-of-some-length"}, {{"sha-256", "AB:CD"}}};
  }

  test::StunRequest check(const std::string& ufrag = "peer") const {
    test::StunRequest request;
    request.username = server.local().ufrag + ":" + ufrag;
    request.password = server.local().password;
    request.controlling = 1;
    return request;
  }

  /// Sends it, and gives back the answer; empty if there is none.
  Datagram send(const test::StunRequest& request, const Path& from) {
    auto bytes = request.write();
    server.receive(bytes, from, now);
    if (sink.sent.empty()) return {};
    REQUIRE(sink.sent.size() == 1);
    CHECK(sink.sent.front().first == from);
    auto answer = std::move(sink.sent.front().second);
    sink.sent.clear();
    return answer;
  }

  /// Whether the check is answered well. Then the server's own check is answered, too.
  bool accepts(const test::StunRequest& request, const Path& from) {
    const auto answer = send(request, from);
    const auto message = parseStun(answer);
    if (!message || message->type != StunMessage::kBindingSuccess) return false;
    if (!hasIntegrity(*message, server.local().password)) return false;
    prove(from);
    return true;
  }

  /// Has the peer answer the server's check of the path, for which something has to come from there first.
  void prove(const Path& path) {
    Datagram media(200);
    media[0] = 0x80;
    server.receive(media, path, now);
    for (const auto& [to, check] : std::exchange(sink.sent, {})) {
      CHECK(to == path);
      auto response = test::stunSuccess(parseStun(check)->transactionId, described("").ice.password);
      server.receive(response, path, now);
    }
  }

  util::TimePoint now{1h};
  RecordingSink sink;
  RecordingListener listener;
  PeerTransport server{serverCertificate(), makeIceCredentials(0), sink, listener, now};
};

TEST_CASE("a good check is answered with the address it came from, signed") {
  Agent agent;
  const auto request = agent.check();
  const auto answer = agent.send(request, pathAt(0x1234));
  const auto message = parseStun(answer);
  REQUIRE(message);
  CHECK(message->type == StunMessage::kBindingSuccess);
  CHECK(message->transactionId == request.transactionId);
  CHECK(hasIntegrity(*message, agent.server.local().password));
  // 192.0.2.7 and port 0x1234, each with the magic cookie upon it.
  CHECK(test::stunAttribute(answer, 0x0020) ==
        Datagram{0, 1, 0x12 ^ 0x21, 0x34 ^ 0x12, 192 ^ 0x21, 0 ^ 0x12, 2 ^ 0xA4, 7 ^ 0x42});
  CHECK(agent.listener.paths == std::vector{pathAt(0x1234)});
}

TEST_CASE("checks that prove nothing get no answer, are counted and name no path") {
  Agent agent;
  auto request = agent.check();
  SECTION("wrong password") { request.password = "another"; }
  SECTION("no integrity") { request.password.clear(); }
  SECTION("no user name") { request.username.clear(); }
  SECTION("another server's ufrag") { request.username = "00aaaaaaaaaaaaaa:peer"; }
  SECTION("only a part of our ufrag") { request.username = agent.server.local().ufrag.substr(1) + ":peer"; }
  SECTION("another peer's ufrag") { request.username = agent.server.local().ufrag + ":stranger"; }
  SECTION("no colon") { request.username = agent.server.local().ufrag; }
  SECTION("without integrity and with role conflict") {
    request.password.clear();
    request.controlling.reset();
    request.controlled = 1;
  }
  SECTION("without integrity and with an unknown attribute") {
    request.password.clear();
    request.extra.emplace_back(0x7ABC, Datagram{});
  }
  CHECK(agent.send(request, pathAt(1)).empty());
  CHECK(agent.server.counters().unauthenticatedStun == 1);
  CHECK(agent.listener.paths.empty());
  CHECK_FALSE(agent.server.path());
  CHECK(agent.server.lastHeard() == agent.now);
  agent.now += 5s;
  CHECK(agent.send(request, pathAt(1)).empty());
  CHECK(agent.server.lastHeard() == agent.now - 5s);
}

TEST_CASE("what is no request is counted and not answered") {
  Agent agent;
  auto request = agent.check();
  SECTION("response") { request.type = StunMessage::kBindingSuccess; }
  SECTION("error") { request.type = StunMessage::kBindingError; }
  SECTION("another method") { request.type = 0x0003; }
  SECTION("indication from an unknown path") { request.type = StunMessage::kBindingIndication; }
  CHECK(agent.send(request, pathAt(1)).empty());
  CHECK(agent.server.counters().badStun == 1);
  CHECK(agent.listener.paths.empty());
}

TEST_CASE("an indication of a known path is in order and proves nothing") {
  Agent agent;
  REQUIRE(agent.accepts(agent.check(), pathAt(1)));
  agent.now += 1s;
  auto request = agent.check();
  request.type = StunMessage::kBindingIndication;
  CHECK(agent.send(request, pathAt(1)).empty());
  CHECK(agent.server.counters().badStun == 0);
  CHECK(agent.server.lastHeard() == agent.now - 1s);
}

TEST_CASE("a peer that thinks itself controlled is told otherwise") {
  Agent agent;
  auto request = agent.check();
  request.controlling.reset();
  request.controlled = ~0ULL;
  const auto answer = agent.send(request, pathAt(1));
  const auto message = parseStun(answer);
  REQUIRE(message);
  CHECK(message->type == StunMessage::kBindingError);
  CHECK(hasIntegrity(*message, agent.server.local().password));
  CHECK(test::stunAttribute(answer, 0x0009) == Datagram{0, 0, 4, 87});
  CHECK_FALSE(agent.server.path());
}

TEST_CASE("an attribute that must be understood and is not is answered with 420") {
  Agent agent;
  auto request = agent.check();
  request.extra.emplace_back(0x7ABC, Datagram{});
  const auto answer = agent.send(request, pathAt(1));
  CHECK(test::stunAttribute(answer, 0x0009) == Datagram{0, 0, 4, 20});
  CHECK_FALSE(agent.server.path());
}

TEST_CASE("the first proven pair is used until another is nominated") {
  Agent agent;
  REQUIRE(agent.accepts(agent.check(), pathAt(1)));
  REQUIRE(agent.accepts(agent.check(), pathAt(2)));
  CHECK(agent.server.path() == pathAt(1));
  auto nominating = agent.check();
  nominating.useCandidate = true;
  REQUIRE(agent.accepts(nominating, pathAt(2)));
  CHECK(agent.server.path() == pathAt(2));
  REQUIRE(agent.accepts(agent.check(), pathAt(1)));
  CHECK(agent.server.path() == pathAt(2));
  REQUIRE(agent.accepts(nominating, pathAt(1)));
  CHECK(agent.server.path() == pathAt(1));
}

TEST_CASE("a nomination without proof moves nothing") {
  Agent agent;
  REQUIRE(agent.accepts(agent.check(), pathAt(1)));
  auto forged = agent.check();
  forged.useCandidate = true;
  forged.password = "guess";
  CHECK(agent.send(forged, pathAt(2)).empty());
  CHECK(agent.server.path() == pathAt(1));
}

TEST_CASE("the same address over TCP, or to another address of ours, is another path") {
  Agent agent;
  Path other = pathAt(1);
  other.local.address[15] = 2;
  REQUIRE(agent.accepts(agent.check(), pathAt(1)));
  REQUIRE(agent.accepts(agent.check(), pathAt(1, 9)));
  REQUIRE(agent.accepts(agent.check(), other));
  CHECK(agent.listener.paths == std::vector{pathAt(1), pathAt(1, 9), other});
}

TEST_CASE("before the peer's description anybody with our password is answered") {
  Agent agent;
  PeerTransport early{serverCertificate(), agent.server.local(), agent.sink, agent.listener, agent.now};
  auto bytes = agent.check("anyone").write();
  early.receive(bytes, pathAt(1), agent.now);
  CHECK(agent.sink.sent.size() == 1);
  CHECK(agent.listener.paths == std::vector{pathAt(1)});
  CHECK_FALSE(early.path());
}

TEST_CASE("an ICE restart takes old and new credentials until the new ones have nominated") {
  Agent agent;
  REQUIRE(agent.accepts(agent.check("peer"), pathAt(1)));
  agent.server.setRemote(Agent::described("again"), agent.now);
  CHECK(agent.accepts(agent.check("peer"), pathAt(1)));
  CHECK(agent.accepts(agent.check("again"), pathAt(2)));
  CHECK(agent.accepts(agent.check("peer"), pathAt(1)));
  CHECK_FALSE(agent.accepts(agent.check("stranger"), pathAt(3)));
  CHECK(agent.server.path() == pathAt(1));

  auto nominating = agent.check("again");
  nominating.useCandidate = true;
  CHECK(agent.accepts(nominating, pathAt(2)));
  CHECK(agent.server.path() == pathAt(2));
  CHECK_FALSE(agent.accepts(agent.check("peer"), pathAt(1)));
  CHECK(agent.accepts(agent.check("again"), pathAt(2)));
}

TEST_CASE("an ICE restart that is taken back goes on as before") {
  Agent agent;
  REQUIRE(agent.accepts(agent.check("peer"), pathAt(1)));
  agent.server.setRemote(Agent::described("again"), agent.now);
  agent.server.setRemote(Agent::described("peer"), agent.now);
  CHECK(agent.accepts(agent.check("peer"), pathAt(1)));
}

TEST_CASE("a peer has a bounded number of paths, of which the one in use stays") {
  Agent agent;
  for (std::uint16_t port = 1; port <= 100; ++port) {
    agent.now += 10ms;
    REQUIRE(agent.accepts(agent.check(), pathAt(port)));
    CHECK(agent.listener.paths.size() <= 16);
  }
  CHECK(agent.listener.paths.size() == 16);
  CHECK(agent.server.path() == pathAt(1));
  CHECK(agent.listener.paths.front() == pathAt(1));
  CHECK(agent.listener.paths.back() == pathAt(100));
  // The one that has been silent longest goes, not the one that came first.
  agent.now += 10ms;
  REQUIRE(agent.accepts(agent.check(), pathAt(86)));
  REQUIRE(agent.accepts(agent.check(), pathAt(101)));
  CHECK(std::count(agent.listener.paths.begin(), agent.listener.paths.end(), pathAt(86)) == 1);
  CHECK(std::count(agent.listener.paths.begin(), agent.listener.paths.end(), pathAt(87)) == 0);
}

TEST_CASE("a path that is silent for 30 s is gone, and the latest of the others takes over") {
  Agent agent;
  const auto start = agent.now;
  REQUIRE(agent.accepts(agent.check(), pathAt(1)));
  agent.now = start + 10s;
  REQUIRE(agent.accepts(agent.check(), pathAt(2)));
  agent.now = start + 20s;
  REQUIRE(agent.accepts(agent.check(), pathAt(3)));
  CHECK(agent.server.deadline() == start + 30s);
  agent.server.tick(start + 30s - 1ms);
  CHECK(agent.server.path() == pathAt(1));
  agent.server.tick(start + 30s);
  CHECK(agent.server.path() == pathAt(3));
  CHECK(agent.listener.paths == std::vector{pathAt(2), pathAt(3)});
  agent.server.tick(start + 50s);
  CHECK_FALSE(agent.server.path());
  CHECK(agent.listener.paths.empty());
  CHECK(agent.server.lastHeard() == start + 20s);
  // It may come back.
  agent.now = start + 60s;
  CHECK(agent.accepts(agent.check(), pathAt(1)));
  CHECK(agent.server.path() == pathAt(1));
}

TEST_CASE("checks are answered for as long as they come") {
  Agent agent;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(agent.accepts(agent.check(), pathAt(1)));
    agent.now += 5s;
    agent.server.tick(agent.now);
    REQUIRE(agent.server.path() == pathAt(1));
  }
}

TEST_CASE("a lost TCP connection is a lost path") {
  Agent agent;
  REQUIRE(agent.accepts(agent.check(), pathAt(1, 4)));
  REQUIRE(agent.accepts(agent.check(), pathAt(2)));
  agent.server.pathLost(pathAt(1, 4), agent.now);
  CHECK(agent.server.path() == pathAt(2));
  CHECK(agent.listener.paths == std::vector{pathAt(2)});
  agent.server.pathLost(pathAt(77, 5), agent.now);
  CHECK(agent.server.path() == pathAt(2));
}

TEST_CASE("after the end nothing is answered") {
  Agent agent;
  REQUIRE(agent.accepts(agent.check(), pathAt(1)));
  agent.server.close();
  CHECK(agent.listener.paths.empty());
  CHECK_FALSE(agent.accepts(agent.check(), pathAt(1)));
  CHECK(agent.server.state() == PeerTransport::State::closed);
  CHECK(agent.server.deadline() == util::TimePoint::max());
}

TEST_CASE("malformed STUN is counted") {
  Agent agent;
  auto bytes = agent.check().write();
  bytes.back() ^= 1U;
  agent.server.receive(bytes, pathAt(1), agent.now);
  Datagram zeros(20);
  agent.server.receive(zeros, pathAt(1), agent.now);
  CHECK(agent.server.counters().badStun == 2);
  CHECK(agent.sink.sent.empty());
}

}  // namespace
}  // namespace akbuzat::transport
