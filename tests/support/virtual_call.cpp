#include "support/virtual_call.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "akbuzat/rtp/packet.hpp"

namespace akbuzat::test {
namespace {

using namespace std::chrono_literals;

/// The SFU's own tick.
constexpr auto kStep = 5ms;
/// As much as a home router holds.
constexpr auto kQueue = 300ms;

transport::Endpoint endpoint(std::uint8_t last, std::uint16_t port) {
  transport::Endpoint made;
  made.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last};
  made.port = port;
  return made;
}

sdp::Negotiator negotiatorFor(const transport::IceCredentials& ice, const transport::Certificate& certificate) {
  return sdp::Negotiator{{.transport = {.ufrag = ice.ufrag,
                                        .password = ice.password,
                                        .fingerprint = certificate.fingerprint(),
                                        .candidates = {"candidate:1 1 udp 2130706431 10.0.0.1 8787 typ host"}},
                          .videoCodec = sdp::CodecName::vp8,
                          .sessionId = 7}};
}

template <class T>
T valueOf(boost::system::result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return *std::move(result);
}

}  // namespace

VirtualCall::VirtualCall(std::uint32_t seed) : random_(seed) {}
VirtualCall::~VirtualCall() = default;

VirtualClient& VirtualCall::add(Link link) {
  const std::uint16_t port = nextPort_++;
  clients_.push_back(std::make_unique<VirtualClient>(*this, link, "session" + std::to_string(port), port));
  return *clients_.back();
}

void VirtualCall::remove(VirtualClient& client) {
  std::vector<InFlight> kept;
  for (; !flying_.empty(); flying_.pop()) {
    if (flying_.top().client != &client) kept.push_back(flying_.top());
  }
  for (InFlight& one : kept) flying_.push(std::move(one));
  std::erase_if(clients_, [&client](const auto& known) { return known.get() == &client; });
}

sfu::PublishedTrack* VirtualCall::findTrack(std::string_view, const sfu::SessionId& publisher, std::string_view name) {
  for (const auto& client : clients_) {
    if (client->session_ && client->id() == publisher) return client->session_->published(name);
  }
  return nullptr;
}

void VirtualCall::send(const transport::Path& path, std::size_t size) {
  for (const auto& client : clients_) {
    if (client->path_ == path)
      return launch(*client, true, {buffer_.begin(), buffer_.begin() + static_cast<long>(size)});
  }
}

void VirtualCall::launch(VirtualClient& client, bool toClient, std::vector<std::uint8_t> bytes) {
  const Link& link = client.link;
  std::uniform_real_distribution<double> chance{0, 1};
  if (chance(random_) < link.loss) return;
  util::TimePoint leaves = now_;
  if (toClient && link.bitsPerSecond != 0) {
    leaves = std::max(now_, client.lineFreeAt_);
    if (leaves - now_ > kQueue) return;
    const auto takes =
        std::chrono::duration<double>(static_cast<double>(bytes.size()) * 8 / static_cast<double>(link.bitsPerSecond));
    client.lineFreeAt_ = leaves + std::chrono::duration_cast<util::TimePoint::duration>(takes);
    leaves = client.lineFreeAt_;
  }
  const int copies = chance(random_) < link.duplication ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    const auto jitter = std::chrono::duration_cast<util::TimePoint::duration>(link.jitter * chance(random_));
    flying_.push({leaves + link.delay + jitter, launched_++, &client, toClient, bytes});
  }
}

void VirtualCall::step(util::TimePoint until) {
  while (!flying_.empty() && flying_.top().at <= until) {
    InFlight datagram = flying_.top();
    flying_.pop();
    now_ = std::max(now_, datagram.at);
    if (datagram.toClient) {
      datagram.client->bytesReceived += datagram.bytes.size();
      datagram.client->peer_.receive(datagram.bytes, now_);
    } else {
      datagram.client->session_->touch(now_);
      datagram.client->session_->transport().receive(datagram.bytes, datagram.client->path_, now_);
    }
  }
  now_ = until;
  static const sfu::SessionId kNobody;
  for (const auto& client : clients_) {
    if (client->started_ && now_ >= client->peer_.deadline()) client->peer_.tick(now_);
    client->session_->tick(speaker_ != nullptr ? speaker_->id() : kNobody, now_);
  }
  for (const auto& client : clients_) {
    auto& outgoing = client->peer_.outgoing();
    for (; !outgoing.empty(); outgoing.pop_front()) launch(*client, false, std::move(outgoing.front()));
  }
}

