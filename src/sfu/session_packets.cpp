// What comes from the client: its media, and its reports about ours.

#include <algorithm>
#include <cstring>

#include "sfu/session.hpp"

namespace akbuzat::sfu {
namespace {

/// SSRCs of one client that are known at a time; a browser has a handful a track. Some fewer than SRTP keeps state of
/// (transport::PeerTransport::forgetInbound), for those that are not known to anybody.
constexpr std::size_t kMaxIncoming = 960;
/// A source that has been silent for so long may go on under another SSRC.
constexpr auto kSilence = std::chrono::milliseconds{500};
/// The original sequence number before an RTX payload (RFC 4588 section 4).
constexpr std::size_t kOriginalSequenceSize = 2;

}  // namespace

void Session::onState(transport::PeerTransport::State state, util::TimePoint) {
  if (state != transport::PeerTransport::State::connected) return;
  nextDistribution_ = {};
  for (const auto& [mid, subscription] : pulled_) subscription->remindOfKeyframe();
}

// Media

void Session::onRtp(util::MutableBytes packet, util::TimePoint now) {
  const auto view = rtp::PacketView::parse(packet);
  if (!view) return;
  const Incoming* incoming = incomingOf(*view, now);
  if (incoming == nullptr) return;
  const sdp::ReceiveParameters& parameters = incoming->track->parameters();
  if (const auto number = view->extension(parameters.extensions.transportSequence); number && number->size() >= 2) {
    feedback_.onPacket(util::readU16(*number, 0), now);
  }
  if (incoming->rtx) return onRetransmission(*incoming, packet, *view, now);
  // The answer allows one payload type; another one has no subscriber who could decode it.
  if (view->payloadType() != parameters.payloadType) return;
  incoming->track->onPacket(incoming->layer, *view, false, now);
}

void Session::onRetransmission(const Incoming& incoming, util::MutableBytes packet, const rtp::PacketView& view,
                               util::TimePoint now) {
  const Source& source = *incoming.track->sources()[incoming.layer];
  // Padding of the publisher's own probing.
  if (view.payload().size() <= kOriginalSequenceSize || source.ssrc() == 0) return;
  const std::uint16_t sequence = util::readU16(view.payload(), 0);
  // Makes the original of it: the header moves up to the payload proper.
  const auto headerSize = static_cast<std::size_t>(view.payload().data() - packet.data());
  std::memmove(packet.data() + kOriginalSequenceSize, packet.data(), headerSize);
  const util::MutableBytes original = packet.subspan(kOriginalSequenceSize);
  original[1] = static_cast<std::uint8_t>((original[1] & 0x80U) | incoming.track->parameters().payloadType);
  util::writeU16(original, 2, sequence);
  util::writeU32(original, 8, source.ssrc());
  if (const auto restored = rtp::PacketView::parse(original)) {
    incoming.track->onPacket(incoming.layer, *restored, true, now);
  }
}

const Session::Incoming* Session::incomingOf(const rtp::PacketView& view, util::TimePoint now) {
  auto known = incoming_.find(view.ssrc());
  if (known == incoming_.end()) {
    const auto identified = identify(view);
    if (!identified || !takeOver(*identified, view.ssrc(), now)) return nullptr;
    makeRoom();
    known = incoming_.emplace(view.ssrc(), *identified).first;
  } else if (!takeOver(known->second, view.ssrc(), now)) {
    return nullptr;
  }
  known->second.heard = now;
  return &known->second;
}

/// Makes `ssrc` the one of its source, if it is not yet. False if another one speaks: that is not replaced by whoever
/// else names its section.
bool Session::takeOver(const Incoming& incoming, std::uint32_t ssrc, util::TimePoint now) {
  Source& source = *incoming.track->sources()[incoming.layer];
  if (incoming.rtx) {
    source.bindRtx(ssrc);
  } else if (source.ssrc() != ssrc) {
    if (source.ssrc() != 0 && now - source.lastPacket() < kSilence) return false;
    incoming.track->bind(incoming.layer, ssrc);
  }
  return true;
}

/// Forgets the SSRC that has been silent longest, if there are too many; one that is its source's rather not.
void Session::makeRoom() {
  if (incoming_.size() < kMaxIncoming) return;
  const auto rank = [](const auto& entry) {
    const Source& source = *entry.second.track->sources()[entry.second.layer];
    const bool current = entry.first == (entry.second.rtx ? source.rtxSsrc() : source.ssrc());
    return std::pair{current, entry.second.heard};
  };
  const auto oldest =
      std::ranges::min_element(incoming_, [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  transport_.forgetInbound(oldest->first);
  incoming_.erase(oldest);
}

/// What an SSRC that no description has named is: its first packets say which section and layer they are of (RFC 8843
/// section 9.2, RFC 8852).
std::optional<Session::Incoming> Session::identify(const rtp::PacketView& view) const {
  bool named = false;
  for (const auto& [mid, track] : published_) {
    const sdp::ReceiveParameters& parameters = track->parameters();
    const std::string_view name = view.textExtension(parameters.extensions.mid);
    named = named || !name.empty();
    const bool rtx = parameters.rtxPayloadType != 0 && view.payloadType() == parameters.rtxPayloadType;
    if (name != mid || (!rtx && view.payloadType() != parameters.payloadType)) continue;
    const auto layer =
        track->layerOf(view.textExtension(rtx ? parameters.extensions.repairedRid : parameters.extensions.rid));
    if (!layer) return std::nullopt;
    return Incoming{track.get(), *layer, rtx};
  }
  return named ? std::nullopt : onlyTrackOf(view.payloadType());
}

/// A peer that names neither SSRCs nor sections: the payload type tells, if it is one section's alone (RFC 8843 section
/// 9.2).
std::optional<Session::Incoming> Session::onlyTrackOf(std::uint8_t payloadType) const {
  std::optional<Incoming> only;
  for (const auto& [mid, track] : published_) {
    const sdp::ReceiveParameters& parameters = track->parameters();
    const bool rtx = parameters.rtxPayloadType != 0 && payloadType == parameters.rtxPayloadType;
    if (!rtx && payloadType != parameters.payloadType) continue;
    if (only || track->isSimulcast()) return std::nullopt;
    only = Incoming{track.get(), 0, rtx};
  }
  return only;
}

// Reports

void Session::onRtcp(util::Bytes packet, util::TimePoint now) {
  rtp::RtcpReader reader{packet};
  while (const auto part = reader.next()) onRtcpPart(*part, now);
}

void Session::onRtcpPart(const rtp::RtcpPacket& part, util::TimePoint now) {
  if (const auto* report = std::get_if<rtp::SenderReport>(&part)) {
    const auto incoming = incoming_.find(report->ssrc);
    if (incoming != incoming_.end() && !incoming->second.rtx) {
      incoming->second.track->sources()[incoming->second.layer]->onSenderReport(*report, now);
    }
    onReportBlocks(report->blocks, now);
  } else if (const auto* received = std::get_if<rtp::ReceiverReport>(&part)) {
    onReportBlocks(received->blocks, now);
  } else if (const auto* nack = std::get_if<rtp::Nack>(&part)) {
    if (Subscription* subscription = subscriptionOf(nack->mediaSsrc)) {
      const auto roundTrip = downlink_.estimator().roundTrip();
      rtp::forEachLost(*nack, [&](std::uint16_t sequence) { subscription->onNack(sequence, roundTrip, now); });
    }
  } else if (const auto* loss = std::get_if<rtp::PictureLossIndication>(&part)) {
    if (Subscription* subscription = subscriptionOf(loss->mediaSsrc)) subscription->onKeyframeRequest();
  } else if (const auto* request = std::get_if<rtp::FullIntraRequest>(&part)) {
    // RFC 5104 section 4.3.1. To the publisher it goes as a PLI, like every wish for a keyframe: wishes of many
    // viewers become one, and browsers treat both alike.
    if (Subscription* subscription = subscriptionOf(request->mediaSsrc)) subscription->onKeyframeRequest();
  } else if (const auto* estimate = std::get_if<rtp::ReceiverEstimatedMaximumBitrate>(&part)) {
    downlink_.onRemb(estimate->bitsPerSecond, now);
  } else if (const auto* feedback = std::get_if<rtp::TransportFeedbackPacket>(&part)) {
    if (const auto content = rtp::TransportFeedback::parse(feedback->content)) downlink_.onFeedback(*content, now);
  }
}

void Session::onReportBlocks(util::Bytes blocks, util::TimePoint now) {
  std::optional<std::uint8_t> worst;
  for (std::size_t i = 0; i < rtp::blockCount(blocks); ++i) {
    const rtp::ReportBlock block = rtp::blockAt(blocks, i);
    const Subscription* subscription = subscriptionOf(block.ssrc);
    if (subscription == nullptr) continue;
    if (const auto roundTrip = subscription->roundTripOf(block, now)) downlink_.estimator().onRoundTrip(*roundTrip);
    worst = std::max(worst.value_or(0), block.fractionLost);
  }
  if (worst) downlink_.estimator().onReport(*worst, now);
}

Subscription* Session::subscriptionOf(std::uint32_t ssrc) noexcept {
  const auto found = bySsrc_.find(ssrc);
  return found == bySsrc_.end() ? nullptr : found->second;
}

}  // namespace akbuzat::sfu
