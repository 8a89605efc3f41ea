#include "room/room.hpp"

#include <algorithm>
#include <utility>

#include "akbuzat/protocol/serialize.hpp"
#include "akbuzat/room/room_directory.hpp"
#include "akbuzat/util/random.hpp"

namespace akbuzat::room {
namespace {

using namespace std::chrono_literals;

/// At most so often is a state sent for what need not be seen at once (issue: O(n²) traffic of speaking toggles).
constexpr auto kStateInterval = 50ms;
/// Old clients expect a state at least so often.
constexpr auto kStateRefresh = 15s;
/// How long to wait before trying again what the disk refused.
constexpr auto kRetry = 1s;
/// A browser sends some tens of candidates and descriptions at once when it meets three others; more is a fault.
constexpr double kSignalsPerSecond = 50;
constexpr double kSignalBurst = 500;
/// Connection ids of people who have left, kept for their owners; a bound, not a number that a meeting reaches.
constexpr std::size_t kMaxFormerOwners = 4096;
/// How many a call holds in which each sends to each: a fifth would ask a home line to send four times the video.
constexpr std::size_t kP2pCapacity = 4;

Delivery toOne(SocketId socket, std::string text) { return {Audience::one, socket, std::move(text)}; }

}  // namespace

void Room::restore(const StoredRoom& stored, TimePoint now) {
  meetingId_ = stored.meetingId;
  for (const StoredUser& kept : stored.users) {
    members_.emplace(kept.user.id, awaited(kept, now + rules_.restartGrace, now));
  }
  if (members_.empty()) meetingEndsAt_ = now + rules_.emptyMeeting;
  requireSweepAt(now + std::min(rules_.restartGrace, rules_.emptyMeeting));
  pathUndecided_ = true;
  decideMediaPath(now);
}

Room::Member Room::awaited(const StoredUser& stored, TimePoint leavesAt, TimePoint now) const {
  Member member{.user = stored.user,
                .owner = stored.owner,
                .everJoined = stored.everJoined,
                .supportsP2p = stored.supportsP2p,
                .sessions = {},
                .socket = std::nullopt,
                .lastHeard = now,
                .leavesAt = leavesAt,
                .signalRate = {kSignalsPerSecond, kSignalBurst, now},
                .missed = {}};
  keepOwnMedia(member, member.user);
  return member;
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
                  .sessions = {},
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
    if (stateChange_ != StateChange::now) effects.deliveries.push_back(toOne(socket, stateText(now)));
    for (std::string& text : member.missed) effects.deliveries.push_back(toOne(socket, std::move(text)));
    member.missed.clear();
    member.missedBytes = 0;
  }
  finish(now, effects);
  return effects;
}

