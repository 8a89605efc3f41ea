#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench/meeting.hpp"
#include "bench/scenarios.hpp"

namespace akbuzat::bench {

namespace {

constexpr std::string_view kPrefix = R"({"type":"e2eeMlsMessage","payload":"akbuzat-bench:)";
constexpr std::string_view kSuffix = R"("})";
/// Before what is measured: buffers of the kernel and of the server grow to their size.
constexpr std::chrono::milliseconds kWarmUp{500};
/// Of a closed loop: more of it brings no more throughput, only longer queues.
constexpr std::size_t kWindow = 256;
/// In a closed loop only one in so many messages carries its time: reading it costs the reader more than counting.
constexpr std::size_t kStampEvery = 16;
/// How far apart the sending moments of an open loop are.
constexpr std::chrono::microseconds kTick{500};
/// Messages of a room under way in an open loop, beyond which the server has clearly lost.
constexpr std::uint64_t kOverrun = 65'536;

/// `count` equal messages in a row, framed, each with a place for its time.
class Batch {
 public:
  Batch(std::size_t count, std::size_t size) {
    std::string text(kPrefix);
    text += '-';
    text.append(kStampSize, '0');
    text.append(size - std::min(size, text.size() + kSuffix.size()), 'x');
    text += kSuffix;
    const auto frame = makeFrame(kText, text, true);
    frameSize_ = frame.size();
    stampAt_ = frame.size() - text.size() + kPrefix.size();
    for (std::size_t i = 0; i < count; ++i) bytes_ += frame;
  }

  /// The first `count`, every `every`-th with the time `sentAt`.
  std::string_view stamped(std::size_t count, std::size_t every, Clock::time_point sentAt) {
    for (std::size_t i = 0; i < count; i += every) {
      char* stamp = bytes_.data() + i * frameSize_ + stampAt_;
      *stamp = 'T';
      writeStamp(stamp + 1, sentAt);
    }
    return std::string_view(bytes_).substr(0, count * frameSize_);
  }

 private:
  std::string bytes_;
  std::size_t frameSize_ = 0;
  std::size_t stampAt_ = 0;
};

/// One run: the first member of each room sends, the others count.
class Relay {
 public:
  Relay(const Options& options, std::size_t members, Clients& clients, pid_t server)
      : options_(options),
        members_(members),
        clients_(clients),
        server_(server),
        heartbeats_(clients),
        sent_(options.rooms) {}

  Json run() {
    learnLayout();
    const bool open = options_.rate > 0;
    const std::size_t window = open ? kOverrun : options_.window == 0 ? kWindow : options_.window;
    Batch batch(open ? 4096 : window, options_.size);
    begin_ = Clock::now();
    const auto measureFrom = begin_ + kWarmUp;
    const auto end = measureFrom + std::chrono::duration_cast<Clock::duration>(options_.time);
    Clock::time_point from{};
    std::uint64_t sentBefore = 0;
    std::chrono::nanoseconds cpuBefore{};
    auto now = Clock::now();
    while (now < end) {
      if (!measuring_ && now >= measureFrom) {
        measuring_ = true;
        from = now;
        sentBefore = totalSent();
        cpuBefore = cpuTime(server_);
      }
      if (open) {
        sendDue(batch, now);
      } else {
        refill(batch, window, now);
      }
      poll(open ? untilTick() : std::chrono::milliseconds(10));
      heartbeats_.beat(now);
      now = Clock::now();
    }
    measuring_ = false;
    const double seconds = std::chrono::duration<double>(now - from).count();
    const auto sent = totalSent() - sentBefore;
    const auto cpu = cpuTime(server_) - cpuBefore;

    Json result = deliveredJson("relay", delivered_, seconds);
    result["rooms"] = options_.rooms;
    result["members"] = members_;
    result["messageBytes"] = length_;
    if (open) {
      result["rate"] = options_.rate;
    } else {
      result["window"] = window;
    }
    result["sentPerSecond"] = std::llround(static_cast<double>(sent) / seconds);
    if (cpu.count() > 0 && delivered_.messages > 0)
      result["cpuNanosecondsPerMessage"] = static_cast<double>(cpu.count()) / static_cast<double>(delivered_.messages);
    result["latencyMicroseconds"] = latencyJson(latency_);
    result["errors"] = clients_.failures() + errors_;
    if (clients_.failures() > 0) result["firstFailure"] = clients_.firstFailure();
    return result;
  }

 private:
  Connection& member(std::size_t room, std::size_t index) { return *clients_.all()[room * members_ + index]; }

