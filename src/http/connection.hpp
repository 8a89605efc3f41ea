#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/http_exchange.hpp"
#include "http/poller.hpp"
#include "http/responder.hpp"
#include "http/transport.hpp"
#include "http/web_socket_session.hpp"

namespace akbuzat::http {

class ShardServer;

/// One accepted socket through its life: TLS handshake, requests one after the other, perhaps a WebSocket, the end. One
/// that begins like ICE over TCP is given away instead. Owned by its shard's table; handlers and threads that owe it an
/// answer know it weakly. All on its shard but `answer`. After `close` every call does nothing, so that late readiness,
/// answers and flushes are harmless.
class Connection final : public AnswerSink,
                         public Poller::Target,
                         public SessionHost,
                         public std::enable_shared_from_this<Connection> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `counted`: the limiter has admitted it, and is told when it ends.
  Connection(std::shared_ptr<ShardServer> shard, Transport transport, Peer peer, bool counted);

  /// Begins to read; false if the system cannot watch one more socket.
  [[nodiscard]] bool start(TimePoint now);
  /// Instead of reading: answers without having been asked, and ends. After `start`, on a plain socket only.
  void refuse(Response response);

  void answer(std::uint64_t serial, Response response) override;
  void onReady(std::uint32_t events) override;
  void scheduleTurn() override;
  void readOn() override;

  /// Writes what is queued; called once after any number of `scheduleTurn`.
  void turn();
  /// Looks at deadlines; called a few times a second.
  void tick(TimePoint now);
  /// The server stops: ends as politely as can be done without waiting for long.
  void shutDown();
  /// Ends at once.
  void close();

  [[nodiscard]] bool counted() const noexcept { return counted_; }

  /// Where the shard's table has it.
  std::size_t tableIndex = 0;

 private:
  /// fresh: nothing has been seen yet; iceTcp: the first bytes are those of ICE.
  enum class State { fresh, iceTcp, handshaking, http, webSocket, lingering, closed };

  void guard(const std::function<void()>& work);
  void handleReady(std::uint32_t events);
  [[nodiscard]] bool wantsRead() const;
  [[nodiscard]] bool owesOutput() const;
  void watch(std::uint32_t events);
  void waitForWrite(bool wait);
  void tellProtocol();
  void readIceTcp();
  void giveToIce();
  void shakeHands();
  void readSome();
  void received(std::span<char> bytes, TimePoint now);

  void runHttp();
  bool stepHttp();
  bool readRequest();
  void continueRequest();
  void handleRequest();
  void acceptAnswer(std::uint64_t serial, Response response);
  void failRequest(unsigned status, std::string_view message);
  bool writeAnswer();
  void becomeWebSocket(std::unique_ptr<Upgrade> upgrade);

  void writeQueue();
  void settleSession();
  void linger();
  void abort();
  void leave();

  const std::shared_ptr<ShardServer> shard_;
  Transport transport_;
  const Peer peer_;
  const bool counted_;
  State state_ = State::fresh;
  /// What epoll watches for now.
  std::uint32_t watched_ = 0;
  bool turnScheduled_ = false;
  bool runningHttp_ = false;
  /// OpenSSL wants to write before it can read.
  bool readNeedsWrite_ = false;
  TimePoint deadline_ = TimePoint::max();
  std::uint64_t serial_ = 0;

  /// Received and not yet understood: an incomplete header, or requests behind the one under way.
  std::string input_;
  std::size_t inputTaken_ = 0;
  std::unique_ptr<HttpExchange> exchange_;
  std::shared_ptr<WebSocketSession> session_;
};

}  // namespace akbuzat::http
