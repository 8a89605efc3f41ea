#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "akbuzat/rtp/bandwidth_estimator.hpp"
#include "akbuzat/rtp/pacer.hpp"
#include "akbuzat/rtp/transport_feedback.hpp"

namespace akbuzat::rtp {

using util::TimePoint;

/// What becomes of a packet between the SFU and a subscriber. Deterministic: the same seed gives the same run.
struct LinkSettings {
  /// From this second on so many bits per second.
  std::vector<std::pair<double, double>> capacity{{0, 2'000'000}};
  std::chrono::milliseconds propagation{25};
  /// A drop-tail queue that holds so much.
  std::chrono::milliseconds queue{300};
  double loss = 0;
  /// Up to so much is added to each arrival, without reordering.
  std::chrono::microseconds jitter{1'000};
  std::chrono::milliseconds feedbackInterval{100};
  double feedbackLoss = 0;
  /// Share of the feedback that comes twice, and of that which is overtaken by the next.
  double feedbackTwice = 0;
  double feedbackLate = 0;
  /// The receiver's clock runs ahead of ours by this much, and drifts by so many parts per million.
  std::chrono::microseconds clockOffset{-123'456'789};
  double clockPpm = 50;
  std::uint32_t seed = 1;
};

/// What the SFU sends: audio always, and the best of these video layers that the estimate allows.
struct SourceSettings {
  double audio = 30'000;
  std::vector<double> layers{};
  /// Nothing is sent between these seconds.
  std::pair<double, double> pause{-1, -1};
  bool probing = true;
  std::uint16_t firstSequence = 65'000;
};

/// A sender with the estimator under test, the link, and a receiver that reports as a browser does. Steps of 1 ms.
class LinkSimulator {
 public:
  LinkSimulator(LinkSettings link, SourceSettings source)
      : link_(std::move(link)), source_(std::move(source)), random_(link_.seed), estimator_(begin_) {}

  /// Runs up to this second; calls `watch(second)` after every step.
  void run(double until, const std::function<void(double)>& watch = {}) {
    for (; seconds(now_) < until; now_ += std::chrono::milliseconds(1)) {
      send();
      serve();
      receive();
      report();
      if (watch) watch(seconds(now_));
    }
  }

  [[nodiscard]] BandwidthEstimator& estimator() { return estimator_; }
  [[nodiscard]] double target() const { return static_cast<double>(estimator_.target()); }
  [[nodiscard]] double layer() const { return layer_; }
  [[nodiscard]] unsigned probes() const { return probes_; }
  [[nodiscard]] double queueMillis() const { return static_cast<double>(queuedBytes_) * 8e3 / capacityAt(now_); }

  /// Every packet as (sent, bytes, probe, arrival or nothing), in microseconds, if asked for.
  struct Record {
    std::int64_t sent = 0;
    std::size_t bytes = 0;
    bool probe = false;
    std::int64_t arrival = -1;
  };
  std::vector<Record>* records = nullptr;

 private:
  struct Packet {
    std::uint16_t sequence = 0;
    std::size_t bytes = 0;
    TimePoint at{};
    std::size_t record = 0;
  };
  struct Report {
    TimePoint at{};
    std::vector<std::uint8_t> bytes;
  };

  [[nodiscard]] double seconds(TimePoint time) const { return std::chrono::duration<double>(time - begin_).count(); }
  [[nodiscard]] double capacityAt(TimePoint time) const {
    double bits = link_.capacity.front().second;
    for (const auto& [from, value] : link_.capacity) {
      if (seconds(time) >= from) bits = value;
    }
    return bits;
  }
  [[nodiscard]] double chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  void emit(std::size_t bytes, bool probe) {
    const auto sequence = sequence_++;
    estimator_.onSent(sequence, bytes, probe, now_);
    pacer_.onSent(bytes, now_);
    if (records != nullptr) {
      records->push_back(
          {std::chrono::duration_cast<std::chrono::microseconds>(now_ - begin_).count(), bytes, probe, -1});
    }
    if (chance() < link_.loss) return;
    if (queueMillis() > static_cast<double>(link_.queue.count())) return;
    queue_.push_back({sequence, bytes, now_, records != nullptr ? records->size() - 1 : 0});
    queuedBytes_ += bytes;
  }

