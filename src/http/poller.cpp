#include "http/poller.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace akbuzat::http {
namespace {

/// Sockets served in one turn, before other work of the shard gets its own.
constexpr std::size_t kMaxEvents = 256;

int makeEpoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return fd;
}

}  // namespace

struct Poller::Impl {
  explicit Impl(boost::asio::io_context& context) : descriptor(context, makeEpoll()) {}

  boost::asio::posix::stream_descriptor descriptor;
  bool running = false;
};

Poller::Poller(boost::asio::io_context& context) : impl_(std::make_unique<Impl>(context)) {}

Poller::~Poller() = default;

void Poller::start(std::weak_ptr<void> owner) {
  impl_->running = true;
  arm(std::move(owner));
}

void Poller::stop() {
  impl_->running = false;
  boost::system::error_code ignored;
  impl_->descriptor.cancel(ignored);
}

bool Poller::add(int fd, std::uint32_t events, Target& target) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  return ::epoll_ctl(impl_->descriptor.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::change(int fd, std::uint32_t events, Target& target) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  ::epoll_ctl(impl_->descriptor.native_handle(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd) { ::epoll_ctl(impl_->descriptor.native_handle(), EPOLL_CTL_DEL, fd, nullptr); }

void Poller::arm(std::weak_ptr<void> owner) {
  impl_->descriptor.async_wait(boost::asio::posix::descriptor_base::wait_read,
                               [this, owner = std::move(owner)](const boost::system::error_code& error) mutable {
                                 const auto alive = owner.lock();
                                 if (!alive || error || !impl_->running) return;
                                 dispatch();
                                 if (impl_->running) arm(std::move(owner));
                               });
}

void Poller::dispatch() {
  std::array<epoll_event, kMaxEvents> events;
  const int count = ::epoll_wait(impl_->descriptor.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    static_cast<Target*>(event.data.ptr)->onReady(event.events);
  }
}

}  // namespace akbuzat::http
