#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/sdp/negotiator.hpp"
#include "akbuzat/sfu/peer_session.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::sfu {

struct SfuOptions {
  /// Where the UDP sockets are bound, as MediaSocket takes it.
  std::string address = "0.0.0.0";
  /// Of the first shard; the others follow. 0: any free ones.
  std::uint16_t udpPort = 0;
  /// Addresses that clients are told; empty: the interfaces' own.
  std::vector<std::string> announcedIps;
  sdp::CodecName videoCodec = sdp::CodecName::vp8;
};

/// Counters of one shard, for those who watch.
struct SfuCounters {
  std::size_t sessions = 0;
  std::size_t published = 0;
  std::size_t pulled = 0;
  std::uint64_t packetsIn = 0;
  std::uint64_t packetsOut = 0;
  std::uint64_t bytesIn = 0;
  std::uint64_t bytesOut = 0;
  std::uint64_t dropped = 0;
  /// From nobody we know, or not understood.
  std::uint64_t ignored = 0;
};

/// The SFU of one shard: sessions, and the media socket that their packets come and go by. A scope is a name within
/// which sessions may pull from each other. On its shard only.
class ShardSfu {
 public:
  virtual ~ShardSfu() = default;

  /// `owner` is kept for whoever asks `ownerOf`. Returns an empty id if there are too many sessions, in all or of this
  /// owner (unless that is empty) in the scope, or no socket for the kind.
  virtual SessionId open(const std::string& scope, std::string owner, PeerKind kind) = 0;
  /// nullptr if there is none (any more). Valid until the shard's next turn; counts as a sign of life.
  virtual PeerSession* find(std::string_view scope, const SessionId& session) = 0;
  /// nullopt if there is no such session in the scope.
  [[nodiscard]] virtual std::optional<std::string_view> ownerOf(std::string_view scope,
                                                                const SessionId& session) const = 0;
  /// Ends a session with all its tracks; the peer is told.
  virtual void end(const SessionId& session) = 0;
  /// The same for every session of the owner in the scope.
  virtual void endAll(std::string_view scope, std::string_view owner) = 0;

  [[nodiscard]] virtual SfuCounters counters() const = 0;
};

/// The SFU embedded in the process: one ShardSfu a shard. Owned by the server.
class Sfu {
 public:
  /// Binds the UDP sockets. Throws std::system_error whose text names address, port and reason.
  Sfu(util::Shards& shards, const SfuOptions& options);
  ~Sfu();
  Sfu(const Sfu&) = delete;
  Sfu& operator=(const Sfu&) = delete;

  /// Begins to receive. `tcpPort` is where ICE-TCP connections come in, for the candidates; before the shards run.
  void start(std::uint16_t tcpPort);
  /// Tells every peer good-bye and stops receiving; `done` once, on any thread.
  void stop(std::function<void()> done);

  [[nodiscard]] ShardSfu& shard(util::ShardIndex index);

  /// A TCP connection whose first frame, in `early`, is a STUN request. Takes the descriptor over. Any thread.
  void adoptTcp(int fd, std::string early);

  /// "stun:ADDRESS:PORT" of every address that clients are told: the media sockets answer plain STUN as well.
  [[nodiscard]] std::vector<std::string> stunUrls() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::sfu
