#include "akbuzat/rtp/bandwidth_estimator.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "rtp/acknowledged_rate.hpp"
#include "rtp/delay_trend.hpp"
#include "rtp/loss_control.hpp"
#include "rtp/probe_control.hpp"
#include "rtp/rate_control.hpp"
#include "rtp/sent_packets.hpp"

namespace akbuzat::rtp {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Assumed until it is known; an ordinary path within a continent and its last miles.
constexpr microseconds kFirstRoundTrip{100'000};
constexpr microseconds kLongestRoundTrip{10'000'000};
/// The receiver's clock may leave ours by as much before it is taken as set anew.
constexpr std::int64_t kClockJumpMicros = 5'000'000;
/// Unit and width of the reference time (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
constexpr std::int64_t kReferenceMicros = 64'000;
/// Nothing sent for so long is a pause: silence of the subscriber before it means nothing.
constexpr seconds kPause{2};
/// Feedback comes every 50 to 250 ms. When it has told for this time about nothing younger, that is not chance: each
/// further second takes a fifth, down to audio and a small picture.
constexpr seconds kSilence{2};
constexpr double kSilenceFactor = 0.8;
constexpr double kSilenceFloor = 150'000;
/// With transport-wide feedback this fresh, REMB and report blocks say nothing new.
constexpr seconds kFresh{5};
/// REMB comes every second or sooner (draft-alvestrand-rmcat-remb-03 section 2). After this time each second takes a
/// tenth, down to half of what is guessed at the start.
constexpr seconds kRembSilence{10};
constexpr double kRembFactor = 0.9;
constexpr double kRembFloor = static_cast<double>(BandwidthEstimator::kStart) / 2;
constexpr seconds kDecayInterval{1};
/// Several streams report in one packet, or just one after the other; one of them counts.
constexpr milliseconds kReportInterval{500};
/// Of what arrives, when loss lowers the estimate.
constexpr double kProvedShare = 0.95;

std::int64_t microsOf(util::TimePoint time) noexcept {
  return std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count();
}

}  // namespace

struct BandwidthEstimator::Impl {
  explicit Impl(util::TimePoint now) noexcept : probes(now) {}

  /// Where the reference time of a feedback lies on the receiver's clock, unwrapped and moved so that it began at ours.
  std::int64_t alignReference(std::int32_t reference, util::TimePoint now) noexcept;
  void onPacket(std::uint16_t sequence, std::optional<std::int64_t> arrivalMicros) noexcept;
  void decay(util::TimePoint now) noexcept;
  [[nodiscard]] bool fresh(util::TimePoint now) const noexcept { return lastFeedback && now - *lastFeedback < kFresh; }
  void refresh(util::TimePoint now) noexcept;

  SentPackets sent;
  AcknowledgedRate acknowledged;
  DelayTrend trend;
  RateControl rate{kStart, kMin, kMax};
  LossControl loss;
  ProbeControl probes;

  std::optional<util::TimePoint> lastFeedback;
  /// When the youngest packet that is known to have arrived was sent.
  std::optional<util::TimePoint> lastArrived;
  std::int32_t lastReference = 0;
  std::int64_t referenceMicros = 0;

  double remb = 0;
  std::optional<util::TimePoint> lastRemb;
  std::optional<util::TimePoint> lastReport;

  std::optional<util::TimePoint> lastSent;
  util::TimePoint sendingSince;
  std::optional<util::TimePoint> lastDecay;

