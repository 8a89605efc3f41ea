#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "akbuzat/https/client.hpp"
#include "akbuzat/util/time.hpp"
#include "https/circuit_breaker.hpp"
#include "https/connection.hpp"
#include "https/deadline.hpp"
#include "https/url.hpp"

namespace akbuzat::https {

/// All that goes to one origin: its connections, the requests that wait for one, what is tried again, and the circuit
/// breaker. Owned by the client; on its executor.
class Origin {
 public:
  /// Hands an outcome to a caller, not before the call to `Origin` has returned.
  using Deliver = std::function<void(Handler, Outcome)>;

  /// The options outlive it.
  Origin(boost::asio::any_io_executor executor, std::shared_ptr<boost::asio::ssl::context> tlsContext, Url url,
         const ClientOptions& options, Deliver deliver);
  ~Origin();
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  /// `text` is the request as written for this origin.
  void send(const Request& request, std::string text, Handler handler);
  /// Answers everything with `stopped` and closes all connections.
  void stop();

 private:
  /// One request, from `send` to its outcome.
  struct Call {
    Call(const boost::asio::any_io_executor& executor) : total(executor), pause(executor) {}

    std::shared_ptr<const std::string> text;
    bool isHead = false;
    bool repeatable = false;
    Handler handler;
    Deadline total;
    util::TimePoint end;
    Deadline pause;
    /// The one that works for it.
    std::shared_ptr<Connection> connection;
    /// The upstream has been tried, so that the outcome tells something about it.
    bool tried = false;
    /// The circuit breaker's only one.
    bool probe = false;
    /// A kept connection turned out to be dead: not another kept one.
    bool wantsNewConnection = false;
    bool hasReconnected = false;
    unsigned repetitions = 0;
  };
  using CallPtr = std::shared_ptr<Call>;

  void place(const CallPtr& call);
  void open(const CallPtr& call);
  void exchange(const CallPtr& call, const std::shared_ptr<Connection>& connection, bool kept);
  void onResult(const CallPtr& call, Connection::Result result, bool kept);
  void onTotalTimeout(const CallPtr& call);
  // These are true if the call goes on, after a pause; else `last` is its outcome.
  bool reconnect(const CallPtr& call, const Outcome& last);
  bool repeatAfter(const CallPtr& call, const Outcome& last);
  bool repeatLater(const CallPtr& call, std::chrono::milliseconds pause, Outcome last);
  void finish(const CallPtr& call, Outcome outcome);
  void note(const Call& call, const Outcome& outcome);
  std::shared_ptr<Connection> takeIdle();
  void keep(const std::shared_ptr<Connection>& connection);
  void drop(const std::shared_ptr<Connection>& connection);
  void serveWaiting();
  void closeAll();

  boost::asio::any_io_executor executor_;
  std::shared_ptr<boost::asio::ssl::context> tlsContext_;
  Url url_;
  const ClientOptions& options_;
  Deliver deliver_;
  CircuitBreaker breaker_;
  std::unordered_map<Call*, CallPtr> calls_;
  std::deque<CallPtr> waiting_;
  /// Those at rest are in `idle_` too, the one used last at its end.
  std::vector<std::shared_ptr<Connection>> connections_;
  std::vector<std::shared_ptr<Connection>> idle_;
};

}  // namespace akbuzat::https
