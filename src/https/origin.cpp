#include "https/origin.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "akbuzat/util/log.hpp"
#include "akbuzat/util/random.hpp"
#include "https/retry.hpp"

namespace akbuzat::https {
namespace {

/// Beside the first time.
constexpr unsigned kMaxRepetitions = 2;

util::TimePoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

Origin::Origin(boost::asio::any_io_executor executor, std::shared_ptr<boost::asio::ssl::context> tlsContext, Url url,
               const ClientOptions& options, Deliver deliver)
    : executor_(std::move(executor)),
      tlsContext_(std::move(tlsContext)),
      url_(std::move(url)),
      options_(options),
      deliver_(std::move(deliver)),
      breaker_(options.failuresBeforeRest, options.firstRest, options.longestRest) {}

Origin::~Origin() { closeAll(); }

void Origin::send(const Request& request, std::string text, Handler handler) {
  const auto permit = breaker_.ask(now());
  if (permit == CircuitBreaker::Permit::refused) return deliver_(std::move(handler), Failure::resting);
  const auto call = std::make_shared<Call>(executor_);
  call->text = std::make_shared<const std::string>(std::move(text));
  call->isHead = request.method == "HEAD";
  call->repeatable = request.repeatable;
  call->handler = std::move(handler);
  call->probe = permit == CircuitBreaker::Permit::probe;
  call->end = now() + options_.totalTimeout;
  calls_.emplace(call.get(), call);
  call->total.arm(options_.totalTimeout, [this, weak = std::weak_ptr(call)] {
    if (const auto kept = weak.lock()) onTotalTimeout(kept);
  });
  place(call);
}

/// Gives the call a connection, kept or new, or a place in the queue.
void Origin::place(const CallPtr& call) {
  if (!call->wantsNewConnection) {
    if (const auto connection = takeIdle()) return exchange(call, connection, true);
  } else if (connections_.size() >= options_.maxConnections) {
    // The dead one's neighbours are probably dead too.
    if (const auto connection = takeIdle()) drop(connection);
  }
  if (connections_.size() < options_.maxConnections) return open(call);
  if (waiting_.size() >= options_.maxWaiting) return finish(call, Failure::busy);
  waiting_.push_back(call);
}

void Origin::open(const CallPtr& call) {
  const auto connection = std::make_shared<Connection>(executor_, tlsContext_, url_, options_);
  connections_.push_back(connection);
  call->connection = connection;
  call->tried = true;
  connection->open([this, call, connection](std::optional<Failure> failure) {
    if (!failure) return exchange(call, connection, false);
    call->connection.reset();
    drop(connection);
    // A certificate does not get better by asking again.
    if (*failure == Failure::certificate || !reconnect(call, *failure)) finish(call, *failure);
    serveWaiting();
  });
}

void Origin::exchange(const CallPtr& call, const std::shared_ptr<Connection>& connection, bool kept) {
  call->connection = connection;
  call->tried = true;
  connection->exchange(call->text, call->isHead,
                       [this, call, kept](Connection::Result result) { onResult(call, std::move(result), kept); });
}

void Origin::onResult(const CallPtr& call, Connection::Result result, bool kept) {
  const auto connection = std::exchange(call->connection, nullptr);
  if (connection->reusable()) {
    keep(connection);
  } else {
    drop(connection);
  }
  if (kept && result.unprocessed) {
    call->wantsNewConnection = true;
    place(call);
  } else if (!(result.unprocessed && reconnect(call, result.outcome)) && !repeatAfter(call, result.outcome)) {
    finish(call, std::move(result.outcome));
  }
  serveWaiting();
}

/// For a request of which nothing was done: always safe, and once.
bool Origin::reconnect(const CallPtr& call, const Outcome& last) {
  return !std::exchange(call->hasReconnected, true) && repeatLater(call, retryPause(0, util::randomU32()), last);
}

bool Origin::repeatAfter(const CallPtr& call, const Outcome& last) {
  if (!call->repeatable || call->repetitions >= kMaxRepetitions || !isWorthRepeating(last)) return false;
  std::chrono::milliseconds pause = retryPause(call->repetitions, util::randomU32());
  if (const auto* response = std::get_if<Response>(&last))
    pause += parseRetryAfter(response->header("Retry-After"), std::chrono::system_clock::now())
                 .value_or(std::chrono::milliseconds{0});
  ++call->repetitions;
  return repeatLater(call, pause, last);
}

bool Origin::repeatLater(const CallPtr& call, std::chrono::milliseconds pause, Outcome last) {
  // Those who pause are as many as may wait: an upstream that puts everybody off must not fill the memory.
  if (now() + pause >= call->end || calls_.size() > options_.maxConnections + options_.maxWaiting) return false;
  call->pause.arm(pause, [this, weak = std::weak_ptr(call), last = std::move(last)] {
    const auto kept = weak.lock();
    if (!kept) return;
    // Others have failed meanwhile: the upstream is left alone.
    if (breaker_.isOpen() && !kept->probe) return finish(kept, last);
    place(kept);
  });
  return true;
}

void Origin::onTotalTimeout(const CallPtr& call) {
  std::erase(waiting_, call);
  if (const auto connection = std::exchange(call->connection, nullptr)) drop(connection);
  // Whoever has had no turn says nothing of the upstream.
  finish(call, call->tried ? Failure::timeout : Failure::busy);
  serveWaiting();
}

void Origin::finish(const CallPtr& call, Outcome outcome) {
  call->total.disarm();
  call->pause.disarm();
  calls_.erase(call.get());
  note(*call, outcome);
  deliver_(std::move(call->handler), std::move(outcome));
}

/// Tells the circuit breaker. When it opens, those who wait hear of it at once.
void Origin::note(const Call& call, const Outcome& outcome) {
  const Health health = call.tried ? healthAfter(outcome) : Health::unknown;
  if (health == Health::unknown) {
    if (call.probe) breaker_.dropProbe();
  } else if (health == Health::good) {
    if (breaker_.succeeded()) util::log().info("{} answers again", url_.origin());
  } else if (breaker_.failed(call.probe, now(), util::randomU32())) {
    const auto* failure = std::get_if<Failure>(&outcome);
    util::log().warn("{} is left alone for a while: {} requests in a row failed, the last one because {}",
                     url_.origin(), options_.failuresBeforeRest,
                     failure != nullptr ? describe(*failure) : "its answer was a 5xx");
    for (const CallPtr& waiting : std::exchange(waiting_, {})) finish(waiting, Failure::resting);
  }
}

std::shared_ptr<Connection> Origin::takeIdle() {
  while (!idle_.empty()) {
    auto connection = idle_.back();
    idle_.pop_back();
    if (connection->alive()) return connection;
    drop(connection);
  }
  return nullptr;
}

void Origin::keep(const std::shared_ptr<Connection>& connection) {
  idle_.push_back(connection);
  connection->rest([this, raw = connection.get()] {
    const auto found = std::find_if(idle_.begin(), idle_.end(), [raw](const auto& kept) { return kept.get() == raw; });
    if (found == idle_.end()) return;
    const auto ended = *found;
    idle_.erase(found);
    drop(ended);
  });
}

void Origin::drop(const std::shared_ptr<Connection>& connection) {
  connection->close();
  std::erase(connections_, connection);
}

void Origin::serveWaiting() {
  while (!waiting_.empty() && (!idle_.empty() || connections_.size() < options_.maxConnections)) {
    const CallPtr call = waiting_.front();
    waiting_.pop_front();
    place(call);
  }
}

void Origin::stop() {
  closeAll();
  waiting_.clear();
  for (const auto& [raw, call] : std::exchange(calls_, {})) {
    call->total.disarm();
    call->pause.disarm();
    deliver_(std::move(call->handler), Failure::stopped);
  }
}

void Origin::closeAll() {
  idle_.clear();
  for (const auto& connection : std::exchange(connections_, {})) connection->close();
}

}  // namespace akbuzat::https
