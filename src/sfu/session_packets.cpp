// What comes from the client: its media, and its reports about ours.

#include <algorithm>
#include <cstring>

#include "sfu/session.hpp"

namespace akbuzat::sfu {
namespace {

/// SSRCs of one client; a browser has a handful a track.
constexpr std::size_t kMaxIncoming = 1024;
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

Session::Incoming* Session::incomingOf(const rtp::PacketView& view, util::TimePoint now) {
  const auto known = incoming_.find(view.ssrc());
  return known != incoming_.end() ? &known->second : identify(view, now);
}

/// An SSRC that no description has named: its first packets say which section and layer they are of (RFC 8843 section
/// 9.2, RFC 8852).
Session::Incoming* Session::identify(const rtp::PacketView& view, util::TimePoint now) {
  if (incoming_.size() >= kMaxIncoming) return nullptr;
  for (const auto& [mid, track] : published_) {
    const sdp::ReceiveParameters& parameters = track->parameters();
    const std::string_view named = view.textExtension(parameters.extensions.mid);
    const bool rtx = parameters.rtxPayloadType != 0 && view.payloadType() == parameters.rtxPayloadType;
    if (named != mid || (!rtx && view.payloadType() != parameters.payloadType)) continue;
    const auto layer =
        track->layerOf(view.textExtension(rtx ? parameters.extensions.repairedRid : parameters.extensions.rid));
    if (!layer) return nullptr;
    Source& source = *track->sources()[*layer];
    // One that still speaks is not replaced by whoever else names its section.
    if (!rtx && source.ssrc() != 0 && now - source.lastPacket() < kSilence) return nullptr;
    if (const std::uint32_t before = rtx ? source.rtxSsrc() : source.ssrc(); incoming_.erase(before) != 0) {
      transport_.forgetInbound(before);
    }
    if (rtx)
      source.bindRtx(view.ssrc());
    else
      track->bind(*layer, view.ssrc());
    return &(incoming_[view.ssrc()] = {track.get(), *layer, rtx});
  }
  return nullptr;
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
