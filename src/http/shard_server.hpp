#pragma once

#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "akbuzat/util/file_descriptor.hpp"
#include "akbuzat/util/shards.hpp"
#include "http/connection.hpp"
#include "http/poller.hpp"
#include "http/site.hpp"
#include "http/tls_context.hpp"

namespace akbuzat::http {

/// The part of the server that lives on one shard: a listening socket, the connections accepted from it, one timer for
/// all their deadlines. Owned by the server, and by its connections while there are any. Functions are called on the
/// shard unless they say otherwise.
class ShardServer final : public std::enable_shared_from_this<ShardServer> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  ShardServer(std::shared_ptr<Site> site, std::shared_ptr<CurrentTlsContext> tls, boost::asio::io_context& context,
              util::ShardIndex index);
  ShardServer(const ShardServer&) = delete;
  ShardServer& operator=(const ShardServer&) = delete;

  // For the server, on any thread.

  void start(util::FileDescriptor listener);
  void drain();
  /// Calls `done` on the shard when the last connection is closed.
  void stop(std::function<void()> done);
  /// Drops everything that is left; once `stop` is done, or while the shard's thread does not run.
  void abandon();

  // For connections.

  [[nodiscard]] Site& site() noexcept { return *site_; }
  [[nodiscard]] Poller& poller() noexcept { return poller_; }
  [[nodiscard]] util::ShardIndex index() const noexcept { return index_; }
  /// One buffer for whatever is read at the moment; used up before the next read.
  [[nodiscard]] std::span<char> scratch() noexcept { return scratch_; }
  /// The Date header's value.
  [[nodiscard]] std::string_view date();
  void scheduleTurn(std::shared_ptr<Connection> connection);
  /// Takes a closed connection off the table; it stays alive until the handler under way has ended.
  void retire(Connection& connection);
  /// Any thread.
  [[nodiscard]] bool runsHere() const { return context_.get_executor().running_in_this_thread(); }
  /// Any thread.
  template <class Function>
  void post(Function function) {
    boost::asio::post(context_, std::move(function));
  }

 private:
  /// The listening socket's place in the poller.
  struct Acceptor final : Poller::Target {
    explicit Acceptor(ShardServer& owner) : server(owner) {}
    void onReady(std::uint32_t) override { server.acceptSome(); }
    ShardServer& server;
  };

  void listen();
  void stopListening();
  void acceptSome();
  void pauseAccepting(int error);
  void welcome(util::FileDescriptor socket, const boost::asio::ip::address& peer);
  void add(std::shared_ptr<Connection> connection);
  void armTimer();
  void tick();
  void scheduleShardTurn();
  void shardTurn();
  void finishIfEmpty();

  const std::shared_ptr<Site> site_;
  const std::shared_ptr<CurrentTlsContext> tls_;
  boost::asio::io_context& context_;
  const util::ShardIndex index_;
  Poller poller_;
  Acceptor acceptor_;
  boost::asio::steady_timer timer_;
  std::vector<char> scratch_;

  util::FileDescriptor listener_;
  bool listening_ = false;
  TimePoint acceptAgain_{};
  TimePoint nextAcceptWarning_{};

  std::vector<std::shared_ptr<Connection>> connections_;
  /// Closed in this turn: somebody up the stack may still hold a reference.
  std::vector<std::shared_ptr<Connection>> retired_;
  /// Connections with something to do in the next turn, and those of the turn under way.
  std::vector<std::shared_ptr<Connection>> dirty_;
  std::vector<std::shared_ptr<Connection>> dirtyNow_;
  bool turnPosted_ = false;
  /// Connections over the limits that are told so at this moment.
  std::size_t refusals_ = 0;

  std::time_t dateSecond_ = 0;
  std::string date_;

  std::function<void()> done_;
  TimePoint stopDeadline_ = TimePoint::max();
  bool stopping_ = false;
  /// Set last of all on the shard: whoever sees it may destroy the object.
  std::atomic<bool> finished_{false};
};

}  // namespace akbuzat::http