  void send() {
    pacer_.setRate(estimator_.target(), now_);
    const double t = seconds(now_);
    if (t >= source_.pause.first && t < source_.pause.second) return;
    const std::int64_t step = (now_ - begin_) / std::chrono::milliseconds(1);
    if (source_.audio > 0 && step % 20 == 0) emit(static_cast<std::size_t>(source_.audio / 8 / 50), false);
    if (step % 200 == 0) chooseLayer();
    if (step % 33 == 0 && layer_ > 0) {
      // Sizes vary from frame to frame as an encoder's do.
      double frame = layer_ / 8 * 0.033 * (0.7 + 0.6 * chance());
      for (; frame > 0; frame -= 1'200)
        waiting_.push_back(std::min<std::size_t>(1'200, static_cast<std::size_t>(frame) + 30));
    }
    while (!waiting_.empty() && pacer_.mayPass(now_)) {
      emit(waiting_.front(), false);
      sentInProbe_ += waiting_.front();
      waiting_.pop_front();
    }
    probe(step);
  }

  void chooseLayer() {
    double best = 0;
    for (const double layer : source_.layers) {
      const bool inUse = layer <= layer_;
      const double total = layer + source_.audio;
      if (inUse ? total <= target() * 1.1 : total * 1.15 <= target()) best = std::max(best, layer);
    }
    // The lowest layer is always sent.
    if (best == 0 && !source_.layers.empty()) best = *std::min_element(source_.layers.begin(), source_.layers.end());
    layer_ = best;
  }

  void probe(std::int64_t step) {
    if (!source_.probing) return;
    if (!probing_ && step % 25 == 0) {
      double wanted = source_.audio;
      if (!source_.layers.empty()) wanted += *std::max_element(source_.layers.begin(), source_.layers.end());
      probing_ = estimator_.takeProbe(static_cast<std::uint64_t>(wanted), now_);
      probeBegan_ = now_;
      sentInProbe_ = 0;
      if (probing_) ++probes_;
    }
    if (!probing_ || (now_ - probeBegan_) % std::chrono::milliseconds(5) != std::chrono::milliseconds(0)) return;
    const double due = static_cast<double>(probing_->bitsPerSecond) / 8 *
                       std::chrono::duration<double>(now_ - probeBegan_ + std::chrono::milliseconds(5)).count();
    while (static_cast<double>(sentInProbe_) < due) {
      emit(1'000, true);
      sentInProbe_ += 1'000;
    }
    if (now_ - probeBegan_ >= probing_->duration) probing_.reset();
  }

  void serve() {
    while (!queue_.empty()) {
      const TimePoint from = std::max(free_, queue_.front().at);
      if (from > now_) return;
      Packet packet = queue_.front();
      queue_.pop_front();
      queuedBytes_ -= packet.bytes;
      const double taken = static_cast<double>(packet.bytes) * 8e6 / capacityAt(from);
      free_ = from + std::chrono::microseconds(static_cast<std::int64_t>(taken));
      packet.at =
          free_ + link_.propagation +
          std::chrono::microseconds(static_cast<std::int64_t>(chance() * static_cast<double>(link_.jitter.count())));
      packet.at = std::max(packet.at, lastArrival_);
      lastArrival_ = packet.at;
      if (records != nullptr) {
        (*records)[packet.record].arrival =
            std::chrono::duration_cast<std::chrono::microseconds>(packet.at - begin_).count();
      }
      travelling_.push_back(packet);
    }
  }

  void receive() {
    for (; !travelling_.empty() && travelling_.front().at <= now_; travelling_.pop_front()) {
      const auto since = std::chrono::duration_cast<std::chrono::microseconds>(travelling_.front().at - begin_);
      const auto drift = static_cast<std::int64_t>(static_cast<double>(since.count()) * link_.clockPpm / 1e6);
      recorder_.onPacket(travelling_.front().sequence,
                         travelling_.front().at + link_.clockOffset + std::chrono::microseconds(drift));
    }
  }

  void report() {
    if ((now_ - begin_) % link_.feedbackInterval == std::chrono::milliseconds(0)) {
      while (recorder_.pending()) {
        std::array<std::uint8_t, 1'200> bytes{};
        const std::size_t size = recorder_.write(bytes, 0, 1, 2);
        if (size == 0) break;
        if (chance() < link_.feedbackLoss) continue;
        Report report{now_ + link_.propagation,
                      {bytes.begin() + 12, bytes.begin() + static_cast<std::ptrdiff_t>(size)}};
        if (chance() < link_.feedbackTwice) reports_.push_back(report);
        if (chance() < link_.feedbackLate) report.at += link_.feedbackInterval * 2;
        reports_.push_back(std::move(report));
      }
    }
    for (std::size_t i = 0; i < reports_.size();) {
      if (reports_[i].at > now_) {
        ++i;
        continue;
      }
      if (const auto feedback = TransportFeedback::parse(reports_[i].bytes)) estimator_.onFeedback(*feedback, now_);
      estimator_.onRoundTrip(link_.propagation * 2);
      reports_.erase(reports_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  LinkSettings link_;
  SourceSettings source_;
  std::mt19937 random_;
  TimePoint begin_{std::chrono::hours(1'000)};
  TimePoint now_ = begin_;
  BandwidthEstimator estimator_;
  Pacer pacer_;
  std::uint16_t sequence_ = source_.firstSequence;

  double layer_ = 0;
  std::deque<std::size_t> waiting_;
  std::optional<BandwidthEstimator::Probe> probing_;
  TimePoint probeBegan_{};
  std::size_t sentInProbe_ = 0;
  unsigned probes_ = 0;

  std::deque<Packet> queue_;
  std::size_t queuedBytes_ = 0;
  TimePoint free_{};
  TimePoint lastArrival_{};
  std::deque<Packet> travelling_;
  TransportFeedbackRecorder recorder_;
  std::vector<Report> reports_;
};

}  // namespace akbuzat::rtp