  /// Sends one message in each room: its length and the place of its time are those of all that follow.
  void learnLayout() {
    Batch batch(1, options_.size);
    std::size_t missing = options_.rooms * (members_ - 1);
    for (std::size_t room = 0; room < options_.rooms; ++room)
      clients_.send(member(room, 0), batch.stamped(1, 1, Clock::now()));
    const auto deadline = Clock::now() + std::chrono::seconds(5);
    constexpr std::string_view kMarker = "akbuzat-bench:T";
    while (missing > 0 && Clock::now() < deadline) {
      clients_.poll(std::chrono::milliseconds(100),
                    [&](Connection&, std::string_view text, std::size_t, Clock::time_point) {
                      const auto at = text.find(kMarker);
                      if (at == std::string_view::npos) return;
                      length_ = text.size();
                      stampAt_ = at + kMarker.size() - 1;
                      --missing;
                    });
      requireNoFailure(clients_);
    }
    if (missing > 0) throw std::runtime_error("A relayed message has not reached all members within 5 s.");
  }

  [[nodiscard]] std::chrono::nanoseconds untilTick() const {
    return std::max(begin_ + nextTick_ - Clock::now(), Clock::duration::zero());
  }

  void poll(std::chrono::nanoseconds limit) {
    clients_.poll(limit, [this](Connection& to, std::string_view text, std::size_t size, Clock::time_point now) {
      if (text.size() != length_ || (text[stampAt_] != 'T' && text[stampAt_] != '-')) {
        if (isError(text)) ++errors_;
        return;
      }
      ++to.received;
      if (!measuring_) return;
      ++delivered_.messages;
      delivered_.bytes += size;
      if (text[stampAt_] == 'T') latency_.add(now - readStamp(text.data() + stampAt_ + 1));
    });
  }

  /// Sent in the room, but not yet with its slowest member.
  std::uint64_t underWay(std::size_t room) {
    std::uint64_t slowest = sent_[room];
    for (std::size_t i = 1; i < members_; ++i) {
      const auto& to = member(room, i);
      if (to.state == Connection::State::open) slowest = std::min(slowest, to.received);
    }
    return sent_[room] - slowest;
  }

  /// Closed loop: fills the window again once half of it has arrived everywhere.
  void refill(Batch& batch, std::size_t window, Clock::time_point now) {
    for (std::size_t room = 0; room < options_.rooms; ++room) {
      const auto pending = underWay(room);
      if (pending > window / 2) continue;
      const auto count = window - static_cast<std::size_t>(pending);
      clients_.send(member(room, 0), batch.stamped(count, kStampEvery, now));
      sent_[room] += count;
    }
  }

  /// Open loop: sends what is due. A message's time is the moment at which it had to be sent, so that lateness of this
  /// program, too, counts against the server and no delay hides behind another.
  void sendDue(Batch& batch, Clock::time_point now) {
    while (nextTick_ <= now - begin_) {
      const auto sentAt = begin_ + nextTick_;
      nextTick_ += kTick;
      const auto due = static_cast<std::uint64_t>(options_.rate * std::chrono::duration<double>(nextTick_).count() /
                                                  static_cast<double>(options_.rooms));
      for (std::size_t room = 0; room < options_.rooms; ++room) {
        const auto count = std::min<std::uint64_t>(due - std::min(due, sent_[room]), 4096);
        if (count == 0) continue;
        if (sent_[room] > kOverrun && underWay(room) > kOverrun) {
          ++errors_;
          continue;
        }
        clients_.send(member(room, 0), batch.stamped(static_cast<std::size_t>(count), 1, sentAt));
        sent_[room] += count;
      }
    }
  }

  [[nodiscard]] std::uint64_t totalSent() const {
    std::uint64_t total = 0;
    for (const auto sent : sent_) total += sent;
    return total;
  }

  const Options& options_;
  std::size_t members_;
  Clients& clients_;
  pid_t server_;
  Heartbeats heartbeats_;
  std::vector<std::uint64_t> sent_;
  std::size_t length_ = 0;
  std::size_t stampAt_ = 0;
  Clock::time_point begin_;
  Clock::duration nextTick_{0};
  bool measuring_ = false;
  Delivered delivered_;
  Histogram latency_;
  std::uint64_t errors_ = 0;
};

}  // namespace

Json runRelay(const Options& options, const Bed& bed) {
  const std::size_t members = options.members == 0 ? 50 : options.members;
  Clients clients(bed.target, fetchCookie(bed.target));
  openRooms(clients, "relay-", options.rooms, members, 64);
  return Relay(options, members, clients, bed.pid).run();
}

}  // namespace akbuzat::bench
