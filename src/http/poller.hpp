#pragma once

#include <cstdint>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace akbuzat::http {

/// Readiness of one shard's sockets: an epoll set of its own, of which Asio knows only the one descriptor. A socket
/// then costs no allocation and no system call a wait, as it does when Asio waits for each. Level-triggered: what was
/// not read or written yet is reported again. Used on its shard only.
class Poller {
 public:
  /// Something with a socket. It must stay alive until the shard's handler after `remove`.
  class Target {
   public:
    /// `events` as epoll(7) names them.
    virtual void onReady(std::uint32_t events) = 0;

   protected:
    ~Target() = default;
  };

  /// Throws std::system_error if the system has no epoll set left.
  explicit Poller(boost::asio::io_context& context);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Waits from now on for as long as `owner`, which owns this poller, lives.
  void start(std::weak_ptr<void> owner);
  void stop();

  /// False if the system refuses.
  [[nodiscard]] bool add(int fd, std::uint32_t events, Target& target);
  void change(int fd, std::uint32_t events, Target& target);
  void remove(int fd);

 private:
  struct Impl;
  void arm(std::weak_ptr<void> owner);
  void dispatch();

  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::http
