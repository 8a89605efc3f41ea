#include "room/room_actor.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "akbuzat/protocol/serialize.hpp"

namespace akbuzat::room {
namespace {

TimePoint now() { return std::chrono::steady_clock::now(); }

}  // namespace

RoomActor::RoomActor(std::string name, const World& world, util::ShardIndex shard, Notices notices)
    : name_(std::move(name)),
      shards_(world.shards),
      shard_(shard),
      store_(world.store),
      media_(world.media),
      ai_(world.ai),
      notices_(std::move(notices)),
      room_(
          world.rules, world.path,
          // It is reached through the SFU only.
          world.ai.available() && world.path != config::MediaPathRule::p2p,
          [this](std::string_view session, std::string_view owner) {
            return media_.belongs(shard_, session, name_, owner);
          },
          [this] { return media_.generation(shard_, name_); }),
      fanout_(shards_, shard),
      timer_(shards_.context(shard)) {}

void RoomActor::restore(const StoredRoom& stored) {
  room_.restore(stored, now());
  updateMeeting();
  armTimer();
}

void RoomActor::enter(Entrance entrance) { put(std::move(entrance)); }

void RoomActor::receive(std::shared_ptr<MemberSocket> socket, std::vector<protocol::ClientMessage> messages) {
  put(Batch{std::move(socket), std::move(messages)});
}

void RoomActor::disconnected(std::shared_ptr<MemberSocket> socket) { put(Gone{std::move(socket)}); }

void RoomActor::mediaMoved() { put(MediaMoved{}); }

void RoomActor::close() {
  closed_ = true;
  timer_.cancel();
  for (const auto& [id, socket] : sockets_) fanout_.close(socket, close_code::kServiceRestart, "The server restarts");
  if (idle()) notices_.idle();
}

void RoomActor::put(Event event) {
  mailbox_.push_back(std::move(event));
  if (!running_) run();
}

void RoomActor::run() {
  running_ = true;
  while (!mailbox_.empty() && !committing_) {
    Effects effects = step();
    if (effects.changes.empty()) {
      complete(std::move(effects));
    } else {
      commit(std::move(effects));
    }
  }
  fanout_.flush();
  if (!closed_) armTimer();
  running_ = false;
  if (closed_ ? idle() : finished()) notices_.idle();
}

Effects RoomActor::step() {
  Event& event = mailbox_.front();
  if (auto* entrance = std::get_if<Entrance>(&event)) {
    const SocketId id{++lastSocketId_};
    sockets_.emplace(id, entrance->socket);
    socketIds_.emplace(entrance->socket.get(), id);
    if (closed_) {
      Effects refusal;
      refusal.closings.push_back({id, close_code::kServiceRestart, ""});
      return refusal;
    }
    return room_.enter(entrance->id, entrance->owner, entrance->name, id, now());
  }
  if (auto* batch = std::get_if<Batch>(&event)) {
    return room_.receive(idOf(batch->socket), batch->messages[batch->next++], now());
  }
  if (auto* gone = std::get_if<Gone>(&event)) {
    const SocketId id = idOf(gone->socket);
    Effects effects = room_.disconnected(id, now());
    forget(id);
    return effects;
  }
  if (std::holds_alternative<MediaMoved>(event)) return room_.mediaMoved(now());
  if (auto* started = std::get_if<AiStarted>(&event))
    return room_.aiStarted(started->number, std::move(started->outcome), now());
  if (const auto* listens = std::get_if<AiListens>(&event))
    return room_.aiListens(listens->number, listens->success, now());
  return room_.tick(now());
}

void RoomActor::commit(Effects effects) {
  committing_ = true;
  std::vector<StoreChange> changes = std::exchange(effects.changes, {});
  gated_ = std::move(effects);
  store_.commit(name_, std::move(changes), [self = shared_from_this()](bool success) {
    boost::asio::post(self->shards_.context(self->shard_), [self, success] { self->committed(success); });
  });
}

void RoomActor::committed(bool success) {
  if (!success) return loadAfterFailure();
  committing_ = false;
  complete(std::exchange(gated_, {}));
  run();
}

void RoomActor::loadAfterFailure() {
  // The AI's state is not taken back, so what it needs done must not be either.
  for (AiAction& action : gated_.aiActions) act(std::move(action));
  gated_ = {};
  // Whoever has been closed hears of nothing any more, and the disk has what it had.
  if (closed_) return giveUp();
  store_.load(name_, [self = shared_from_this()](std::optional<StoredRoom> stored, bool readable) {
    boost::asio::post(self->shards_.context(self->shard_), [self, stored = std::move(stored), readable] {
      if (readable) return self->takeBack(stored);
      // Nothing true can be said without the disk: the room stands still until it answers.
      self->timer_.expires_after(std::chrono::seconds{1});
      self->timerAt_ = TimePoint::max();
      self->timer_.async_wait([self](const boost::system::error_code&) { self->loadAfterFailure(); });
    });
  });
}

void RoomActor::giveUp() {
  committing_ = false;
  mailbox_.clear();
  notices_.idle();
}

void RoomActor::takeBack(const std::optional<StoredRoom>& stored) {
  committing_ = false;
  Effects effects = room_.rollBack(stored, now());
  updateAudience();
  std::vector<std::pair<SocketId, std::shared_ptr<MemberSocket>>> strangers;
  for (const auto& [id, socket] : sockets_) {
    if (!room_.isMember(id)) strangers.emplace_back(id, socket);
  }
  for (const auto& [id, socket] : strangers) {
    fanout_.close(socket, close_code::kTryAgainLater, "The server cannot save");
    forget(id);
  }
  if (const auto* batch = std::get_if<Batch>(&mailbox_.front())) {
    effects.deliveries.push_back({Audience::one, idOf(batch->socket), protocol::error(protocol::ErrorCode::notSaved)});
  }
  complete(std::move(effects));
  run();
}

void RoomActor::complete(Effects effects) {
  deliver(std::move(effects));
  if (const auto* batch = std::get_if<Batch>(&mailbox_.front())) {
    if (batch->next < batch->messages.size()) return;
    fanout_.resume(batch->socket);
  }
  mailbox_.pop_front();
}

void RoomActor::deliver(Effects effects) {
  updateAudience();
  updateMeeting();
  for (Delivery& delivery : effects.deliveries) {
    fanout_.send(delivery.audience, delivery.socket, std::make_shared<const websocket::OutboundMessage>(delivery.text));
  }
  for (Closing& closing : effects.closings) {
    const auto socket = sockets_.find(closing.socket);
    if (socket == sockets_.end()) continue;
    fanout_.close(socket->second, closing.code, std::move(closing.reason));
    forget(closing.socket);
  }
  for (const std::string& session : effects.endedSessions) media_.end(shard_, session);
  for (const std::string& owner : effects.goneOwners) media_.endAll(shard_, name_, owner);
  for (AiAction& action : effects.aiActions) act(std::move(action));
}

void RoomActor::act(AiAction action) {
  if (const auto* ending = std::get_if<EndAi>(&action)) return ai_.end(ending->call);
  if (auto* start = std::get_if<StartAi>(&action)) {
    return ai_.start(shard_, name_, start->meetingId, std::move(start->wish),
                     [weak = weak_from_this(), &ai = ai_, number = start->number](auto outcome) {
                       if (const auto self = weak.lock()) return self->put(AiStarted{number, std::move(outcome)});
                       if (const auto* call = std::get_if<AiCall>(&outcome)) ai.end(call->id);
                     });
  }
  auto& listen = std::get<ListenAi>(action);
  ai_.listen(shard_, name_, listen.call, std::move(listen.session), std::move(listen.track),
             [weak = weak_from_this(), number = listen.number](bool success) {
               if (const auto self = weak.lock()) self->put(AiListens{number, success});
             });
}

void RoomActor::forget(SocketId id) {
  const auto socket = sockets_.find(id);
  if (socket == sockets_.end()) return;
  socketIds_.erase(socket->second.get());
  sockets_.erase(socket);
}

void RoomActor::updateAudience() {
  if (knownAudience_ == room_.audienceVersion()) return;
  knownAudience_ = room_.audienceVersion();
  std::vector<Fanout::Recipient> recipients;
  recipients.reserve(sockets_.size());
  for (const auto& [id, socket] : sockets_) {
    if (room_.isMember(id)) recipients.push_back({id, socket, room_.isJoined(id)});
  }
  fanout_.setAudience(recipients);
}

void RoomActor::updateMeeting() {
  if (knownMeeting_ == room_.meetingId()) return;
  const std::string before = std::exchange(knownMeeting_, room_.meetingId());
  notices_.meeting(before, knownMeeting_);
}

void RoomActor::armTimer() {
  const TimePoint deadline = room_.deadline();
  if (deadline >= timerAt_ || committing_) return;
  timerAt_ = deadline;
  timer_.expires_at(deadline);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->timerAt_ = TimePoint::max();
    self->put(Tick{});
  });
}

SocketId RoomActor::idOf(const std::shared_ptr<MemberSocket>& socket) const {
  const auto id = socketIds_.find(socket.get());
  return id == socketIds_.end() ? SocketId{} : id->second;
}

}  // namespace akbuzat::room
