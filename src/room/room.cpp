#include "room/room.hpp"

#include <algorithm>
#include <utility>

#include "akbuzat/protocol/serialize.hpp"
#include "akbuzat/room/room_directory.hpp"
#include "akbuzat/util/random.hpp"

namespace akbuzat::room {
namespace {

using namespace std::chrono_literals;
using protocol::ErrorCode;

/// At most so often is a state sent for what need not be seen at once (issue: O(n²) traffic of speaking toggles).
constexpr auto kStateInterval = 50ms;
/// Old clients expect a state at least so often.
constexpr auto kStateRefresh = 15s;
/// How long to wait before trying again what the disk refused.
constexpr auto kRetry = 1s;
/// A browser sends some tens of candidates and descriptions at once when it meets three others; more is a fault.
constexpr double kSignalsPerSecond = 50;
constexpr double kSignalBurst = 500;
/// What waits for a member who is reconnecting; beyond it the oldest are dropped, and the pair negotiates anew.
constexpr std::size_t kMaxMissedBytes = std::size_t{256} * 1024;
/// Connection ids of people who have left, kept for their owners; a bound, not a number that a meeting reaches.
constexpr std::size_t kMaxFormerOwners = 4096;

Delivery toOne(SocketId socket, std::string text) { return {Audience::one, socket, std::move(text)}; }

bool sameWhenStored(const protocol::User& a, protocol::User b) {
  b.speaking = a.speaking;
  return a == b;
}

}  // namespace

void Room::restore(const StoredRoom& stored, TimePoint now) {
  meetingId_ = stored.meetingId;
  for (const StoredUser& kept : stored.users) {
    Member member{.user = kept.user,
                  .owner = kept.owner,
                  .everJoined = kept.everJoined,
                  .socket = std::nullopt,
                  .lastHeard = now,
                  .leavesAt = now + rules_.restartGrace,
                  .signalRate = {kSignalsPerSecond, kSignalBurst, now},
                  .missed = {}};
    members_.emplace(kept.user.id, std::move(member));
  }
  if (members_.empty()) meetingEndsAt_ = now + rules_.emptyMeeting;
  requireSweepAt(now + std::min(rules_.restartGrace, rules_.emptyMeeting));
}

Effects Room::enter(const protocol::ConnectionId& id, std::string owner, std::string name, SocketId socket,
                    TimePoint now) {
  Effects effects;
  const auto known = members_.find(id);
  const auto former = formerOwners_.find(id);
  if ((known != members_.end() && known->second.owner != owner) ||
      (former != formerOwners_.end() && former->second != owner)) {
    effects.closings.push_back({socket, close_code::kIdInUse, "This connection id belongs to another session"});
    return effects;
  }
  if (known == members_.end() && members_.size() >= rules_.maxMembers) {
    effects.closings.push_back({socket, close_code::kRoomFull, "The room is full"});
    return effects;
  }
  if (meetingId_.empty()) {
    meetingId_ = util::randomUuid();
    peak_ = 0;
    effects.changes.push_back(StartMeeting{meetingId_});
  }
  meetingEndsAt_ = TimePoint::max();

  if (known == members_.end()) {
    Member member{.user = {},
                  .owner = std::move(owner),
                  .socket = std::nullopt,
                  .lastHeard = now,
                  .signalRate = {kSignalsPerSecond, kSignalBurst, now},
                  .missed = {}};
    member.user.id = id;
    member.user.name = std::move(name);
    member.user.tracks = {.audio = {},
                          .video = {},
                          .screenshare = {},
                          .audioEnabled = false,
                          .audioUnavailable = false,
                          .videoEnabled = false,
                          .screenShareEnabled = false};
    Member& added = members_.emplace(id, std::move(member)).first->second;
    attach(added, socket, now, effects);
    save(added, effects);
    if (members_.size() > peak_) {
      peak_ = members_.size();
      effects.changes.push_back(RaisePeak{meetingId_, peak_});
    }
    stateChange_ = StateChange::now;
  } else {
    Member& member = known->second;
    attach(member, socket, now, effects);
    if (member.user.name != name) {
      member.user.name = std::move(name);
      save(member, effects);
      stateChange_ = StateChange::now;
    }
    // The others have nothing new to learn; whoever comes back has.
    if (stateChange_ != StateChange::now) effects.deliveries.push_back(toOne(socket, stateText()));
    for (std::string& text : member.missed) effects.deliveries.push_back(toOne(socket, std::move(text)));
    member.missed.clear();
    member.missedBytes = 0;
  }
  finish(now, effects);
  return effects;
}

void Room::attach(Member& member, SocketId socket, TimePoint now, Effects& effects) {
  if (member.socket) {
    sockets_.erase(*member.socket);
    effects.closings.push_back({*member.socket, close_code::kReplaced, "Opened again elsewhere"});
  }
  member.socket = socket;
  member.lastHeard = now;
  member.leavesAt = TimePoint::max();
  requireSweepAt(now + rules_.heartbeatTimeout);
  sockets_.emplace(socket, member.user.id);
  ++audienceVersion_;
}

Effects Room::receive(SocketId socket, const protocol::ClientMessage& message, TimePoint now) {
  Effects effects;
  const auto sender = sockets_.find(socket);
  if (sender == sockets_.end()) return effects;
  Member& member = members_.find(sender->second)->second;
  member.lastHeard = now;
  std::visit([&](const auto& kind) { on(member, kind, now, effects); }, message);
  finish(now, effects);
  return effects;
}

void Room::on(Member& member, const protocol::UserUpdate& message, TimePoint, Effects& effects) {
  protocol::User updated = message.user;
  updated.id = member.user.id;
  updated.name = member.user.name;
  if (updated == member.user) return;

  const bool joinedChanged = updated.joined != member.user.joined;
  const bool needsSaving = !sameWhenStored(updated, member.user);
  member.user = std::move(updated);
  member.everJoined = member.everJoined || member.user.joined;
  if (needsSaving) save(member, effects);
  if (joinedChanged) {
    ++audienceVersion_;
    stateChange_ = StateChange::now;
  } else {
    stateChange_ = std::max(stateChange_, StateChange::soon);
  }
}

void Room::on(Member& member, const protocol::MuteUser& message, TimePoint, Effects& effects) {
  if (!member.user.joined) return refuse(member, ErrorCode::notJoined, effects);
  const auto target = members_.find(message.id);
  if (target == members_.end() || !target->second.user.joined) return refuse(member, ErrorCode::unknownUser, effects);

  Member& muted = target->second;
  if (muted.user.tracks.audioEnabled == false) return;
  muted.user.tracks.audioEnabled = false;
  save(muted, effects);
  tell(muted, protocol::muteMic(), effects);
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
  const auto found = members_.find(message.to);
  if (found == members_.end() || !found->second.user.joined) return refuse(member, ErrorCode::unknownUser, effects);

  tell(found->second, protocol::p2pSignal(member.user.id, message.signal), effects);
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
  effects.closings.push_back({*member.socket, close_code::kNormal, "User left"});
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

Effects Room::disconnected(SocketId socket, TimePoint now) {
  const auto sender = sockets_.find(socket);
  if (sender == sockets_.end()) return {};
  Member& member = members_.find(sender->second)->second;
  member.socket.reset();
  member.leavesAt = now + rules_.grace;
  // A voice that has gone silent must not leave its border lit.
  if (member.user.speaking) {
    member.user.speaking = false;
    stateChange_ = std::max(stateChange_, StateChange::soon);
  }
  requireSweepAt(member.leavesAt);
  sockets_.erase(sender);
  ++audienceVersion_;
  Effects effects;
  finish(now, effects);
  return effects;
}

Effects Room::tick(TimePoint now) {
  Effects effects;
  if (now >= sweepAt_) sweep(now, effects);
  finish(now, effects);
  return effects;
}

void Room::sweep(TimePoint now, Effects& effects) {
  sweepAt_ = TimePoint::max();
  for (auto it = members_.begin(); it != members_.end();) {
    const auto member = it++;
    const TimePoint goes =
        member->second.socket ? member->second.lastHeard + rules_.heartbeatTimeout : member->second.leavesAt;
    if (goes > now) {
      requireSweepAt(goes);
      continue;
    }
    if (member->second.socket) {
      effects.closings.push_back({*member->second.socket, close_code::kInternalError, ""});
    }
    remove(member, now, effects);
  }
  if (members_.empty() && !meetingId_.empty()) {
    if (meetingEndsAt_ > now) {
      requireSweepAt(meetingEndsAt_);
    } else {
      effects.changes.push_back(EndMeeting{std::exchange(meetingId_, {})});
      formerOwners_.clear();
      meetingEndsAt_ = TimePoint::max();
    }
  }
}

void Room::remove(Members::iterator member, TimePoint now, Effects& effects) {
  if (member->second.socket) {
    sockets_.erase(*member->second.socket);
    ++audienceVersion_;
  }
  // Somebody who never joined was nobody's partner, and old clients' encryption breaks on such a notification.
  if (member->second.everJoined) {
    effects.deliveries.push_back({Audience::everyone, {}, protocol::userLeftNotification(member->first)});
  }
  effects.changes.push_back(RemoveUser{member->first});
  // Everybody has seen the id; whoever lost the network for long must find it free.
  if (member->second.everJoined && formerOwners_.size() < kMaxFormerOwners) {
    formerOwners_.emplace(member->first, std::move(member->second.owner));
  }
  members_.erase(member);
  stateChange_ = StateChange::now;
  if (members_.empty()) {
    meetingEndsAt_ = now + rules_.emptyMeeting;
    requireSweepAt(meetingEndsAt_);
  }
}

void Room::save(const Member& member, Effects& effects) {
  effects.changes.push_back(PutUser{{member.user, member.owner, member.everJoined}});
}

Effects Room::rollBack(const std::optional<StoredRoom>& stored, TimePoint now) {
  Members before = std::move(members_);
  members_.clear();
  sockets_.clear();
  ++audienceVersion_;
  meetingEndsAt_ = TimePoint::max();
  sweepAt_ = now + kRetry;
  peak_ = 0;

  if (!stored) {
    meetingId_.clear();
  } else {
    meetingId_ = stored->meetingId;
    for (const StoredUser& kept : stored->users) {
      const auto old = before.find(kept.user.id);
      Member member = old != before.end() ? std::move(old->second)
                                          : Member{.user = {},
                                                   .owner = {},
                                                   .socket = std::nullopt,
                                                   .lastHeard = now,
                                                   .leavesAt = now + kRetry,
                                                   .signalRate = {kSignalsPerSecond, kSignalBurst, now},
                                                   .missed = {}};
      const bool speaking = member.user.speaking;
      member.user = kept.user;
      member.user.speaking = speaking;
      member.owner = kept.owner;
      member.everJoined = kept.everJoined;
      if (member.socket) sockets_.emplace(*member.socket, kept.user.id);
      members_.emplace(kept.user.id, std::move(member));
    }
    if (members_.empty()) meetingEndsAt_ = now + kRetry;
  }

  Effects effects;
  stateChange_ = StateChange::now;
  finish(now, effects);
  return effects;
}

bool Room::isJoined(SocketId socket) const {
  const auto id = sockets_.find(socket);
  return id != sockets_.end() && members_.find(id->second)->second.user.joined;
}

TimePoint Room::deadline() const {
  TimePoint next = sweepAt_;
  if (!sockets_.empty()) {
    next = std::min(next, lastState_ + kStateRefresh);
    if (stateChange_ != StateChange::none) next = std::min(next, lastState_ + kStateInterval);
  }
  return next;
}

void Room::finish(TimePoint now, Effects& effects) {
  const bool due = stateChange_ == StateChange::now ||
                   (stateChange_ == StateChange::soon && now >= lastState_ + kStateInterval) ||
                   now >= lastState_ + kStateRefresh;
  if (!due) return;
  stateChange_ = StateChange::none;
  lastState_ = now;
  if (!sockets_.empty()) effects.deliveries.push_back({Audience::everyone, {}, stateText()});
}

std::string Room::stateText() const {
  std::vector<const protocol::User*> users;
  users.reserve(members_.size());
  for (const auto& [id, member] : members_) users.push_back(&member.user);
  return protocol::roomState(meetingId_, users);
}

}  // namespace akbuzat::room
