#include "bench/sfu.hpp"

#include <malloc.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "akbuzat/rtp/packet.hpp"
#include "akbuzat/rtp/rtcp.hpp"
#include "bench/scenarios.hpp"
#include "support/sfu_meeting.hpp"

namespace akbuzat::bench {

namespace {

using Clock = std::chrono::steady_clock;
using test::SfuMeeting;

/// Where a packet's payload has its time, behind the VP8 descriptor and the frame's first byte.
constexpr std::size_t kStampAt = 2;

/// All people of a shape, and what they send.
class Load {
 public:
  Load(SfuMeeting& meeting, const SfuShape& shape) : meeting_(meeting), shape_(shape) {
    for (std::size_t room = 0; room < shape.rooms; ++room) {
      for (std::size_t i = 0; i < shape.people; ++i) people_.push_back(&meeting.add("room" + std::to_string(room)));
    }
    for (std::size_t i = 0; i < people_.size(); ++i) {
      if (i % shape.people < shape.publishers) meeting.push(*people_[i], {{"camera", true, {}, {0x1000}}});
    }
    const double before = allocated();
    for (std::size_t i = 0; i < people_.size(); ++i) {
      std::vector<std::pair<const SfuMeeting::Client*, std::string>> wanted;
      const std::size_t room = i - i % shape.people;
      for (std::size_t other = room; other < room + shape.publishers; ++other) {
        if (other != i) wanted.emplace_back(people_[other], "camera");
      }
      if (!wanted.empty()) meeting.pull(*people_[i], wanted);
    }
    bytesPerSubscription_ = (allocated() - before) / static_cast<double>(shape.subscriptions());
    if (!meeting.runUntil([this] {
          return std::ranges::all_of(people_, [](const auto* one) { return one->socket.peer.connected(); });
        })) {
      throw std::runtime_error("not everybody could connect to the SFU.");
    }
    // One viewer of each room looks at what it gets; the others only count.
    for (std::size_t room = 0; room < shape.rooms; ++room) {
      SfuMeeting::Client& watcher = *people_[(room + 1) * shape.people - 1];
      watcher.socket.peer.onRtp = [this](util::Bytes packet) { look(packet); };
    }
  }

  [[nodiscard]] double bytesPerSubscription() const { return bytesPerSubscription_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] const Histogram& delay() const { return delay_; }
  void forget() {
    sent_ = received_ = 0;
    delay_ = {};
  }

  /// Sends at the cameras' pace for so long; the publishers' frames are spread over the interval.
  void play(std::chrono::duration<double> time) {
    std::vector<pollfd> sockets;
    for (const auto* one : people_) sockets.push_back({one->socket.fd(), POLLIN, 0});
    std::vector<SfuMeeting::Client*> publishers;
    for (std::size_t i = 0; i < people_.size(); ++i) {
      if (i % shape_.people < shape_.publishers) publishers.push_back(people_[i]);
    }
    const auto step = std::chrono::duration_cast<Clock::duration>(kFrameInterval) / publishers.size();
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
    auto next = Clock::now();
    for (std::size_t turn = 0; Clock::now() < end; ++turn, next += step) {
      if (turn % publishers.size() == 0) ++frame_;
      if (frame_ % 10 == 0 && turn % publishers.size() == 0) openLines();
      sendFrame(*publishers[turn % publishers.size()]);
      do {
        const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next + step - Clock::now());
        ::poll(sockets.data(), sockets.size(), static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 5)));
        for (std::size_t i = 0; i < sockets.size(); ++i) {
          if ((sockets[i].revents & POLLIN) == 0) continue;
          received_ += isWatcher(i) ? people_[i]->socket.receive() : people_[i]->socket.discard();
        }
      } while (Clock::now() < next + step);
    }
  }

 private:
  [[nodiscard]] bool isWatcher(std::size_t index) const { return index % shape_.people == shape_.people - 1; }

  [[nodiscard]] double allocated() {
    return meeting_.onShard([](sfu::ShardSfu&) { return static_cast<double>(::mallinfo2().uordblks); });
  }

  void sendFrame(SfuMeeting::Client& publisher) {
    std::array<std::uint8_t, kPacketPayload> payload{};
    for (std::size_t i = 0; i < kFramePackets; ++i) {
      payload[0] = i == 0 ? 0x10 : 0;
      payload[1] = frame_ % 10 == 1 && i == 0 ? 0 : 1;
      const std::int64_t now = Clock::now().time_since_epoch().count();
      std::memcpy(payload.data() + kStampAt, &now, sizeof now);
      const auto number = static_cast<std::uint16_t>(frame_ * kFramePackets + i);
      meeting_.send(publisher, 0, 0, number, static_cast<std::uint32_t>(frame_ * 3000), i + 1 == kFramePackets,
                    payload);
      publisher.socket.work();
      sent_ += shape_.viewers();
    }
  }

  /// Has the SFU believe that every line takes what it will ever get (REMB).
  void openLines() {
    std::array<std::uint8_t, 64> packet{};
    const std::size_t size = rtp::writeRemb(packet, 0, 1, 50'000'000, {});
    for (auto* one : people_) {
      one->socket.peer.sendRtcp(util::Bytes{packet}.first(size));
      one->socket.work();
    }
  }

  void look(util::Bytes packet) {
    const auto view = rtp::PacketView::parse(packet);
    std::int64_t sent = 0;
    if (!view || view->payload().size() != kPacketPayload) return;
    std::memcpy(&sent, view->payload().data() + kStampAt, sizeof sent);
    delay_.add(Clock::now().time_since_epoch() - Clock::duration{sent});
  }

  SfuMeeting& meeting_;
  const SfuShape shape_;
  std::vector<SfuMeeting::Client*> people_;
  double bytesPerSubscription_ = 0;
  std::uint64_t frame_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  Histogram delay_;
};

