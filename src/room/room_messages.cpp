// What each message of a member leads to.

#include <algorithm>
#include <utility>

#include "akbuzat/protocol/serialize.hpp"
#include "akbuzat/websocket/frame.hpp"
#include "room/room.hpp"

namespace akbuzat::room {
namespace {

using protocol::ErrorCode;

/// What waits for a member who is reconnecting; beyond it the oldest are dropped, and the pair negotiates anew.
constexpr std::size_t kMaxMissedBytes = std::size_t{256} * 1024;

Delivery toOne(SocketId socket, std::string text) { return {Audience::one, socket, std::move(text)}; }

bool sameWhenStored(const protocol::User& a, protocol::User b) {
  b.speaking = a.speaking;
  return a == b;
}

}  // namespace

void Room::on(Member& member, const protocol::UserUpdate& message, TimePoint, Effects& effects) {
  protocol::User updated = message.user;
  updated.id = member.user.id;
  updated.name = member.user.name;
  keepOwnMedia(member, updated);
  if (updated == member.user) return;

  const bool joinedChanged = updated.joined != member.user.joined;
  const bool needsSaving = !sameWhenStored(updated, member.user);
  member.user = std::move(updated);
  member.everJoined = member.everJoined || member.user.joined;
  if (needsSaving) save(member, effects);
  if (joinedChanged) {
    ++audienceVersion_;
    pathUndecided_ = true;
    stateChange_ = StateChange::now;
  } else {
    stateChange_ = std::max(stateChange_, StateChange::soon);
  }
}

void Room::on(Member& member, const protocol::MuteUser& message, TimePoint, Effects& effects) {
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  Member* const muted = joinedMember(message.id);
  if (muted == nullptr) return refuse(member, ErrorCode::unknownUser, effects);

  if (muted->user.tracks.audioEnabled == false) return;
  muted->user.tracks.audioEnabled = false;
  save(*muted, effects);
  tell(*muted, protocol::muteMic(), effects);
  stateChange_ = StateChange::now;
}

void Room::on(Member& member, const protocol::DirectMessage& message, TimePoint, Effects& effects) {
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  const auto target = members_.find(message.to);
  if (target == members_.end() || !target->second.socket) return refuse(member, ErrorCode::unknownUser, effects);
  effects.deliveries.push_back(
      toOne(*target->second.socket, protocol::directMessage(member.user.name, message.message)));
}

void Room::on(Member& member, const protocol::P2pSignal& message, TimePoint now, Effects& effects) {
  if (!member.signalRate.take(1, now)) return refuse(member, ErrorCode::rateLimited, effects);
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  Member* const addressee = joinedMember(message.to);
  if (addressee == nullptr) return refuse(member, ErrorCode::unknownUser, effects);

  tell(*addressee, protocol::p2pSignal(member.user.id, message.signal), effects);
}

void Room::on(Member& member, const protocol::MediaSupport& message, TimePoint, Effects& effects) {
  if (member.supportsP2p == message.p2p) return;
  member.supportsP2p = message.p2p;
  // A visitor's is of no consequence yet, and saved when joining.
  if (!member.user.joined) return;
  save(member, effects);
  pathUndecided_ = true;
}

void Room::on(Member& member, const protocol::P2pFailed& message, TimePoint, Effects& effects) {
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  const Member* const peer = joinedMember(message.peer);
  if (peer == nullptr || peer == &member) return refuse(member, ErrorCode::unknownUser, effects);
  // The link is down because the peer is away; when it is back there is a new one.
  if (!peer->socket) return;
  mediaPath_.reportFailure(member.user.id, peer->user.id);
  pathUndecided_ = true;
}

Room::Member* Room::joinedMember(const protocol::ConnectionId& id) {
  const auto found = members_.find(id);
  return found != members_.end() && found->second.user.joined ? &found->second : nullptr;
}

void Room::tell(Member& member, std::string text, Effects& effects) {
  if (member.socket) {
    effects.deliveries.push_back(toOne(*member.socket, std::move(text)));
    return;
  }
  member.missedBytes += text.size();
  member.missed.push_back(std::move(text));
  while (member.missedBytes > kMaxMissedBytes) {
    member.missedBytes -= member.missed.front().size();
    member.missed.pop_front();
  }
}

void Room::on(Member& member, const protocol::E2eeMlsMessage& message, TimePoint, Effects& effects) {
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  effects.deliveries.push_back({Audience::joinedBut, *member.socket, protocol::e2eeMlsMessage(message.payload)});
}

void Room::on(Member& member, const protocol::UserLeft&, TimePoint now, Effects& effects) {
  effects.closings.push_back({*member.socket, websocket::close_code::kNormal, "User left"});
  remove(members_.find(member.user.id), now, effects);
}

void Room::on(Member& member, const protocol::Ping&, TimePoint, Effects& effects) {
  effects.deliveries.push_back(toOne(*member.socket, protocol::pong()));
}

void Room::on(Member& member, const protocol::EnableAi&, TimePoint, Effects& effects) {
  refuse(member, ErrorCode::aiUnavailable, effects);
}

void Room::on(Member& member, const protocol::RequestAiControl&, TimePoint, Effects& effects) {
  refuse(member, ErrorCode::aiUnavailable, effects);
}

void Room::refuse(const Member& member, ErrorCode code, Effects& effects) {
  effects.deliveries.push_back(toOne(*member.socket, protocol::error(code)));
}

}  // namespace akbuzat::room
