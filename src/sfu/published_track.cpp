#include "sfu/published_track.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sfu/clock_rate.hpp"
#include "sfu/subscription.hpp"

namespace akbuzat::sfu {
namespace {

/// Weight of one packet (20 ms) in the loudness: a voice counts after some 200 ms and is remembered for about a second.
constexpr double kRise = 0.1;
constexpr double kFall = 0.02;
/// A microphone whose packets stay away says nothing, however loud it was.
constexpr auto kSilentAfter = std::chrono::seconds{1};

}  // namespace

PublishedTrack::PublishedTrack(SessionId publisher, const sdp::ReceiveParameters& parameters, rtp::PacketPool& pool)
    : publisher_(std::move(publisher)), parameters_(parameters) {
  // "asciibetical": a is the best (protocol D.1).
  std::vector<std::string> rids = parameters.rids;
  std::ranges::sort(rids);
  if (rids.empty()) rids.emplace_back();
  if (rids.size() > rtp::StreamDemand::kMaxLayers) rids.resize(rtp::StreamDemand::kMaxLayers);
  for (std::string& rid : rids) {
    sources_.push_back(std::make_unique<Source>(std::move(rid), clockRateOf(parameters.codec), isVideo(), pool));
  }
  update(parameters);
}

PublishedTrack::~PublishedTrack() {
  for (Subscription* subscription : std::exchange(subscribers_, {})) subscription->sourceGone();
}

void PublishedTrack::update(const sdp::ReceiveParameters& parameters) {
  parameters_ = parameters;
  for (std::size_t i = 0; i < parameters.sources.size(); ++i) {
    const auto layer = layerOf(i < parameters.rids.size() ? parameters.rids[i] : std::string{});
    if (!layer) continue;
    bind(*layer, parameters.sources[i].ssrc);
    sources_[*layer]->bindRtx(parameters.sources[i].rtxSsrc);
  }
}

void PublishedTrack::bind(std::size_t layer, std::uint32_t ssrc) {
  if (!sources_[layer]->bind(ssrc)) return;
  for (Subscription* subscription : subscribers_) subscription->sourceRestarted(layer);
}

std::optional<std::size_t> PublishedTrack::layerOf(std::string_view rid) const noexcept {
  if (sources_.size() == 1 && sources_.front()->rid().empty()) return 0;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i]->rid() == rid) return i;
  }
  return std::nullopt;
}

bool PublishedTrack::startsKeyframe(const rtp::PacketView& view, const rtp::Vp8Descriptor* vp8) const noexcept {
  switch (parameters_.codec) {
    case sdp::CodecName::opus: return false;
    case sdp::CodecName::vp8: return vp8 != nullptr && vp8->keyframeStart;
    case sdp::CodecName::vp9: return rtp::startsKeyframeVp9(view.payload());
    case sdp::CodecName::h264: return rtp::startsKeyframeH264(view.payload());
    case sdp::CodecName::av1: return rtp::startsKeyframeAv1(view.payload());
  }
  return false;
}

void PublishedTrack::onPacket(std::size_t layer, const rtp::PacketView& view, bool retransmitted, util::TimePoint now) {
  std::optional<rtp::Vp8Descriptor> vp8;
  if (parameters_.codec == sdp::CodecName::vp8) vp8 = rtp::parseVp8(view.payload());
  const bool keyframe = startsKeyframe(view, vp8 ? &*vp8 : nullptr);
  std::optional<std::uint8_t> level;
  if (!isVideo()) {
    if (const auto element = view.extension(parameters_.extensions.audioLevel); element && !element->empty()) {
      level = element->front();
      listenTo(*level);
    }
  }
  Source& source = *sources_[layer];
  if (!source.onPacket(view.sequenceNumber(), view.timestamp(), view.bytes(), retransmitted, keyframe, now)) return;
  const RoutedPacket packet{view, layer, vp8 ? &*vp8 : nullptr, keyframe, level};
  for (Subscription* subscription : subscribers_) subscription->onPacket(packet, now);
}

void PublishedTrack::listenTo(std::uint8_t audioLevel) noexcept {
  const rtp::AudioLevel heard = rtp::parseAudioLevel(audioLevel);
  // -dBov to linear amplitude.
  const double amplitude = heard.level >= 127 ? 0 : std::pow(10.0, -static_cast<double>(heard.level) / 20);
  loudness_ += (amplitude - loudness_) * (amplitude > loudness_ ? kRise : kFall);
}

double PublishedTrack::loudness(util::TimePoint now) const noexcept {
  return now - lastPacket() < kSilentAfter ? loudness_ : 0;
}

void PublishedTrack::remove(Subscription& subscription) { std::erase(subscribers_, &subscription); }

util::TimePoint PublishedTrack::lastPacket() const noexcept {
  util::TimePoint last{};
  for (const auto& source : sources_) last = std::max(last, source->lastPacket());
  return last;
}

}  // namespace akbuzat::sfu
