#include "support/sfu_meeting.hpp"

#include <poll.h>

#include <algorithm>
#include <stdexcept>

#include "akbuzat/rtp/packet.hpp"

namespace akbuzat::test {
namespace {

template <class T>
T valueOf(boost::system::result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return *std::move(result);
}

}  // namespace

SfuMeeting::SfuMeeting() : shards_(1), sfu_(shards_, {.address = "127.0.0.1", .announcedIps = {}}) {
  sfu_.start(9);
  const std::string url = sfu_.stunUrls().front();
  port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  shards_.start();
}

SfuMeeting::~SfuMeeting() {
  std::promise<void> stopped;
  sfu_.stop([&stopped] { stopped.set_value(); });
  stopped.get_future().wait();
  shards_.stop();
  shards_.join();
}

SfuMeeting::Client& SfuMeeting::add(const std::string& scope) {
  Client& client = *clients_.emplace_back(std::make_unique<Client>(port_));
  client.scope = scope;
  client.session = onShard([&](sfu::ShardSfu& shard) { return shard.open(scope, {}, sfu::PeerKind::client); });
  return client;
}

void SfuMeeting::push(Client& client, std::vector<SentTrack> tracks) {
  client.tracks = std::move(tracks);
  const std::string offer = client.socket.description.offer(client.socket.peer.parameters(), client.tracks);
  const std::string answer = onShard([&](sfu::ShardSfu& shard) {
    sfu::PeerSession& session = *shard.find(client.scope, client.session);
    std::string made = valueOf(session.applyOffer(offer, {}));
    for (std::size_t i = 0; i < client.tracks.size(); ++i) {
      if (const auto error = session.publish(std::to_string(i), client.tracks[i].name)) {
        throw std::runtime_error(error.message());
      }
    }
    return made;
  });
  start(client, answer);
}

std::vector<std::string> SfuMeeting::pull(Client& client,
                                          const std::vector<std::pair<const Client*, std::string>>& tracks) {
  std::vector<std::string> mids;
  const std::string offer = onShard([&](sfu::ShardSfu& shard) {
    sfu::PeerSession& session = *shard.find(client.scope, client.session);
    for (const auto& [publisher, name] : tracks) mids.push_back(valueOf(session.pull(publisher->session, name, {})));
    return session.offer();
  });
  const std::string answer = client.socket.description.answer(client.socket.peer.parameters(), offer);
  onShard([&](sfu::ShardSfu& shard) {
    if (const auto error = shard.find(client.scope, client.session)->applyAnswer(answer)) {
      throw std::runtime_error(error.message());
    }
    return 0;
  });
  start(client, offer);
  return mids;
}

void SfuMeeting::start(Client& client, const std::string& description) {
  if (std::exchange(client.started, true)) return;
  const auto parsed = valueOf(sdp::parse(description));
  const auto live = std::ranges::find_if(parsed.media, [](const auto& section) { return !section.rejected(); });
  const sdp::TransportAttributes transport = parsed.transportOf(*live);
  client.socket.peer.setRemote({*transport.ufrag, *transport.password}, transport.fingerprints.front().value);
  client.socket.peer.start(std::chrono::steady_clock::now());
}

void SfuMeeting::work() {
  for (const auto& client : clients_) {
    if (!client->started) continue;
    client->socket.receive();
    client->socket.work();
  }
}

bool SfuMeeting::runUntil(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  std::vector<pollfd> watched;
  for (const auto& client : clients_) watched.push_back({client->socket.fd(), POLLIN, 0});
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    work();
    ::poll(watched.data(), watched.size(), 5);
  }
  return true;
}

void SfuMeeting::send(Client& client, std::size_t track, std::size_t layer, std::uint16_t sequence,
                      std::uint32_t timestamp, bool marker, util::Bytes payload) {
  const SentTrack& sent = client.tracks[track];
  std::array<std::uint8_t, transport::DatagramSink::kMaxDatagram> packet{};
  rtp::HeaderWriter writer{
      packet, {sent.video ? kVp8PayloadType : kOpusPayloadType, marker, sequence, timestamp, sent.ssrcs[layer]}};
  writer.add(kMidExtension, std::to_string(track));
  if (!sent.rids.empty()) writer.add(kRidExtension, sent.rids[layer]);
  const std::size_t at = writer.finish();
  std::ranges::copy(payload, packet.begin() + static_cast<long>(at));
  client.socket.peer.sendRtp(util::Bytes{packet}.first(at + payload.size()));
}

}  // namespace akbuzat::test
