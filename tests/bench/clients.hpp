#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/frames.hpp"
#include "bench/socket.hpp"

namespace akbuzat::bench {

using Clock = std::chrono::steady_clock;

/// One member's socket.
struct Connection {
  enum class State { fresh, connecting, upgrading, open, closed };

  State state = State::fresh;
  std::size_t room = 0;
  std::string roomName;
  std::string id;
  Descriptor socket;
  /// What the socket has not taken yet.
  std::string unsent;
  /// The beginning of a frame, or of the server's answer to the upgrade.
  std::string rest;
  Clock::time_point startedAt;
  /// The scenario's own: messages that count.
  std::uint64_t received = 0;
  /// The scenario's own: has seen all members of its room joined.
  bool ready = false;
  bool saidHello = false;
};

/// All sockets of the load generator, on one thread and one epoll: whatever it costs, the server under test has not.
/// Reads as much as is there into one buffer, hands out every frame where it lies, and copies only the rest of a frame
/// that has not come whole.
class Clients {
 public:
  Clients(Target target, std::string cookie);

  /// A connection that `begin` has yet to open. Valid as long as this object.
  Connection& add(std::string room, std::size_t roomIndex);
  /// Starts connecting and asks for the upgrade.
  void begin(Connection& connection);
  /// An open socket without any handshake.
  Connection& adopt(Descriptor socket);
  /// Sends bytes that are whole frames; keeps what the socket does not take.
  void send(Connection& connection, std::string_view bytes);
  void end(Connection& connection);

  /// Waits for events up to `limit`, and calls `onText(connection, payload, frameSize, now)` for every text.
  template <class OnText>
  void poll(std::chrono::nanoseconds limit, OnText&& onText);

  /// Connections and refusals that no scenario wants: closed sockets, broken frames, an upgrade that is not granted.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  /// What the first of them was.
  [[nodiscard]] const std::string& firstFailure() const { return firstFailure_; }
  [[nodiscard]] std::vector<std::unique_ptr<Connection>>& all() { return connections_; }

 private:
  /// Fills events_; their number.
  int wait(std::chrono::nanoseconds limit);
  /// Reads once into buffer_; the bytes to look at, or an empty view.
  std::string_view read(Connection& connection);
  /// Skips the server's answer to the upgrade; false if there is more to come, or the connection has failed.
  bool finishUpgrade(Connection& connection, std::string_view& bytes);
  void onControl(Connection& connection, const FrameView& frame);
  void onWritable(Connection& connection);
  void flush(Connection& connection);
  void watch(Connection& connection, int operation, bool writable);
  void fail(Connection& connection, const std::string& why);

  static constexpr std::size_t kBufferSize = std::size_t{1} << 19;
  static constexpr std::size_t kLargestFrame = kBufferSize - 16;

  Target target_;
  std::string cookie_;
  std::string runId_;
  Descriptor epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kBufferSize);
  std::array<epoll_event, 256> events_{};
  std::uint64_t failures_ = 0;
  std::string firstFailure_;
};

template <class OnText>
void Clients::poll(std::chrono::nanoseconds limit, OnText&& onText) {
  const int ready = wait(limit);
  for (int i = 0; i < ready; ++i) {
    const auto& event = events_[static_cast<std::size_t>(i)];
    auto& connection = *static_cast<Connection*>(event.data.ptr);
    const auto closed = [&connection] { return connection.state == Connection::State::closed; };
    if (!closed() && (event.events & EPOLLOUT) != 0) onWritable(connection);
    if (closed() || (event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) continue;
    auto bytes = read(connection);
    const auto now = Clock::now();
    if (connection.state == Connection::State::upgrading && !finishUpgrade(connection, bytes)) continue;
    while (!bytes.empty()) {
      const auto frame = readFrame(bytes, kLargestFrame);
      if (frame.state == FrameView::State::incomplete) break;
      if (frame.state == FrameView::State::broken) {
        fail(connection, "a frame that no server should send");
        bytes = {};
        break;
      }
      bytes.remove_prefix(frame.size);
      if (frame.opcode == kText) {
        onText(connection, frame.payload, frame.size, now);
      } else {
        onControl(connection, frame);
      }
      if (connection.state != Connection::State::open) bytes = {};
    }
    connection.rest.assign(bytes);
  }
}

}  // namespace akbuzat::bench
