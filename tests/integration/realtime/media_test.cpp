// Real media through a server whose SFU is another server, over real HTTPS.

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <vector>

#include "akbuzat/rtp/packet.hpp"
#include "akbuzat/sdp/session_description.hpp"
#include "proxied_site.hpp"
#include "support/raw_client.hpp"
#include "support/test_authority.hpp"
#include "support/udp_peer.hpp"

namespace akbuzat::test {
namespace {

using Payload = std::vector<std::uint8_t>;

sdp::SessionDescription parsed(const std::string& text) {
  auto description = sdp::parse(text);
  if (!description) throw std::runtime_error(description.error().message());
  return *std::move(description);
}

/// The port of the first UDP candidate (RFC 8839 section 5.1: foundation, component, transport, priority, address,
/// port).
std::uint16_t udpPortIn(const sdp::MediaDescription& section) {
  for (const std::string& line : section.candidates) {
    std::istringstream words(line);
    std::string foundation;
    std::string component;
    std::string transport;
    std::string priority;
    std::string address;
    std::uint16_t port = 0;
    words >> foundation >> component >> transport >> priority >> address >> port;
    if (transport == "udp" || transport == "UDP") return port;
  }
  throw std::runtime_error("no candidate");
}

/// The upstream's own answer to whoever has the secret.
std::string secureGet(std::uint16_t port, const std::string& path) {
  RawClient client(port, {.tls = true});
  client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + kSecret + "\r\n\r\n");
  return client.read().body;
}

/// A person in the call with a peer connection.
struct Caller {
  Caller(std::uint16_t port, const std::string& id) : person(port, "room", id) {
    person.publish();
    REQUIRE(person.open().status == 201);
    socket.peer.onRtp = [this](util::Bytes packet) {
      const auto view = rtp::PacketView::parse(packet);
      REQUIRE(view);
      received.emplace_back(view->payload().begin(), view->payload().end());
    };
  }

  /// Pushes one voice of this name.
  void push(const std::string& name) {
    const std::string offer = socket.description.offer(socket.peer.parameters(),
                                                       {{.name = name, .video = false, .rids = {}, .ssrcs = {kSsrc}}});
    const Json answer = person.newTracks(Json{{"sessionDescription", {{"type", "offer"}, {"sdp", offer}}},
                                              {"tracks", {{{"location", "local"}, {"mid", "0"}, {"trackName", name}}}}}
                                             .dump());
    REQUIRE(answer.contains("sessionDescription"));
    REQUIRE(answer["tracks"][0]["mid"] == "0");
    connect(answer["sessionDescription"]["sdp"]);
  }
  void pull(const Caller& from, const std::string& name) {
    const Json pulled = person.newTracks(pullOf(from.person.session, name));
    REQUIRE(pulled["requiresImmediateRenegotiation"] == true);
    REQUIRE_FALSE(pulled["tracks"][0]["mid"].get<std::string>().empty());
    const std::string offer = pulled["sessionDescription"]["sdp"];
    const std::string answer = socket.description.answer(socket.peer.parameters(), offer);
    REQUIRE(
        person.call("PUT", "renegotiate", Json{{"sessionDescription", {{"type", "answer"}, {"sdp", answer}}}}.dump())
            .body == "{}");
    if (!started) connect(offer);
  }
  void say(std::uint16_t number, const Payload& payload) {
    std::array<std::uint8_t, 256> packet{};
    rtp::HeaderWriter writer{packet, {kOpusPayloadType, false, number, number * 960U, kSsrc}};
    writer.add(kMidExtension, "0");
    const std::size_t at = writer.finish();
    std::ranges::copy(payload, packet.begin() + static_cast<std::ptrdiff_t>(at));
    socket.peer.sendRtp(util::Bytes{packet}.first(at + payload.size()));
  }

  Person person;
  std::vector<Payload> received;

  /// Somewhere, until the SFU says where it is.
  UdpPeer socket{9};
  bool started = false;

 private:
  static constexpr std::uint32_t kSsrc = 4711;

  void connect(const std::string& description) {
    const auto session = parsed(description);
    const auto& section = session.media.front();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(udpPortIn(section));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const sdp::TransportAttributes transport = session.transportOf(section);
    socket.peer.setRemote({*transport.ufrag, *transport.password}, transport.fingerprints.front().value);
    socket.peer.start(std::chrono::steady_clock::now());
    started = true;
  }
};

/// Works for both until the condition holds; false if it does not within 30 s.
bool runUntil(Caller& one, Caller& other, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  std::array<pollfd, 2> watched{pollfd{one.socket.fd(), POLLIN, 0}, pollfd{other.socket.fd(), POLLIN, 0}};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    for (Caller* caller : {&one, &other}) {
      if (!caller->started) continue;
      caller->socket.receive();
      caller->socket.work();
    }
    ::poll(watched.data(), watched.size(), 5);
  }
  return true;
}

TEST_CASE("voices go through another server's SFU, and stop when their owner leaves") {
  const TemporaryFolder certificates;
  const TestAuthority authority;
  authority.issue(certificates.path(), {.names = {"IP:127.0.0.1"}});
  authority.write(certificates.path() / "authority.pem");
  trust(certificates.path() / "authority.pem");
  const RunningServer upstream([&certificates](config::Config& config) {
    config.tlsCertFile = certificates.path() / "cert.pem";
    config.tlsKeyFile = certificates.path() / "key.pem";
    config.realtimeAppId = "app";
    config.realtimeAppSecret = kSecret;
  });
  RunningServer server([&upstream](config::Config& config) {
    config.media.backend = config::MediaBackendRule::cloudflare;
    config.calls.appId = "app";
    config.calls.appSecret = kSecret;
    config.calls.apiUrl = "https://127.0.0.1:" + std::to_string(upstream.port()) + "/v1/apps/app";
  });

  Caller aigul(server.port(), "aigul");
  Caller bulat(server.port(), "bulat");
  aigul.push("voice");
  bulat.pull(aigul, "voice");
  REQUIRE(runUntil(aigul, bulat, [&] { return aigul.socket.peer.connected() && bulat.socket.peer.connected(); }));
  std::uint16_t number = 0;
  REQUIRE(runUntil(aigul, bulat, [&] {
    aigul.say(number, Payload(40, 1));
    ++number;
    return !bulat.received.empty();
  }));
  CHECK(bulat.received.front() == Payload(40, 1));

  // What is open upstream ends with its owner's stay, which others see there.
  const std::string path = "/v1/apps/app/sessions/" + aigul.person.session;
  const auto tracksUpstream = [&] { return Json::parse(secureGet(upstream.port(), path))["tracks"].size(); };
  CHECK(tracksUpstream() == 1);
  aigul.person.leave();
  REQUIRE(runUntil(aigul, bulat, [&] { return tracksUpstream() == 0; }));
}

}  // namespace
}  // namespace akbuzat::test
