#include "http/web_socket_session.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "akbuzat/protocol/errors.hpp"
#include "akbuzat/protocol/parse.hpp"
#include "akbuzat/protocol/serialize.hpp"
#include "akbuzat/util/log.hpp"

namespace akbuzat::http {
namespace {

using websocket::FrameReader;
using websocket::Opcode;
using websocket::OutboundMessage;

/// A browser that was offline sends all that it queued at once.
constexpr double kBurstSeconds = 20;

}  // namespace

WebSocketSession::WebSocketSession(SessionHost& host, util::ShardIndex shard, room::RoomDirectory& rooms,
                                   const config::WebSocketLimits& limits, bool deflate, room::RoomName roomName,
                                   TimePoint now)
    : host_(&host),
      shard_(shard),
      rooms_(&rooms),
      limits_(limits),
      room_(std::move(roomName)),
      reader_(limits.maxMessageBytes, deflate),
      queue_(deflate),
      messageRate_(limits.messagesPerSecond, std::max(1.0, limits.messagesPerSecond * kBurstSeconds), now),
      lastActivity_(now) {}

void WebSocketSession::send(const websocket::OutboundMessagePtr& message) {
  if (host_ == nullptr || closing_ || doomed_) return;
  queue_.push(message);
  if (queue_.bytes() > limits_.maxQueuedBytes) {
    util::log().debug("A socket is closed: its client reads too slowly");
    doomed_ = true;
    queue_.clear();
  }
  host_->scheduleTurn();
}

void WebSocketSession::close(std::uint16_t code, std::string_view reason) {
  if (host_ == nullptr || closing_ || doomed_) return;
  beginClose(code, reason);
}

void WebSocketSession::resume() {
  if (host_ == nullptr || !busy_) return;
  busy_ = false;
  if (receiving_) return;
  if (!rest_.empty()) host_->scheduleTurn();
  host_->readOn();
}

void WebSocketSession::enter(protocol::ConnectionId id, Identity identity) {
  inRoom_ = true;
  rooms_->enter(room_,
                room::Entrance{std::move(id), std::move(identity.owner), std::move(identity.name), shared_from_this()});
}

void WebSocketSession::receive(std::span<char> bytes, TimePoint now) {
  lastActivity_ = now;
  receiving_ = true;
  // A room on this shard may deal with a batch at once; then the rest is next.
  while (!bytes.empty() && !busy_ && !finished_ && !doomed_) handle(bytes, now);
  receiving_ = false;
  if (!finished_) rest_.assign(bytes.data(), bytes.size());
}

void WebSocketSession::receiveRest(TimePoint now) {
  std::string bytes;
  bytes.swap(rest_);
  receive(bytes, now);
  if (host_ != nullptr && wantsBytes()) host_->readOn();
}

/// Reads up to one batch, which is bounded in bytes as well: compressed input could otherwise become a thousand times
/// its size in memory.
void WebSocketSession::handle(std::span<char>& bytes, TimePoint now) {
  std::vector<protocol::ClientMessage> batch;
  std::size_t batchBytes = 0;
  while (!bytes.empty() && !finished_ && batchBytes < limits_.maxMessageBytes) {
    const FrameReader::Event event = reader_.next(bytes);
    if (event.kind == FrameReader::Kind::needMore) break;
    if (event.kind == FrameReader::Kind::close || event.kind == FrameReader::Kind::failed) {
      // What came before it still counts.
      if (event.kind == FrameReader::Kind::failed)
        beginClose(event.code, "");
      else
        beginClose(event.code == websocket::close_code::kNoStatus ? websocket::close_code::kNormal : event.code, "");
      finished_ = true;
      break;
    }
    // Only the peer's close frame is waited for.
    if (closing_) continue;
    if (!messageRate_.take(1, now)) {
      send(std::make_shared<OutboundMessage>(protocol::error(protocol::ErrorCode::rateLimited)));
      beginClose(room::close_code::kTooManyMessages, "tooManyMessages");
      continue;
    }
    if (event.kind == FrameReader::Kind::ping)
      sendControl(Opcode::pong, event.payload);
    else if (event.kind == FrameReader::Kind::pong)
      // A page whose timers the browser has stopped still answers pings: it is alive.
      batch.emplace_back(protocol::Heartbeat{});
    else if (event.kind == FrameReader::Kind::text)
      handleText(event.payload, batch, batchBytes);
  }
  if (!batch.empty() && inRoom_) {
    // After a close the room's answer is not waited for: there will be no further batch.
    busy_ = !closing_;
    rooms_->receive(room_, shared_from_this(), std::move(batch));
  }
  if (closing_) leaveRoom();
}

void WebSocketSession::handleText(std::string_view text, std::vector<protocol::ClientMessage>& batch,
                                  std::size_t& batchBytes) {
  auto parsed = protocol::parse(text);
  if (const auto* error = std::get_if<protocol::ParseError>(&parsed)) {
    send(std::make_shared<OutboundMessage>(protocol::error(error->code, error->detail)));
    return;
  }
  batchBytes += text.size();
  batch.push_back(std::get<protocol::ClientMessage>(std::move(parsed)));
}

void WebSocketSession::tick(TimePoint now) {
  if (host_ == nullptr || doomed_) return;
  if (closing_) {
    if (now < closeDeadline_) return;
    // What the peer has not taken by now it will not take; what it has taken a reset should not take back.
    if (queue_.empty())
      finished_ = true;
    else
      doomed_ = true;
    return;
  }
  // A peer that stays silent is the room's to close; it sees the heartbeats that pongs become.
  if (now - lastActivity_ < limits_.pingInterval) return;
  lastActivity_ = now;
  sendControl(Opcode::ping, "");
}

void WebSocketSession::detach() {
  host_ = nullptr;
  queue_.clear();
  std::string{}.swap(rest_);
  leaveRoom();
}

void WebSocketSession::sendControl(Opcode opcode, std::string_view payload) {
  send(std::make_shared<OutboundMessage>(opcode, payload));
}

void WebSocketSession::beginClose(std::uint16_t code, std::string_view reason) {
  if (closing_) return;
  sendControl(Opcode::close, websocket::closePayload(code, reason));
  closing_ = true;
  closeDeadline_ = std::chrono::steady_clock::now() + kCloseTimeout;
  // A room that has closed this socket need not resume it, but the peer's close frame is yet to be read.
  busy_ = false;
  if (!receiving_ && host_ != nullptr) host_->readOn();
}

void WebSocketSession::leaveRoom() {
  if (!std::exchange(inRoom_, false)) return;
  rooms_->disconnected(room_, shared_from_this());
}

}  // namespace akbuzat::http
