#include <functional>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/transport/stun.hpp"
#include "support/stun_request.hpp"
#include "unit/transport/wire.hpp"

namespace akbuzat::transport {
namespace {

using namespace std::chrono_literals;
using State = PeerTransport::State;

const IceCredentials kRemote{"lite", "the-lite-servers-password"};
constexpr std::uint16_t kAlive = 7000;
constexpr std::uint16_t kDead = 7001;

/// Our agent, and whoever else there is at the ports of one address.
struct Agent {
  struct Check {
    util::TimePoint at;
    std::uint16_t port;
    StunTransactionId id;
    bool nominates;
    Datagram bytes;
  };

  static RemoteParameters described(const std::vector<std::uint16_t>& ports, const IceCredentials& ice = kRemote) {
    RemoteParameters parameters{ice, {{"sha-256", "AB:CD"}}};
    for (const std::uint16_t port : ports) parameters.candidates.push_back(pathAt(port).remote);
    return parameters;
  }

  /// Notes what has been sent, and answers it if `respond` does.
  void settle() {
    while (!sink.sent.empty()) {
      auto [to, bytes] = std::move(sink.sent.front());
      sink.sent.pop_front();
      const auto message = parseStun(bytes);
      REQUIRE(message);
      if (message->type != StunMessage::kBindingRequest) {
        answers.push_back(bytes);
        continue;
      }
      CHECK(message->username == "lite:" + transport.local().ufrag);
      CHECK(hasIntegrity(*message, kRemote.password));
      CHECK(message->iceControlling);
      CHECK(message->priority);
      checks.push_back({now, to.remote.port, message->transactionId, message->useCandidate, bytes});
      auto response = respond ? respond(checks.back()) : Datagram{};
      if (!response.empty()) transport.receive(response, pathAt(to.remote.port), now);
    }
  }

  void advance(std::chrono::milliseconds time) {
    const auto end = now + time;
    settle();
    while (transport.deadline() <= end) {
      now = std::max(now, transport.deadline());
      transport.tick(now);
      settle();
    }
    now = end;
  }

  static Datagram good(const Check& check) { return test::stunSuccess(check.id, kRemote.password); }
  /// Only the one at kAlive answers.
  static Datagram onlyAlive(const Check& check) { return check.port == kAlive ? good(check) : Datagram{}; }