  microseconds roundTrip{kFirstRoundTrip};
  bool roundTripKnown = false;
  std::uint64_t target = kStart;
};

std::int64_t BandwidthEstimator::Impl::alignReference(std::int32_t reference, util::TimePoint now) noexcept {
  // The difference modulo 2^24, as a signed number.
  const std::int32_t low = (reference - lastReference) & 0xffffff;
  const std::int32_t difference = low - ((low & 0x800000) != 0 ? 0x1000000 : 0);
  lastReference = reference;
  referenceMicros += difference * kReferenceMicros;
  if (!lastFeedback || std::abs(referenceMicros - microsOf(now)) > kClockJumpMicros) {
    referenceMicros = microsOf(now);
    trend.reset();
    acknowledged.reset();
  }
  return referenceMicros;
}

void BandwidthEstimator::Impl::onPacket(std::uint16_t sequence, std::optional<std::int64_t> arrivalMicros) noexcept {
  SentPackets::Packet& packet = *sent.find(sequence);
  if (packet.state == SentPackets::State::received) return;
  const bool wasLost = packet.state == SentPackets::State::lost;
  if (!arrivalMicros) {
    packet.state = SentPackets::State::lost;
    if (wasLost) return;
    // What a probe loses is its own fault.
    packet.probe == 0 ? loss.onLost() : probes.onLost(packet.probe);
    return;
  }
  packet.state = SentPackets::State::received;
  const util::TimePoint sentAt{microseconds(packet.sentMicros)};
  lastArrived = std::max(lastArrived.value_or(sentAt), sentAt);
  acknowledged.onReceived(*arrivalMicros, packet.bytes);
  if (packet.probe != 0) {
    probes.onReceived(packet.probe, packet.bytes, packet.sentMicros, *arrivalMicros);
    return;
  }
  loss.onReceived(wasLost);
  trend.onPacket(packet.sentMicros, *arrivalMicros);
}

void BandwidthEstimator::Impl::decay(util::TimePoint now) noexcept {
  if (!lastSent || now - *lastSent > kPause) sendingSince = now;
  if (lastDecay && now - *lastDecay < kDecayInterval) return;
  lastDecay = now;
  const auto silentFor = [&](const std::optional<util::TimePoint>& last) {
    return last ? now - std::max(*last, sendingSince) : util::TimePoint::duration{};
  };
  if (silentFor(lastArrived) > kSilence) rate.backOff(kSilenceFactor, kSilenceFloor);
  if (silentFor(lastRemb) > kRembSilence) remb = std::min(remb, std::max(remb * kRembFactor, kRembFloor));
  refresh(now);
}

void BandwidthEstimator::Impl::refresh(util::TimePoint now) noexcept {
  const double estimate = lastRemb && !fresh(now) ? remb : rate.rate();
  target = static_cast<std::uint64_t>(
      std::clamp(std::min(estimate, loss.limit()), static_cast<double>(kMin), static_cast<double>(kMax)));
}

BandwidthEstimator::BandwidthEstimator(util::TimePoint now) : impl_(std::make_unique<Impl>(now)) {}
BandwidthEstimator::~BandwidthEstimator() = default;

void BandwidthEstimator::onSent(std::uint16_t transportSequence, std::size_t bytes, bool probe,
                                util::TimePoint now) noexcept {
  impl_->decay(now);
  impl_->lastSent = now;
  impl_->sent.add(transportSequence, bytes, impl_->probes.onSent(probe, now), microsOf(now));
}

void BandwidthEstimator::onFeedback(const TransportFeedback& feedback, util::TimePoint now) noexcept {
  Impl& impl = *impl_;
  bool ours = false;
  std::int64_t shift = 0;
  feedback.forEach([&](std::uint16_t sequence, bool received, std::int64_t arrivalMicros) {
    if (impl.sent.find(sequence) == nullptr) return;
    if (!ours) {
      shift = impl.alignReference(feedback.referenceTime(), now) - feedback.referenceTime() * kReferenceMicros;
      ours = true;
    }
    impl.onPacket(sequence, received ? std::optional(arrivalMicros + shift) : std::nullopt);
  });
  if (!ours) return;
  impl.lastFeedback = now;

  const auto acknowledged = impl.acknowledged.bitsPerSecond();
  if (const auto finding = impl.probes.result(static_cast<double>(impl.target), impl.roundTrip, now)) {
    impl.rate.onProbed(finding->proved, finding->atMost);
    impl.loss.onProved(finding->proved);
  }
  const RateControl::Input input{.signal = impl.trend.signal(),
                                 .queueMillis = impl.trend.queueMillis(),
                                 .acknowledged = acknowledged,
                                 .roundTrip = impl.roundTrip,
                                 .probing = impl.probes.disturbs(now)};
  const bool slower = impl.rate.update(input, now);
  const double limit = impl.loss.limit();
  impl.loss.update(impl.rate.rate(), acknowledged.value_or(0) * kProvedShare, now);
  if (slower || impl.loss.limit() < limit) impl.probes.onDecrease(now);
  impl.refresh(now);
}

void BandwidthEstimator::onRemb(std::uint64_t bitsPerSecond, util::TimePoint now) noexcept {
  impl_->remb = static_cast<double>(std::clamp(bitsPerSecond, kMin, kMax));
  impl_->lastRemb = now;
  impl_->refresh(now);
}

void BandwidthEstimator::onReport(std::uint8_t fractionLost, util::TimePoint now) noexcept {
  Impl& impl = *impl_;
  if (impl.fresh(now) || (impl.lastReport && now - *impl.lastReport < kReportInterval)) return;
  impl.lastReport = now;
  impl.loss.onShare(fractionLost / 256.0, static_cast<double>(impl.target), 0, now);
  impl.refresh(now);
}

void BandwidthEstimator::onRoundTrip(std::chrono::microseconds roundTrip) noexcept {
  Impl& impl = *impl_;
  const microseconds bounded = std::clamp(roundTrip, microseconds{0}, kLongestRoundTrip);
  impl.roundTrip = impl.roundTripKnown ? (impl.roundTrip * 7 + bounded) / 8 : bounded;
  impl.roundTripKnown = true;
}

std::uint64_t BandwidthEstimator::target() const noexcept { return impl_->target; }

std::chrono::milliseconds BandwidthEstimator::roundTrip() const noexcept {
  return std::chrono::duration_cast<milliseconds>(impl_->roundTrip);
}

double BandwidthEstimator::loss() const noexcept { return impl_->loss.share(); }

bool BandwidthEstimator::informed() const noexcept { return impl_->lastFeedback || impl_->lastRemb; }

std::optional<BandwidthEstimator::Probe> BandwidthEstimator::takeProbe(std::uint64_t wanted,
                                                                       util::TimePoint now) noexcept {
  impl_->decay(now);
  return impl_->probes.take(static_cast<double>(impl_->target), static_cast<double>(wanted),
                            impl_->lastFeedback.has_value(), now);
}

}  // namespace akbuzat::rtp
