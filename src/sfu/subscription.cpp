#include "sfu/subscription.hpp"

#include <algorithm>
#include <utility>

#include "akbuzat/rtp/sequence.hpp"
#include "sfu/clock_rate.hpp"

namespace akbuzat::sfu {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

/// What has waited for longer is of no use in a conversation.
constexpr auto kMaxWait = 700ms;
constexpr std::size_t kMaxWaiting = 512;
/// A layer that is sent with less than this share of the next worse one's bits is not in full swing.
constexpr double kSettled = 0.7;
/// The round trip is what the client says it is; nobody is served more often than this.
constexpr auto kShortestRoundTrip = 20ms;
/// How far back a probe looks for a packet to send once more.
constexpr std::uint16_t kProbeDepth = 64;

std::optional<rtp::Vp8Descriptor> vp8Of(sdp::CodecName codec, const rtp::PacketView& view) noexcept {
  return codec == sdp::CodecName::vp8 ? rtp::parseVp8(view.payload()) : std::nullopt;
}

}  // namespace

Subscription::Subscription(const sdp::SendParameters& parameters, PublishedTrack& track, LayerWish wish,
                           Downlink& downlink)
    : parameters_(parameters),
      track_(&track),
      publisher_(track.publisher()),
      name_(track.name()),
      wish_(std::move(wish)),
      downlink_(downlink),
      rewriter_(clockRateOf(parameters.codec)) {
  if (isVideo()) history_.resize(kHistory);
  track.add(*this);
}

Subscription::~Subscription() {
  if (track_ != nullptr) track_->remove(*this);
}

void Subscription::activate() noexcept {
  if (std::exchange(active_, true)) return;
  remindOfKeyframe();
}

void Subscription::setTrack(PublishedTrack& track) {
  if (track_ != nullptr) track_->remove(*this);
  track_ = &track;
  publisher_ = track.publisher();
  name_ = track.name();
  giveUpWaiting();
  rewriter_.switchSource();
  current_.reset();
  target_.reset();
  for (Sent& sent : history_) sent.known = false;
  track.add(*this);
}

void Subscription::sourceGone() noexcept {
  track_ = nullptr;
  giveUpWaiting();
  current_.reset();
  target_.reset();
}

void Subscription::sourceRestarted(std::size_t layer) noexcept {
  if (!isVideo()) return rewriter_.switchSource();
  // Numbers of the old stream mean nothing in the new one.
  for (Sent& sent : history_) sent.known = sent.known && sent.layer != layer;
  if (current_ != layer) return;
  giveUpWaiting();
  current_.reset();
  remindOfKeyframe();
}

Source* Subscription::sourceAt(std::size_t layer) const noexcept {
  if (track_ == nullptr || layer >= track_->sources().size()) return nullptr;
  return track_->sources()[layer].get();
}

bool Subscription::forwards(const RoutedPacket& packet) {
  if (!active_) return false;
  if (!isVideo()) return true;
  if (current_ != target_ && target_ == packet.layer && packet.keyframe) {
    current_ = target_;
    rewriter_.switchSource();
  }
  return current_ == packet.layer;
}

void Subscription::onPacket(const RoutedPacket& packet, util::TimePoint now) {
  if (!forwards(packet)) return;
  const rtp::PacketView& view = packet.view;
  if (view.payload().empty()) return rewriter_.skip(view.sequenceNumber());
  const auto numbers = rewriter_.translate(view.sequenceNumber(), view.timestamp(), packet.vp8, now);
  if (!numbers) return;
  Sent sent{.sequence = numbers->sequence,
            .sourceSequence = view.sequenceNumber(),
            .timestamp = numbers->timestamp,
            .pictureId = numbers->pictureId,
            .tl0PicIdx = numbers->tl0PicIdx,
            .layer = static_cast<std::uint8_t>(packet.layer),
            .known = true};
  if (!isVideo()) return transmit(sent, view, nullptr, packet.audioLevel, now);

  const bool late = anySent_ && !rtp::newer(sent.sequence, newest_);
  if (!late) {
    newest_ = sent.sequence;
    anySent_ = true;
  }
  Sent& slot = history_[sent.sequence % kHistory];
  // Numbers that jump a whole round of the history would take the place of one that waits.
  if (slot.waiting) return giveUpWaiting();
  // What came late is sent at once: the client misses it already.
  sent.waiting = !late && (waiting_ > 0 || !downlink_.mayPass(now));
  sent.waitingSince = now;
  slot = sent;
  if (!sent.waiting) return transmit(sent, view, packet.vp8, std::nullopt, now);
  if (waiting_ == 0) nextWaiting_ = sent.sequence;
  if (++waiting_ > kMaxWaiting) giveUpWaiting();
}