void Room::attach(Member& member, SocketId socket, TimePoint now, Effects& effects) {
  if (member.socket) {
    // Whoever held the AI's ear has to ask anew: what was let go meanwhile was told to nobody.
    ai_.takeEar(member.user.id);
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

Effects Room::disconnected(SocketId socket, TimePoint now) {
  const auto sender = sockets_.find(socket);
  if (sender == sockets_.end()) return {};
  Member& member = members_.find(sender->second)->second;
  member.socket.reset();
  member.leavesAt = now + rules_.grace;
  ai_.takeEar(member.user.id);
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

Effects Room::aiStarted(std::uint64_t number, std::variant<AiCall, AiFailure> outcome, TimePoint now) {
  Effects effects;
  if (auto action = ai_.started(number, std::move(outcome), now)) effects.aiActions.push_back(std::move(*action));
  finish(now, effects);
  return effects;
}

Effects Room::aiListens(std::uint64_t number, bool success, TimePoint now) {
  Effects effects;
  if (const auto failed = ai_.listening(number, success)) {
    const auto member = members_.find(*failed);
    if (member != members_.end() && member->second.socket)
      refuse(member->second, protocol::ErrorCode::aiUnavailable, effects);
  }
  finish(now, effects);
  return effects;
}

Effects Room::mediaMoved(TimePoint now) {
  stateChange_ = StateChange::now;
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
      mediaPath_.meetingEnded();
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
  const std::vector<std::string>& sessions = member->second.sessions.sessions();
  effects.endedSessions.insert(effects.endedSessions.end(), sessions.begin(), sessions.end());
  // Also those sessions that the page never told of.
  const bool wasJoined = std::exchange(member->second.user.joined, false);
  const std::string& owner = member->second.owner;
  const auto count = std::ranges::count(members_, owner, [](const auto& entry) { return entry.second.owner; });
  if (count == 1 || (wasJoined && !hasJoined(owner))) effects.goneOwners.push_back(owner);
  pathUndecided_ = true;
  ai_.takeEar(member->first);
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
  effects.changes.push_back(PutUser{{member.user, member.owner, member.everJoined, member.supportsP2p}});
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
      if (old == before.end()) {
        members_.emplace(kept.user.id, awaited(kept, now + kRetry, now));
        continue;
      }
      Member& member = members_.emplace(kept.user.id, std::move(old->second)).first->second;
      const bool speaking = member.user.speaking;
      member.owner = kept.owner;
      member.user = kept.user;
      member.user.speaking = speaking;
      keepOwnMedia(member, member.user);
      member.everJoined = kept.everJoined;
      if (member.socket) sockets_.emplace(*member.socket, kept.user.id);
    }
    if (members_.empty()) meetingEndsAt_ = now + kRetry;
  }

  pathUndecided_ = true;

  Effects effects;
  stateChange_ = StateChange::now;
  finish(now, effects);
  return effects;
}

bool Room::hasPresent(std::string_view owner) const {
  return std::any_of(members_.begin(), members_.end(),
                     [owner](const auto& entry) { return entry.second.socket && entry.second.owner == owner; });
}

bool Room::hasJoined(std::string_view owner) const {
  return std::any_of(members_.begin(), members_.end(),
                     [owner](const auto& entry) { return entry.second.user.joined && entry.second.owner == owner; });
}

bool Room::isJoined(SocketId socket) const {
  const auto id = sockets_.find(socket);
  return id != sockets_.end() && members_.find(id->second)->second.user.joined;
}

TimePoint Room::deadline() const {
  TimePoint next = std::min({sweepAt_, mediaPath_.deadline(), ai_.deadline()});
  if (!sockets_.empty()) {
    next = std::min(next, lastState_ + kStateRefresh);
    if (stateChange_ != StateChange::none) next = std::min(next, lastState_ + kStateInterval);
  }
  return next;
}

void Room::keepOwnMedia(Member& member, protocol::User& user) const {
  const auto own = [&](std::string_view session) {
    if (!ownsSession_(session, member.owner)) return false;
    member.sessions.note(session);
    return true;
  };
  for (auto* track : {&user.tracks.audio, &user.tracks.video, &user.tracks.screenshare}) {
    if (*track && !own(std::string_view{**track}.substr(0, (*track)->find('/')))) track->reset();
  }
  if (user.transceiverSessionId && !own(*user.transceiverSessionId)) user.transceiverSessionId.reset();
}

void Room::decideMediaPath(TimePoint now) {
  if (!pathUndecided_ && now < mediaPath_.deadline()) return;
  pathUndecided_ = false;
  std::vector<MediaPath::Participant> joined;
  for (const auto& [id, member] : members_) {
    if (member.user.joined) joined.push_back({member.owner, member.supportsP2p});
  }
  if (mediaPath_.update(joined, ai_.present(), now)) stateChange_ = StateChange::now;
}

void Room::checkAi(TimePoint now, Effects& effects) {
  if (ai_.present()) {
    const bool alone = std::ranges::none_of(members_, [](const auto& entry) { return entry.second.user.joined; });
    const bool lost = ai_.call() != nullptr && !ownsSession_(ai_.call()->session, AiCalls::kOwner);
    std::optional<AiFailure> why;
    if (now >= ai_.deadline()) {
      why = AiFailure::limitReached;
    } else if (lost) {
      why = AiFailure::media;
    }
    if (alone || why) {
      if (auto action = ai_.dismiss(why)) effects.aiActions.push_back(std::move(*action));
    }
  }
  if (std::exchange(knownAi_, ai_.version()) == knownAi_) return;
  pathUndecided_ = true;
  stateChange_ = StateChange::now;
}

void Room::finish(TimePoint now, Effects& effects) {
  checkAi(now, effects);
  decideMediaPath(now);
  const bool due = stateChange_ == StateChange::now ||
                   (stateChange_ == StateChange::soon && now >= lastState_ + kStateInterval) ||
                   now >= lastState_ + kStateRefresh;
  if (!due) return;
  stateChange_ = StateChange::none;
  lastState_ = now;
  if (!sockets_.empty()) effects.deliveries.push_back({Audience::everyone, {}, stateText(now)});
}

std::string Room::stateText(TimePoint now) const {
  std::vector<const protocol::User*> users;
  users.reserve(members_.size());
  for (const auto& [id, member] : members_) users.push_back(&member.user);
  const bool eachToEach = pathRule_ == config::MediaPathRule::p2p;
  const std::size_t capacity = eachToEach ? std::min(kP2pCapacity, rules_.maxMembers) : rules_.maxMembers;
  return protocol::roomState(meetingId_, ai_.state(now), {mediaPath_.path(), capacity, generation_()}, users);
}

}  // namespace akbuzat::room
