// What time brings to a session: reports, requests, the distribution of its downlink, and what waits for its turn.

#include <algorithm>
#include <array>

#include "sfu/session.hpp"

namespace akbuzat::sfu {
namespace {

using namespace std::chrono_literals;

/// Publishers adapt to what we report; browsers report as often themselves.
constexpr auto kFeedbackInterval = 50ms;
constexpr auto kReportInterval = 1s;
/// Chromium goes on with mid and rid in its packets until the first report (protocol E.4), so that may be early.
constexpr auto kDistributionInterval = 200ms;
/// Where RTCP goes together: what fits a datagram with encryption.
constexpr std::size_t kRtcpSize = transport::DatagramSink::kMaxDatagram - transport::PeerTransport::kMaxOverhead;
/// RFC 3550 section 6.4.1: the count has five bits.
constexpr std::size_t kMaxBlocks = 31;

}  // namespace

void Session::tick(const SessionId& activeSpeaker, util::TimePoint now) {
  if (now >= transport_.deadline()) transport_.tick(now);
  if (transport_.state() != transport::PeerTransport::State::connected) return;
  if (now >= nextFeedback_) {
    nextFeedback_ = now + kFeedbackInterval;
    for (const auto& [mid, track] : published_) {
      for (const auto& source : track->sources()) source->expire(now);
    }
  }
  sendFeedback(now);
  if (now >= nextReports_) {
    nextReports_ = now + kReportInterval;
    sendReports(now);
  }
  if (pulled_.empty()) return;
  if (now >= nextDistribution_) {
    nextDistribution_ = now + kDistributionInterval;
    distribute(activeSpeaker, now);
  }
  drain(now);
  probe(now);
}

/// To a publisher: what has come (transport-wide feedback), what is missing (NACK), what is needed (PLI).
void Session::sendFeedback(util::TimePoint now) {
  std::array<std::uint8_t, kRtcpSize> packet;
  std::size_t size = 0;
  const auto flush = [&] {
    if (size != 0) downlink_.sendRtcp(util::Bytes{packet}.first(size));
    size = 0;
  };
  // A part that did not fit goes into the next packet.
  const auto append = [&](auto write) {
    const std::size_t before = size;
    size = write(before);
    if (size != before || before == 0) return;
    flush();
    size = write(0);
  };
  for (const auto& [mid, track] : published_) {
    for (const auto& source : track->sources()) {
      if (source->takeKeyframeRequest(now)) {
        append([&](std::size_t at) { return rtp::writePli(packet, at, ownSsrc_, source->ssrc()); });
      }
      rtp::NackGenerator* nack = source->nack();
      if (nack == nullptr || now < nack->deadline()) continue;
      const auto lost = nack->due(downlink_.estimator().roundTrip(), now);
      if (!lost.empty()) {
        append([&](std::size_t at) { return rtp::writeNack(packet, at, ownSsrc_, source->ssrc(), lost); });
      }
    }
  }
  if (now + kFeedbackInterval == nextFeedback_) {
    const std::uint32_t media = incoming_.empty() ? 0 : incoming_.begin()->first;
    while (feedback_.pending()) {
      const std::size_t before = size;
      size = feedback_.write(packet, size, ownSsrc_, media);
      if (size == before) {
        if (before == 0) break;
        flush();
      }
    }
  }
  flush();
}

/// RFC 3550 section 6.4: a receiver report about each source of the client, a sender report for each track it pulls.
void Session::sendReports(util::TimePoint now) {
  std::array<std::uint8_t, kRtcpSize> packet;
  std::array<rtp::ReportBlock, kMaxBlocks> blocks;
  std::size_t count = 0;
  const auto flushBlocks = [&] {
    if (count == 0) return;
    const std::size_t size = rtp::writeReceiverReport(packet, 0, ownSsrc_, std::span{blocks}.first(count));
    downlink_.sendRtcp(util::Bytes{packet}.first(size));
    count = 0;
  };
  for (const auto& [mid, track] : published_) {
    for (const auto& source : track->sources()) {
      if (source->ssrc() == 0 || source->statistics().packets() == 0) continue;
      blocks[count++] = source->statistics().report(source->ssrc(), now);
      if (count == blocks.size()) flushBlocks();
    }
  }
  flushBlocks();

  std::size_t size = 0;
  for (const auto& [mid, subscription] : pulled_) {
    const auto report = subscription->senderReport(now);
    if (!report) continue;
    std::size_t end = rtp::writeSenderReport(packet, size, *report, {});
    if (end == size && size != 0) {
      downlink_.sendRtcp(util::Bytes{packet}.first(size));
      size = 0;
      end = rtp::writeSenderReport(packet, 0, *report, {});
    }
    size = end;
  }
  if (size != 0) downlink_.sendRtcp(util::Bytes{packet}.first(size));
}

void Session::distribute(const SessionId& activeSpeaker, util::TimePoint now) {
  demands_.clear();
  demanding_.clear();
  downlink_.refreshRate(now);
  for (const auto& [mid, subscription] : pulled_) {
    // What the client has not agreed to yet costs it nothing.
    if (!subscription->isActive()) continue;
    rtp::StreamDemand demand = subscription->demand(now);
    const PublishedTrack* track = subscription->track();
    if (track != nullptr && track->isVideo()) {
      // The API does not tell a screen from a camera; cameras are sent in layers.
      if (!track->isSimulcast())
        demand.streamClass = rtp::StreamClass::screen;
      else if (subscription->publisher() == activeSpeaker)
        demand.streamClass = rtp::StreamClass::activeSpeaker;
    }
    demands_.push_back(demand);
    demanding_.push_back(subscription.get());
  }
  wanted_ = rtp::wantedBitrate(demands_);
  rtp::allocateLayers(demands_, downlink_.estimator().target());
  for (std::size_t i = 0; i < demands_.size(); ++i) {
    demanding_[i]->choose(demands_[i].chosen);
    demanding_[i]->remindOfKeyframe();
  }
}

void Session::drain(util::TimePoint now) {
  // Whoever was stopped last begins, so that one large picture does not starve the others.
  const auto begin = pulled_.lower_bound(drainFrom_);
  const auto serve = [&](auto first, auto last) {
    for (auto it = first; it != last; ++it) {
      if (!it->second->drain(now)) drainFrom_ = it->first;
    }
  };
  serve(begin, pulled_.end());
  serve(pulled_.begin(), begin);
}

void Session::probe(util::TimePoint now) {
  std::size_t due = downlink_.probeBytesDue(wanted_, now);
  while (due > 0) {
    std::size_t sent = 0;
    for (const auto& [mid, subscription] : pulled_) {
      if (sent = subscription->sendProbePacket(now); sent != 0) break;
    }
    if (sent == 0) return;
    due -= std::min(due, sent);
  }
}

}  // namespace akbuzat::sfu