Subscription::Sent* Subscription::nextWaiting() noexcept {
  if (waiting_ == 0) return nullptr;
  for (; !rtp::newer(nextWaiting_, newest_); ++nextWaiting_) {
    Sent& sent = history_[nextWaiting_ % kHistory];
    // Else a hole: the packet has not come to us.
    if (sent.sequence == nextWaiting_ && sent.waiting) return &sent;
  }
  waiting_ = 0;
  return nullptr;
}

bool Subscription::drain(util::TimePoint now) {
  while (Sent* sent = nextWaiting()) {
    const Source* source = sourceAt(sent->layer);
    const util::Bytes bytes = source != nullptr ? source->cached(sent->sourceSequence) : util::Bytes{};
    const auto view = rtp::PacketView::parse(bytes);
    if (!view || now - sent->waitingSince > kMaxWait) {
      giveUpWaiting();
      return true;
    }
    if (!downlink_.mayPass(now)) return false;
    sent->waiting = false;
    --waiting_;
    const auto vp8 = vp8Of(parameters_.codec, *view);
    transmit(*sent, *view, vp8 ? &*vp8 : nullptr, std::nullopt, now);
  }
  return true;
}

void Subscription::giveUpWaiting() noexcept {
  if (waiting_ == 0) return;
  while (Sent* sent = nextWaiting()) {
    sent->waiting = false;
    sent->known = false;
    --waiting_;
  }
  current_.reset();
  remindOfKeyframe();
}

void Subscription::transmit(const Sent& sent, const rtp::PacketView& view, const rtp::Vp8Descriptor* vp8,
                            std::optional<std::uint8_t> audioLevel, util::TimePoint now) {
  OutgoingPacket packet{
      .header = {parameters_.payloadType, view.marker(), sent.sequence, sent.timestamp, parameters_.ssrc},
      .extensions = parameters_.extensions,
      .mid = parameters_.mid,
      .audioLevel = audioLevel,
      .originalSequence = {},
      .payload = view.payload(),
      .vp8 = {}};
  if (vp8 != nullptr) packet.vp8 = OutgoingPacket::Vp8Ids{*vp8, sent.pictureId, sent.tl0PicIdx};
  if (downlink_.send(packet, false, now) == 0) return;
  ++packets_;
  octets_ += static_cast<std::uint32_t>(view.payload().size());
  lastSent_ = now;
}

std::size_t Subscription::retransmit(const Sent& sent, bool probe, util::TimePoint now) {
  if (parameters_.rtxSsrc == 0 || parameters_.rtxPayloadType == 0) return 0;
  const Source* source = sourceAt(sent.layer);
  const auto view = rtp::PacketView::parse(source != nullptr ? source->cached(sent.sourceSequence) : util::Bytes{});
  if (!view) return 0;
  OutgoingPacket packet{
      .header = {parameters_.rtxPayloadType, view->marker(), rtxSequence_, sent.timestamp, parameters_.rtxSsrc},
      .extensions = parameters_.extensions,
      .mid = parameters_.mid,
      .audioLevel = {},
      .originalSequence = sent.sequence,
      .payload = view->payload(),
      .vp8 = {}};
  if (const auto vp8 = vp8Of(parameters_.codec, *view)) {
    packet.vp8 = OutgoingPacket::Vp8Ids{*vp8, sent.pictureId, sent.tl0PicIdx};
  }
  const std::size_t size = downlink_.send(packet, probe, now);
  if (size != 0) ++rtxSequence_;
  return size;
}

void Subscription::onNack(std::uint16_t sequence, milliseconds roundTrip, util::TimePoint now) {
  if (history_.empty() || !active_) return;
  Sent& sent = history_[sequence % kHistory];
  if (!sent.known || sent.sequence != sequence) recover(sequence, now);
  if (!sent.known || sent.waiting || sent.sequence != sequence) return;
  if (now - sent.resentAt < std::max(roundTrip, kShortestRoundTrip)) return;
  // A line that is full is not helped by more; the client asks again.
  if (!downlink_.mayPass(now) || !downlink_.mayResend(now)) return;
  if (const std::size_t size = retransmit(sent, false, now); size != 0) {
    sent.resentAt = now;
    downlink_.onResent(size);
  }
}

void Subscription::recover(std::uint16_t sequence, util::TimePoint now) {
  const auto original = rewriter_.original(sequence);
  const Source* source = original && current_ ? sourceAt(*current_) : nullptr;
  const auto view = rtp::PacketView::parse(source != nullptr ? source->cached(*original) : util::Bytes{});
  if (!view || view->payload().empty()) return;
  const auto vp8 = vp8Of(parameters_.codec, *view);
  const auto numbers = rewriter_.translate(*original, view->timestamp(), vp8 ? &*vp8 : nullptr, now);
  if (!numbers || numbers->sequence != sequence) return;
  history_[sequence % kHistory] = {.sequence = sequence,
                                   .sourceSequence = *original,
                                   .timestamp = numbers->timestamp,
                                   .pictureId = numbers->pictureId,
                                   .tl0PicIdx = numbers->tl0PicIdx,
                                   .layer = static_cast<std::uint8_t>(*current_),
                                   .known = true};
}