  util::TimePoint now{1h};
  RecordingSink sink;
  RecordingListener listener;
  PeerTransport transport{serverCertificate(), makeIceCredentials(0), sink, listener, now, IceRole::controlling};
  std::function<Datagram(const Check&)> respond;
  std::vector<Check> checks;
  Datagrams answers;
};

std::vector<std::chrono::milliseconds> timesOf(const std::vector<Agent::Check>& checks, util::TimePoint start) {
  std::vector<std::chrono::milliseconds> times;
  for (const auto& check : checks)
    times.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(check.at - start));
  return times;
}

TEST_CASE("the controlling agent checks, nominates what answers, and sends there") {
  Agent agent;
  agent.respond = Agent::good;
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.settle();
  REQUIRE(agent.checks.size() == 2);
  CHECK_FALSE(agent.checks[0].nominates);
  CHECK(agent.checks[1].nominates);
  CHECK(agent.checks[0].id != agent.checks[1].id);
  CHECK(agent.transport.path() == pathAt(kAlive));
  CHECK(agent.listener.paths == std::vector{pathAt(kAlive)});
}

TEST_CASE("nothing is checked before the answer, however late it comes") {
  Agent agent;
  agent.advance(25s);
  CHECK(agent.checks.empty());
  CHECK(agent.transport.state() == State::connecting);
  agent.respond = Agent::good;
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.settle();
  CHECK(agent.transport.path() == pathAt(kAlive));
}

TEST_CASE("lost checks are repeated, at growing intervals") {
  Agent agent;
  const auto start = agent.now;
  std::size_t left = 3;
  agent.respond = [&left](const Agent::Check& check) {
    return left > 0 && left-- > 0 ? Datagram{} : Agent::good(check);
  };
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.advance(5s);
  REQUIRE(agent.checks.size() >= 5);
  agent.checks.resize(5);
  CHECK(timesOf(agent.checks, start) == std::vector{0ms, 500ms, 1500ms, 3500ms, 3500ms});
  CHECK(agent.checks[0].id == agent.checks[3].id);
  CHECK(agent.transport.path() == pathAt(kAlive));
}

TEST_CASE("a lost nomination is repeated") {
  Agent agent;
  bool lost = false;
  agent.respond = [&lost](const Agent::Check& check) {
    return check.nominates && !std::exchange(lost, true) ? Datagram{} : Agent::good(check);
  };
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.settle();
  CHECK_FALSE(agent.transport.path());
  agent.advance(500ms);
  CHECK(agent.transport.path() == pathAt(kAlive));
}

TEST_CASE("of two candidates the one that answers is taken, and the other one left alone") {
  Agent agent;
  agent.respond = Agent::onlyAlive;
  agent.transport.setRemote(Agent::described({kDead, kAlive}), agent.now);
  agent.advance(60s);
  CHECK(agent.transport.path() == pathAt(kAlive));
  CHECK(agent.listener.paths == std::vector{pathAt(kAlive)});
  CHECK(std::ranges::count(agent.checks, kDead, &Agent::Check::port) == 1);
  CHECK(agent.checks.front().port == kDead);
  // The pace of RFC 8445 section 14.2.
  CHECK(agent.checks[1].at - agent.checks[0].at == 50ms);
}

TEST_CASE("a response is believed only from where the check went, signed, and to that check") {
  Agent agent;
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.settle();
  REQUIRE(agent.checks.size() == 1);
  auto response = Agent::good(agent.checks[0]);
  Path from = pathAt(kAlive);
  SECTION("another port") { from = pathAt(kDead); }
  SECTION("TCP") { from = pathAt(kAlive, 4); }
  SECTION("another password") { response = test::stunSuccess(agent.checks[0].id, "guess"); }
  SECTION("another transaction") { response = test::stunSuccess({}, kRemote.password); }
  agent.transport.receive(response, from, agent.now);
  agent.settle();
  CHECK(agent.checks.size() == 1);
  CHECK(agent.listener.paths.empty());
  CHECK(agent.transport.counters().badStun == 1);
}

TEST_CASE("a role conflict is met once with the strongest tie-breaker") {
  Agent agent;
  const bool givesWay = GENERATE(true, false);
  agent.respond = [givesWay](const Agent::Check& check) {
    const bool strongest = test::stunAttribute(check.bytes, 0x802A) == Datagram(8, 0xFF);
    return givesWay && strongest ? Agent::good(check) : test::stunError(check.id, 487, kRemote.password);
  };
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.advance(10s);
  CHECK(agent.transport.path().has_value() == givesWay);
  if (givesWay) return;
  CHECK(agent.checks.size() == 2);
  CHECK(agent.checks[0].id != agent.checks[1].id);
  agent.advance(21s);
  CHECK(agent.transport.state() == State::closed);
}

TEST_CASE("when nobody answers, the transport is closed after 30 s and few checks") {
  Agent agent;
  agent.transport.setRemote(Agent::described({kAlive, kDead}), agent.now);
  agent.advance(30s - 1ms);
  CHECK(agent.transport.state() == State::connecting);
  CHECK(agent.checks.size() < 25);
  agent.advance(1ms);
  CHECK(agent.transport.state() == State::closed);
  CHECK(agent.listener.states == std::vector{State::closed});
  const auto count = agent.checks.size();
  agent.advance(60s);
  CHECK(agent.checks.size() == count);
}

TEST_CASE("consent is asked for every five seconds or so, each time anew") {
  Agent agent;
  agent.respond = Agent::good;
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.advance(10min);
  CHECK(agent.transport.path() == pathAt(kAlive));
  const auto count = agent.checks.size() - 2;
  CHECK(count >= 100);
  CHECK(count <= 150);
  for (std::size_t i = 3; i < agent.checks.size(); ++i) {
    const auto apart = agent.checks[i].at - agent.checks[i - 1].at;
    CHECK((apart >= 4s && apart <= 6s));
    CHECK(agent.checks[i].id != agent.checks[i - 1].id);
  }
}

TEST_CASE("without consent for 30 s the transport is closed, whatever else comes") {
  Agent agent;
  bool consents = true;
  agent.respond = [&consents](const Agent::Check& check) { return consents ? Agent::good(check) : Datagram{}; };
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  agent.advance(20s);
  REQUIRE(agent.transport.path());
  consents = false;
  Datagram media(100);
  media[0] = 0x80;
  for (int i = 0; i < 29; ++i) {
    agent.advance(1s);
    agent.transport.receive(media, pathAt(kAlive), agent.now);
  }
  agent.advance(2s);
  CHECK(agent.transport.state() == State::closed);
  CHECK(agent.listener.paths.empty());
  CHECK_FALSE(agent.transport.path());
}

TEST_CASE("consent that comes back within 30 s is as good as ever") {
  Agent agent;
  bool consents = true;
  agent.respond = [&consents](const Agent::Check& check) { return consents ? Agent::good(check) : Datagram{}; };
  agent.transport.setRemote(Agent::described({kAlive}), agent.now);
  for (int i = 0; i < 10; ++i) {
    consents = i % 2 == 0;
    // With up to six seconds until the next request it is never missing for 30.
    agent.advance(consents ? 20s : 15s);
    REQUIRE(agent.transport.path());
  }
}

TEST_CASE("a peer that is a full agent all the same is answered, and found by its checks") {
  Agent agent;
  agent.respond = Agent::good;
  test::StunRequest request;
  request.username = agent.transport.local().ufrag + ":lite";
  request.password = agent.transport.local().password;
  request.controlled = 5;
  const auto send = [&](std::uint16_t port) {
    auto bytes = request.write();
    agent.transport.receive(bytes, pathAt(port), agent.now);
    agent.settle();
  };
  SECTION("it is answered even before its description") {
    send(kAlive);
    CHECK(agent.answers.size() == 1);
    CHECK(agent.checks.empty());
    agent.transport.setRemote(Agent::described({}), agent.now);
    send(kAlive);
    agent.advance(100ms);
    CHECK(agent.transport.path() == pathAt(kAlive));
  }
  SECTION("it is told that it does not control") {
    agent.transport.setRemote(Agent::described({}), agent.now);
    request.controlled.reset();
    request.controlling = 5;
    send(kAlive);
    REQUIRE(agent.answers.size() == 1);
    CHECK(test::stunAttribute(agent.answers[0], 0x0009) == Datagram{0, 0, 4, 87});
    agent.advance(1s);
    CHECK(agent.checks.empty());
  }
  SECTION("without proof nothing happens") {
    agent.transport.setRemote(Agent::described({}), agent.now);
    request.password = "guess";
    send(kAlive);
    agent.advance(1s);
    CHECK(agent.answers.empty());
    CHECK(agent.checks.empty());
    CHECK(agent.transport.counters().unauthenticatedStun == 1);
  }
}

TEST_CASE("a description may have more candidates than are checked") {
  Agent agent;
  std::vector<std::uint16_t> ports(100);
  for (std::size_t i = 0; i < ports.size(); ++i) ports[i] = static_cast<std::uint16_t>(8000 + i);
  agent.transport.setRemote(Agent::described(ports), agent.now);
  agent.transport.setRemote(Agent::described(ports), agent.now);
  agent.advance(400ms);
  CHECK(agent.checks.size() <= 16);
}

/// Our agent and a server that is an ICE-lite agent, on a wire without faults.
struct LiteServer {
  explicit LiteServer(bool dtlsServer) : peer({.lite = true, .dtlsServer = dtlsServer}) {
    peer.setRemote(transport.local(), serverCertificate().fingerprint());
    peer.onRtp = [this](util::Bytes packet) { received.emplace_back(packet.begin(), packet.end()); };
    auto parameters = peer.parameters();
    parameters.candidates = {pathAt(kAlive).remote};
    parameters.dtlsServer = dtlsServer;
    transport.setRemote(parameters, now);
  }

