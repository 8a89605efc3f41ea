#include "room/fanout.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

namespace akbuzat::room {

Fanout::Fanout(util::Shards& shards, util::ShardIndex ownShard)
    : shards_(shards), ownShard_(ownShard), recipients_(shards.size(), std::make_shared<const Recipients>()) {}

void Fanout::setAudience(const std::vector<Recipient>& recipients) {
  flush();
  std::vector<Recipients> byShard(shards_.size());
  for (const Recipient& recipient : recipients) byShard[recipient.socket->shard()].push_back(recipient);
  for (std::size_t i = 0; i < byShard.size(); ++i) {
    recipients_[i] = std::make_shared<const Recipients>(std::move(byShard[i]));
  }
}

void Fanout::send(Audience audience, SocketId socket, websocket::OutboundMessagePtr message) {
  outgoing_.push_back({audience, socket, std::move(message)});
}

void Fanout::close(const std::shared_ptr<MemberSocket>& socket, std::uint16_t code, std::string reason) {
  flush();
  on(socket->shard(), [socket, code, reason = std::move(reason)] { socket->close(code, reason); });
}

void Fanout::resume(const std::shared_ptr<MemberSocket>& socket) {
  flush();
  on(socket->shard(), [socket] { socket->resume(); });
}

void Fanout::flush() {
  if (outgoing_.empty()) return;
  const auto messages = std::make_shared<const std::vector<Outgoing>>(std::move(outgoing_));
  outgoing_.clear();
  for (util::ShardIndex shard = 0; shard < recipients_.size(); ++shard) {
    if (recipients_[shard]->empty()) continue;
    on(shard, [recipients = recipients_[shard], messages] { deliver(*recipients, *messages); });
  }
}

void Fanout::deliver(const Recipients& recipients, const std::vector<Outgoing>& messages) {
  for (const Recipient& recipient : recipients) {
    for (const Outgoing& outgoing : messages) {
      const bool named = recipient.id == outgoing.socket;
      bool addressed = false;
      switch (outgoing.audience) {
        case Audience::everyone: addressed = true; break;
        case Audience::joinedBut: addressed = recipient.joined && !named; break;
        case Audience::one: addressed = named; break;
      }
      if (addressed) recipient.socket->send(outgoing.message);
    }
  }
}

void Fanout::on(util::ShardIndex shard, auto task) {
  if (shard == ownShard_) {
    task();
  } else {
    boost::asio::post(shards_.context(shard), std::move(task));
  }
}

}  // namespace akbuzat::room
