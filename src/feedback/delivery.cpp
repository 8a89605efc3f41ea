#include "akbuzat/feedback/delivery.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "akbuzat/util/log.hpp"
#include "akbuzat/util/random.hpp"
#include "feedback/card.hpp"

namespace akbuzat::feedback {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

/// What becomes of a delivery after an attempt.
enum class Verdict { done, refused, later };

Verdict judge(unsigned status) {
  if (status >= 200 && status < 300) return Verdict::done;
  // RFC 9110 section 15.5.9 and RFC 6585 section 4: the same may be taken another time.
  if (status == 408 || status == 429 || status >= 500) return Verdict::later;
  return Verdict::refused;
}

/// While the disk fails; what was sent is not sent again meanwhile.
constexpr milliseconds kDiskPause{5'000};

}  // namespace

class Delivery::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(boost::asio::any_io_executor executor, https::Client& client, storage::DeliveryQueue& queue,
       DeliveryOptions options)
      : executor_(std::move(executor)),
        timer_(executor_),
        client_(client),
        queue_(queue),
        options_(std::move(options)) {}

  void start() {
    queue_.onQueued([self = weak_from_this()] { later(self, [](Impl& impl) { impl.wake(); }); });
    later(weak_from_this(), [](Impl& impl) { impl.wake(); });
  }

  /// Any thread.
  void stop() {
    queue_.onQueued({});
    boost::asio::post(executor_, [self = shared_from_this()] {
      self->stopped_ = true;
      self->timer_.cancel();
    });
  }

 private:
  /// Runs `step` on the executor, if the object is still there.
  static void later(const std::weak_ptr<Impl>& weak, std::function<void(Impl&)> step) {
    const auto self = weak.lock();
    if (!self) return;
    boost::asio::post(self->executor_, [weak, step = std::move(step)] {
      const auto alive = weak.lock();
      if (alive && !alive->stopped_) step(*alive);
    });
  }

  /// Something was queued, or the time of an attempt has come.
  void wake() {
    if (busy_) {
      newOnes_ = true;
      return;
    }
    timer_.cancel();
    lookForNext();
  }

  void lookForNext() {
    busy_ = true;
    newOnes_ = false;
    queue_.nextDelivery([weak = weak_from_this()](std::optional<storage::QueuedDelivery> next, bool readable) {
      later(weak, [next = std::move(next), readable](Impl& impl) { impl.found(next, readable); });
    });
  }

  void found(const std::optional<storage::QueuedDelivery>& next, bool readable) {
    const auto now = system_clock::now();
    if (readable && next && isDue(*next, now)) return send(*next, now);
    busy_ = false;
    if (newOnes_) return lookForNext();
    if (!readable) return pause(kDiskPause);
    if (next) pause(std::chrono::ceil<milliseconds>(next->nextAttempt - now));
  }

  /// A clock that was set back must not hold a report up for longer than a pause ever is.
  [[nodiscard]] bool isDue(const storage::QueuedDelivery& delivery, system_clock::time_point now) const {
    return delivery.nextAttempt <= now || delivery.nextAttempt > now + options_.longestPause;
  }

  void pause(milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (error) return;
      later(weak, [](Impl& impl) { impl.wake(); });
    });
  }

  void send(const storage::QueuedDelivery& delivery, system_clock::time_point now) {
    const storage::Report& report = delivery.report;
    if (now - report.created > options_.giveUpAfter) {
      util::log().warn("A report could not be delivered for too long; it stays here: akbuzat reports {}", report.id);
      return remove(delivery.id);
    }
    https::Request request;
    request.method = "POST";
    request.url = options_.url;
    request.headers.emplace_back("Content-Type", "application/json; charset=UTF-8");
    request.body = writeCard(report, {options_.publicUrl, options_.traceLink});
    client_.send(std::move(request), [weak = weak_from_this(), id = delivery.id, reportId = report.id,
                                      attempts = delivery.attempts](const https::Outcome& outcome) {
      later(weak, [outcome, id, reportId, attempts](Impl& impl) { impl.sent(outcome, id, reportId, attempts); });
    });
  }

  void sent(const https::Outcome& outcome, std::int64_t id, const std::string& reportId, int attempts) {
    std::string reason;
    Verdict verdict = Verdict::later;
    if (const auto* response = std::get_if<https::Response>(&outcome)) {
      verdict = judge(response->status);
      reason = "status " + std::to_string(response->status);
    } else {
      reason = describe(std::get<https::Failure>(outcome));
    }
    if (verdict == Verdict::done) return remove(id);
    if (verdict == Verdict::refused) {
      util::log().warn("The chat of FEEDBACK_URL refuses a report ({}); it stays here: akbuzat reports {}", reason,
                       reportId);
      return remove(id);
    }
    if (attempts == 0) util::log().warn("A report could not be delivered ({}), it is tried again", reason);
    postpone(id, system_clock::now() + pauseAfter(attempts));
  }

  [[nodiscard]] milliseconds pauseAfter(int attempts) const {
    // 2^20 first pauses are longer than any longest one.
    const milliseconds whole = std::min(options_.firstPause * (1L << std::min(attempts, 20)), options_.longestPause);
    return whole / 2 + milliseconds{util::randomU32() % (whole.count() / 2 + 1)};
  }

  // Until the disk has taken them, the queue would give the same again.

  void remove(std::int64_t id) {
    queue_.removeDelivery(id, [weak = weak_from_this(), id](bool done) {
      later(weak, [id, done](Impl& impl) {
        if (done) return impl.lookForNext();
        impl.afterDiskPause([id](Impl& again) { again.remove(id); });
      });
    });
  }

  void postpone(std::int64_t id, system_clock::time_point time) {
    queue_.postponeDelivery(id, time, [weak = weak_from_this(), id, time](bool done) {
      later(weak, [id, time, done](Impl& impl) {
        if (done) return impl.lookForNext();
        impl.afterDiskPause([id, time](Impl& again) { again.postpone(id, time); });
      });
    });
  }

  void afterDiskPause(std::function<void(Impl&)> step) {
    timer_.expires_after(kDiskPause);
    timer_.async_wait([weak = weak_from_this(), step = std::move(step)](const boost::system::error_code& error) {
      if (!error) later(weak, step);
    });
  }

  const boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;
  https::Client& client_;
  storage::DeliveryQueue& queue_;
  const DeliveryOptions options_;
  /// Between two looks: the disk or the chat will call back.
  bool busy_ = false;
  /// Queued since the last look.
  bool newOnes_ = false;
  bool stopped_ = false;
};

Delivery::Delivery(boost::asio::any_io_executor executor, https::Client& client, storage::DeliveryQueue& queue,
                   DeliveryOptions options)
    : impl_(std::make_shared<Impl>(std::move(executor), client, queue, std::move(options))) {
  impl_->start();
}

Delivery::~Delivery() { impl_->stop(); }

}  // namespace akbuzat::feedback