  void settle() {
    while (!sink.sent.empty() || !peer.outgoing().empty()) {
      for (auto& [to, datagram] : std::exchange(sink.sent, {})) {
        if (!lose || !lose(datagram)) peer.receive(datagram, now);
      }
      for (auto& datagram : std::exchange(peer.outgoing(), {})) transport.receive(datagram, pathAt(kAlive), now);
    }
  }
  void advance(std::chrono::milliseconds time) {
    const auto end = now + time;
    settle();
    for (auto next = transport.deadline(); next <= end; next = transport.deadline()) {
      now = std::max(now, next);
      transport.tick(now);
      settle();
    }
    now = end;
  }

  util::TimePoint now{1h};
  RecordingSink sink;
  RecordingListener listener;
  PeerTransport transport{serverCertificate(), makeIceCredentials(0), sink, listener, now, IceRole::controlling};
  test::MediaPeer peer;
  std::function<bool(const Datagram&)> lose;
  Datagrams received;
};

TEST_CASE("with a lite server media flows both ways, whichever side is the DTLS client") {
  LiteServer server(GENERATE(false, true));
  server.settle();
  REQUIRE(server.peer.connected());
  REQUIRE(server.transport.state() == State::connected);
  server.peer.sendRtp(rtpPacket(1, 100));
  Datagram packet = rtpPacket(9, 500);
  packet.resize(packet.size() + PeerTransport::kMaxOverhead);
  const std::size_t size = server.transport.protectRtp(packet, packet.size() - PeerTransport::kMaxOverhead);
  std::copy_n(packet.begin(), size, server.sink.buffer().begin());
  server.sink.send(*server.transport.path(), size);
  server.settle();
  CHECK(server.listener.rtp == Datagrams{rtpPacket(1, 100)});
  CHECK(server.received == Datagrams{rtpPacket(9, 500)});
  server.transport.close();
  server.settle();
  CHECK(server.peer.remoteClosed());
}

TEST_CASE("our ClientHello is sent again when it is lost") {
  LiteServer server(true);
  bool lost = false;
  server.lose = [&lost](const Datagram& datagram) {
    return classify(datagram) == DatagramKind::dtls && !std::exchange(lost, true);
  };
  server.advance(1s);
  CHECK(server.transport.state() == State::connected);
}

TEST_CASE("a server whose handshake comes to nothing is given up") {
  LiteServer server(true);
  server.lose = [](const Datagram& datagram) { return classify(datagram) == DatagramKind::dtls; };
  server.advance(31s);
  CHECK(server.transport.state() == State::closed);
}

}  // namespace
}  // namespace akbuzat::transport