void VirtualCall::run(std::chrono::milliseconds time, const std::function<void()>& each) {
  for (const util::TimePoint end = now_ + time; now_ < end;) {
    step(now_ + kStep);
    if (each) each();
  }
}

bool VirtualCall::runUntil(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  for (const util::TimePoint end = now_ + limit; now_ < end && !condition();) step(now_ + kStep);
  return condition();
}

VirtualClient::VirtualClient(VirtualCall& call, Link given, std::string id, std::uint16_t port)
    : link(given), call_(call), path_{0, endpoint(2, port), endpoint(1, 8787)} {
  transport::IceCredentials ice = transport::makeIceCredentials(0);
  sdp::Negotiator negotiator = negotiatorFor(ice, call.certificate_);
  peer_.setRemote(ice, call.certificate_.fingerprint());
  peer_.onRtp = [this](util::Bytes packet) { onRtp(packet); };
  peer_.onRtcp = [this](util::Bytes packet) { reports.emplace_back(packet.begin(), packet.end()); };
  session_ = std::make_unique<sfu::Session>(std::move(id), "room", "owner", call.certificate_, std::move(ice),
                                            std::move(negotiator), call, sfu::PeerKind::client, call.now_);
}

void VirtualClient::push(std::vector<SentTrack> tracks) {
  sending_ = std::move(tracks);
  valueOf(session_->applyOffer(description_.offer(peer_.parameters(), sending_), {}));
  for (std::size_t i = 0; i < sending_.size(); ++i) {
    if (const auto error = session_->publish(std::to_string(i), sending_[i].name)) {
      throw std::runtime_error(error.message());
    }
  }
  peer_.start(call_.now());
  started_ = true;
}

std::string VirtualClient::pull(const VirtualClient& publisher, const std::string& name, sfu::LayerWish wish) {
  std::string mid = valueOf(session_->pull(publisher.id(), name, std::move(wish)));
  const std::string answer = description_.answer(peer_.parameters(), session_->offer());
  if (const auto error = session_->applyAnswer(answer)) throw std::runtime_error(error.message());
  start();
  return mid;
}

std::string VirtualClient::pullAnswerLost(const VirtualClient& publisher, const std::string& name) {
  std::string mid = valueOf(session_->pull(publisher.id(), name, {}));
  valueOf(session_->applyOffer(description_.offerAfter(peer_.parameters(), session_->offer()), {}));
  start();
  return mid;
}

void VirtualClient::start() {
  if (!std::exchange(started_, true)) peer_.start(call_.now());
}

void VirtualClient::send(std::size_t track, std::size_t layer, std::uint16_t sequence, std::uint32_t timestamp,
                         bool marker, util::Bytes payload) {
  const SentTrack& sending = sending_[track];
  std::array<std::uint8_t, transport::DatagramSink::kMaxDatagram> packet{};
  rtp::HeaderWriter writer{
      packet, {sending.video ? kVp8PayloadType : kOpusPayloadType, marker, sequence, timestamp, sending.ssrcs[layer]}};
  if (naming_) writer.add(kMidExtension, std::to_string(track));
  if (naming_ && !sending.rids.empty()) writer.add(kRidExtension, sending.rids[layer]);
  const std::size_t at = writer.finish();
  std::ranges::copy(payload, packet.begin() + static_cast<long>(at));
  peer_.sendRtp(util::Bytes{packet}.first(at + payload.size()));
}

void VirtualClient::onRtp(util::Bytes packet) {
  const auto view = rtp::PacketView::parse(packet);
  if (!view) throw std::runtime_error("the SFU has sent a malformed packet");
  received_[view->ssrc()].push_back({call_.now(), {packet.begin(), packet.end()}});
  if (const auto number = view->extension(description_.transportSequenceId()); number && number->size() == 2) {
    feedback_.onPacket(util::readU16(*number, 0), call_.now());
  }
}

void VirtualClient::reportFeedback() {
  std::array<std::uint8_t, 1200> packet{};
  while (feedback_.pending()) {
    const std::size_t size = feedback_.write(packet, 0, 1, 2);
    if (size == 0) return;
    peer_.sendRtcp(util::Bytes{packet}.first(size));
  }
}

}  // namespace akbuzat::test
