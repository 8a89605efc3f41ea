#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/protocol/messages.hpp"
#include "akbuzat/room/member_socket.hpp"
#include "akbuzat/room/room_directory.hpp"
#include "akbuzat/util/token_bucket.hpp"
#include "akbuzat/websocket/frame_reader.hpp"
#include "http/outbound_queue.hpp"
#include "http/response.hpp"

namespace akbuzat::http {

/// What a session asks of the connection whose bytes it speaks for.
class SessionHost {
 public:
  /// There is something for the session's turn to do. Cheap, and does nothing at once: rooms call into the session
  /// while they walk over their members.
  virtual void scheduleTurn() = 0;
  /// The session takes bytes again.
  virtual void readOn() = 0;

 protected:
  ~SessionHost() = default;
};

/// A member's WebSocket after the handshake: frames in, batches of parsed messages to the room, frames out. Shared by
/// its connection and the room; when the connection ends it lets go of both, and what the room still says is nothing.
/// All on the connection's shard, but destroyed on any. Never calls the room from within a call of the room.
class WebSocketSession final : public room::MemberSocket, public std::enable_shared_from_this<WebSocketSession> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  WebSocketSession(SessionHost& host, util::ShardIndex shard, room::RoomDirectory& rooms,
                   const config::WebSocketLimits& limits, bool deflate, room::RoomName roomName, TimePoint now);

  // room::MemberSocket
  [[nodiscard]] util::ShardIndex shard() const noexcept override { return shard_; }
  void send(const websocket::OutboundMessagePtr& message) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void resume() override;

  // The connection's side.

  void enter(protocol::ConnectionId id, Identity identity);
  /// What the socket has received; unmasked in place.
  void receive(std::span<char> bytes, TimePoint now);
  /// Goes on with what an earlier `receive` left.
  void receiveRest(TimePoint now);
  [[nodiscard]] bool hasRest() const noexcept { return !busy_ && !rest_.empty(); }
  /// False while the room has a batch of this member: then the peer has to wait, in its own buffers.
  [[nodiscard]] bool wantsBytes() const noexcept { return !busy_ && rest_.empty(); }
  /// Pings a silent peer, and gives up on one that does not answer a close. To be called a few times a second.
  void tick(TimePoint now);

  [[nodiscard]] OutboundQueue& queue() noexcept { return queue_; }
  /// To be dropped at once: too slow, or dead.
  [[nodiscard]] bool doomed() const noexcept { return doomed_; }
  /// To be closed as soon as the queue is written: both sides have closed, or the peer broke the protocol.
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  /// The connection is gone or about to go. Tells the room, unless that was done before.
  void detach();

 private:
  /// RFC 6455 section 7.1.1 leaves it to us how long the peer's close frame may take.
  static constexpr std::chrono::seconds kCloseTimeout{2};

  void handle(std::span<char>& bytes, TimePoint now);
  void handleText(std::string_view text, std::vector<protocol::ClientMessage>& batch, std::size_t& batchBytes);
  void sendControl(websocket::Opcode opcode, std::string_view payload);
  void beginClose(std::uint16_t code, std::string_view reason);
  void leaveRoom();

  SessionHost* host_;
  const util::ShardIndex shard_;
  room::RoomDirectory* const rooms_;
  const config::WebSocketLimits& limits_;
  const room::RoomName room_;
  websocket::FrameReader reader_;
  OutboundQueue queue_;
  util::TokenBucket messageRate_;
  /// Bytes that came while a full batch was under way; empty but for peers that send a lot at once.
  std::string rest_;

  /// The room has a batch.
  bool busy_ = false;
  /// `receive` is running: a `resume` from within it needs no turn of its own.
  bool receiving_ = false;
  bool inRoom_ = false;
  /// Our close frame is queued; nothing more is sent, and what comes is read only to find the peer's.
  bool closing_ = false;
  bool finished_ = false;
  bool doomed_ = false;
  /// When the peer was last heard, or pinged since.
  TimePoint lastActivity_;
  TimePoint closeDeadline_ = TimePoint::max();
};

}  // namespace akbuzat::http
