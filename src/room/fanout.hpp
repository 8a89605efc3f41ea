#pragma once

#include <memory>
#include <vector>

#include "akbuzat/room/member_socket.hpp"
#include "akbuzat/util/shards.hpp"
#include "room/room.hpp"

namespace akbuzat::room {

/// Carries a room's messages to its sockets, wherever they live: collects what one turn of the room sends and posts at
/// most one task a shard. Owned by the RoomActor, used on its shard only.
class Fanout {
 public:
  struct Recipient {
    SocketId id;
    std::shared_ptr<MemberSocket> socket;
    bool joined;
  };

  Fanout(util::Shards& shards, util::ShardIndex ownShard);

  /// Who gets what is sent from now on.
  void setAudience(const std::vector<Recipient>& recipients);

  void send(Audience audience, SocketId socket, websocket::OutboundMessagePtr message);
  /// For a socket of the audience or not; after all that was sent before.
  void close(const std::shared_ptr<MemberSocket>& socket, std::uint16_t code, std::string reason);
  void resume(const std::shared_ptr<MemberSocket>& socket);

  /// Hands over what was collected.
  void flush();

 private:
  struct Outgoing {
    Audience audience;
    SocketId socket;
    websocket::OutboundMessagePtr message;
  };
  using Recipients = std::vector<Recipient>;

  static void deliver(const Recipients& recipients, const std::vector<Outgoing>& messages);
  void on(util::ShardIndex shard, auto task);

  util::Shards& shards_;
  util::ShardIndex ownShard_;
  /// By shard; replaced, never changed, so that a posted task may keep using the old one.
  std::vector<std::shared_ptr<const Recipients>> recipients_;
  std::vector<Outgoing> outgoing_;
};

}  // namespace akbuzat::room
