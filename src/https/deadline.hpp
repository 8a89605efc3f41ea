#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace akbuzat::https {

/// Calls something once at a time to come, unless it is disarmed, armed anew or destroyed before. On a serial executor.
class Deadline {
 public:
  explicit Deadline(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void arm(std::chrono::milliseconds after, std::function<void()> action) {
    action_ = std::make_shared<std::function<void()>>(std::move(action));
    timer_.expires_after(after);
    // The wait may be over already when it is cancelled: what counts is whether the action is still there.
    timer_.async_wait([weak = std::weak_ptr(action_)](const boost::system::error_code& error) {
      if (error) return;
      if (const auto kept = weak.lock()) std::exchange(*kept, nullptr)();
    });
  }
  void disarm() {
    action_.reset();
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> action_;
};

}  // namespace akbuzat::https