void Subscription::onKeyframeRequest() noexcept {
  if (Source* source = current_ ? sourceAt(*current_) : nullptr) source->needKeyframe();
  remindOfKeyframe();
}

std::size_t Subscription::sendProbePacket(util::TimePoint now) {
  if (history_.empty() || !anySent_ || !active_) return 0;
  for (std::uint16_t tries = 0; tries < kProbeDepth; ++tries) {
    const auto age = static_cast<std::uint16_t>(probeSequence_++ % kProbeDepth);
    const auto sequence = static_cast<std::uint16_t>(newest_ - age);
    const Sent& sent = history_[sequence % kHistory];
    if (!sent.known || sent.waiting || sent.sequence != sequence) continue;
    if (const std::size_t size = retransmit(sent, true, now); size != 0) return size;
  }
  return 0;
}

rtp::StreamDemand Subscription::demand(util::TimePoint now) const noexcept {
  rtp::StreamDemand demand;
  demand.current = target_;
  if (!isVideo()) {
    demand.streamClass = rtp::StreamClass::audio;
    if (track_ != nullptr) demand.bitrates[0] = track_->sources().front()->bitrate(now);
    return demand;
  }
  if (track_ == nullptr) return demand;
  const auto& sources = track_->sources();
  demand.layerCount = sources.size();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    demand.bitrates[i] = sources[i]->bitrate(now);
    if (sources[i]->rid() == wish_.rid) demand.bestWished = i;
  }
  // An encoder that has just begun a better layer sends it at a few frames a second at first: not yet worth a switch.
  for (std::size_t i = 0; i + 1 < sources.size(); ++i) {
    if (target_ != i && demand.bitrates[i] < kSettled * demand.bitrates[i + 1]) demand.bitrates[i] = 0;
  }
  // A picture that stands still sends nothing for long and is wanted all the same.
  const auto sent = std::span{demand.bitrates}.first(demand.layerCount);
  if (std::ranges::all_of(sent, [](std::uint32_t bitrate) { return bitrate == 0; })) {
    sent[std::min(target_.value_or(demand.layerCount - 1), demand.layerCount - 1)] = 1;
  }
  const bool wishedIsSent = demand.bitrates[demand.bestWished] != 0;
  demand.onlyWished = !wish_.rid.empty() && (wishedIsSent ? wish_.neverWorse : wish_.neverOther);
  return demand;
}

void Subscription::choose(std::optional<std::size_t> layer) noexcept {
  if (!isVideo() || layer == target_) return;
  target_ = layer;
  if (!layer) {
    // Paused: what is half sent is of no use either.
    giveUpWaiting();
    current_.reset();
    return;
  }
  remindOfKeyframe();
}

void Subscription::remindOfKeyframe() noexcept {
  if (!active_ || !isVideo() || !target_ || current_ == target_) return;
  if (Source* source = sourceAt(*target_)) source->needKeyframe();
}

std::optional<rtp::SenderReport> Subscription::senderReport(util::TimePoint now) {
  const Source* source = isVideo() ? (current_ ? sourceAt(*current_) : nullptr) : sourceAt(0);
  if (source == nullptr || !source->clock() || packets_ == 0) return std::nullopt;
  const auto& clock = *source->clock();
  const double elapsed = duration<double>(now - clock.at).count();
  const auto timestamp = rewriter_.translateTimestamp(
      clock.rtpTimestamp + static_cast<std::uint32_t>(static_cast<std::int64_t>(
                               elapsed * static_cast<double>(clockRateOf(parameters_.codec)))));
  if (!timestamp) return std::nullopt;
  rtp::SenderReport report{.ssrc = parameters_.ssrc,
                           .ntp = clock.ntp + static_cast<std::uint64_t>(elapsed * 4294967296.0),
                           .rtpTimestamp = *timestamp,
                           .packets = packets_,
                           .octets = octets_,
                           .blocks = {}};
  reports_[nextReport_] = {rtp::compactNtp(report.ntp), now};
  nextReport_ = (nextReport_ + 1) % reports_.size();
  return report;
}

std::optional<microseconds> Subscription::roundTripOf(const rtp::ReportBlock& block,
                                                      util::TimePoint now) const noexcept {
  if (block.lastSenderReport == 0) return std::nullopt;
  const auto report = std::ranges::find(reports_, block.lastSenderReport, &ReportSent::compactNtp);
  if (report == reports_.end()) return std::nullopt;
  const auto held = microseconds{std::int64_t{block.delaySinceLastSenderReport} * 1'000'000 / 65536};
  return std::max(microseconds{0}, duration_cast<microseconds>(now - report->at) - held);
}

}  // namespace akbuzat::sfu
