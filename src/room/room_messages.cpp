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

/// One after another fails, or somebody changes their mind; more is a script.
constexpr double kAiInvitationsPerSecond = 0.1;
constexpr double kAiInvitationBurst = 5;

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
  if (!member.user.joined) ai_.takeEar(member.user.id);
  if (joinedChanged) {
    ++audienceVersion_;
    pathUndecided_ = true;
    stateChange_ = StateChange::now;
    // Who has gone back to the lobby is not to hear the call any more, whatever the page does.
    if (!hasJoined(member.owner)) effects.goneOwners.push_back(member.owner);
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
  mediaPath_.reportFailure(member.owner, peer->owner);
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

void Room::on(Member& member, const protocol::EnableAi& message, TimePoint now, Effects& effects) {
  if (!aiAvailable_) return refuse(member, ErrorCode::aiUnavailable, effects);
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  if (ai_.present()) return;
  // Each is a call to a provider who is paid, and a socket of the SFU's.
  if (!aiInvitations_) aiInvitations_.emplace(kAiInvitationsPerSecond, kAiInvitationBurst, now);
  if (!aiInvitations_->take(1, now)) return refuse(member, ErrorCode::rateLimited, effects);
  auto action = ai_.invite(meetingId_, {message.instructions.value_or(""), message.voice.value_or("")});
  if (action) effects.aiActions.push_back(std::move(*action));
}

void Room::on(Member& member, const protocol::DisableAi&, TimePoint, Effects& effects) {
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  if (auto action = ai_.dismiss(std::nullopt)) effects.aiActions.push_back(std::move(*action));
}

void Room::on(Member& member, const protocol::RequestAiControl& message, TimePoint, Effects& effects) {
  if (ai_.call() == nullptr) return refuse(member, ErrorCode::aiUnavailable, effects);
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  // Nobody lends the AI another one's voice.
  if (!ownsSession_(message.session, member.owner)) return refuse(member, ErrorCode::unknownUser, effects);
  auto action = ai_.giveEar(member.user.id, message.session, message.track);
  if (!action) return refuse(member, ErrorCode::aiTaken, effects);
  effects.aiActions.push_back(std::move(*action));
}

void Room::on(Member& member, const protocol::RelinquishAiControl&, TimePoint, Effects&) {
  // Old clients send it without having asked for anything.
  ai_.takeEar(member.user.id);
}

void Room::refuse(const Member& member, ErrorCode code, Effects& effects) {
  effects.deliveries.push_back(toOne(*member.socket, protocol::error(code)));
}

}  // namespace akbuzat::room