Json describe(const SfuShape& shape, const SfuRun& run, const ForwardingCost& limit) {
  const double share = std::chrono::duration<double>(run.cost.cpu).count() / run.seconds;
  return {{"shape", shape.name},
          {"subscriptions", shape.subscriptions()},
          {"forwardedPerCpuSecond", std::llround(run.cost.packetsPerCpuSecond())},
          {"limitPerCpuSecond", std::llround(limit.packetsPerCpuSecond())},
          {"ratio", run.cost.packetsPerCpuSecond() / limit.packetsPerCpuSecond()},
          {"subscriptionsPerCore", std::llround(static_cast<double>(shape.subscriptions()) / share)},
          {"cpuShare", share},
          {"arrived", static_cast<double>(run.received) / static_cast<double>(run.expected)},
          {"bytesPerSubscription", std::llround(run.bytesPerSubscription)},
          {"delayMicroseconds", latencyJson(run.delay)}};
}

}  // namespace

std::chrono::nanoseconds threadCpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

SfuRun runShape(const SfuShape& shape, std::chrono::duration<double> time) {
  SfuMeeting meeting;
  Load load(meeting, shape);
  const auto sample = [&meeting] {
    return meeting.onShard([](sfu::ShardSfu& shard) { return std::pair{threadCpu(), shard.counters().packetsOut}; });
  };
  // Until every line is open and every picture flows.
  load.play(std::chrono::seconds{2});
  load.forget();
  const auto before = sample();
  const auto begun = Clock::now();
  load.play(time);
  const auto after = sample();
  SfuRun run;
  run.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  run.cost = {after.second - before.second, after.first - before.first};
  run.delay = load.delay();
  run.expected = load.sent();
  run.received = load.received();
  run.bytesPerSubscription = load.bytesPerSubscription();
  return run;
}

Json runSfu(const Options& options) {
  Json result{{"mode", "sfu"}, {"shapes", Json::array()}};
  std::uint64_t errors = 0;
  for (const SfuShape& shape :
       {SfuShape{"1 to 100", 1, 101, 1}, SfuShape{"10 to 10", 1, 10, 10}, SfuShape{"50 rooms of 4", 50, 4, 4}}) {
    const SfuRun run = runShape(shape, options.time);
    const ForwardingCost limit = runShapeLimit(shape, options.time);
    result["shapes"].push_back(describe(shape, run, limit));
    // Whoever has seen nothing makes every figure worthless.
    if (run.delay.count() == 0) ++errors;
  }
  result["errors"] = errors;
  return result;
}

}  // namespace akbuzat::bench
