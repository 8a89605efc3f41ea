#include <limits.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <thread>

#include "bench/clients.hpp"
#include "bench/scenarios.hpp"

namespace akbuzat::bench {

namespace {

/// The frames that one call writes: as many as it takes until more bring nothing.
constexpr std::size_t kGathered = 64;
static_assert(kGathered <= IOV_MAX);

/// Writes equal frames to all its sockets as fast as they take them, on a thread of its own, with nothing else to do:
/// no protocol, no queue, one gathered write for each socket that can be written.
class FanOut {
 public:
  FanOut(std::vector<Descriptor> sockets, std::string frame)
      : frame_(std::move(frame)), thread_([this, taken = std::move(sockets)] { run(taken); }) {}
  ~FanOut() {
    stop_ = true;
    thread_.join();
  }
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  /// Of the thread, so far.
  [[nodiscard]] std::chrono::nanoseconds cpuTime() {
    clockid_t clock{};
    timespec time{};
    if (::pthread_getcpuclockid(thread_.native_handle(), &clock) != 0 || ::clock_gettime(clock, &time) != 0) return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }

 private:
  void run(const std::vector<Descriptor>& sockets) {
    const Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    /// How much of a frame each socket has taken beyond whole ones.
    std::vector<std::size_t> offsets(sockets.size());
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLOUT;
      event.data.u64 = i;
      ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, sockets[i].get(), &event);
    }
    std::array<iovec, kGathered> parts{};
    parts.fill({frame_.data(), frame_.size()});
    std::array<epoll_event, 256> events{};
    while (!stop_) {
      const int ready = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), 50);
      for (int i = 0; i < ready; ++i) {
        const auto which = static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64);
        auto& offset = offsets[which];
        parts[0] = {frame_.data() + offset, frame_.size() - offset};
        const auto written = ::writev(sockets[which].get(), parts.data(), static_cast<int>(parts.size()));
        if (written > 0) offset = (offset + static_cast<std::size_t>(written)) % frame_.size();
        // The reader has gone: the run is over.
        if (written < 0 && errno != EAGAIN && errno != EINTR) return;
      }
    }
  }

  std::string frame_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace

Json runLimit(const Options& options) {
  const std::size_t receivers = (options.members == 0 ? 50 : options.members) - 1;
  auto [listener, port] = listenOnLoopback(static_cast<int>(receivers));
  Clients clients(loopbackTarget(port), {});
  std::vector<Descriptor> served;
  for (std::size_t i = 0; i < receivers * options.rooms; ++i) {
    clients.adopt(beginConnect(loopbackTarget(port)));
    served.emplace_back(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!served.back()) throw std::system_error(errno, std::generic_category(), "accept");
  }
  FanOut fanOut(std::move(served), makeFrame(kText, std::string(options.size, 'x'), false));

  Delivered delivered;
  bool measuring = false;
  const auto begin = Clock::now();
  const auto measureFrom = begin + std::chrono::milliseconds(500);
  const auto end = measureFrom + std::chrono::duration_cast<Clock::duration>(options.time);
  auto from = begin;
  std::chrono::nanoseconds cpuBefore{};
  auto now = begin;
  while (now < end) {
    if (!measuring && now >= measureFrom) {
      measuring = true;
      from = now;
      cpuBefore = fanOut.cpuTime();
    }
    clients.poll(std::chrono::milliseconds(10),
                 [&](Connection&, std::string_view, std::size_t size, Clock::time_point) {
                   if (!measuring) return;
                   ++delivered.messages;
                   delivered.bytes += size;
                 });
    now = Clock::now();
  }
  const auto cpu = fanOut.cpuTime() - cpuBefore;
  Json result = deliveredJson("limit", delivered, std::chrono::duration<double>(now - from).count());
  result["receivers"] = receivers * options.rooms;
  result["messageBytes"] = options.size;
  result["gathered"] = kGathered;
  if (delivered.messages > 0)
    result["cpuNanosecondsPerMessage"] = static_cast<double>(cpu.count()) / static_cast<double>(delivered.messages);
  result["errors"] = clients.failures();
  return result;
}

}  // namespace akbuzat::bench
