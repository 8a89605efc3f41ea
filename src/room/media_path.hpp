#pragma once

#include <chrono>
#include <set>
#include <utility>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/protocol/messages.hpp"

namespace akbuzat::room {

/// Which way the media of one call goes: directly while at most two have joined, both can do it, and no direct link
/// between them is known to fail; else through the SFU; or what the host has fixed. Owned by Room; pure, as Room is.
///
/// To the SFU it changes at once, since there is no other way. Back it changes after kSettle, so that a page which is
/// loaded again does not move everybody twice; at once when fewer than two are left, for then nothing flows.
class MediaPath {
 public:
  using Path = protocol::MediaState::Path;
  using TimePoint = std::chrono::steady_clock::time_point;

  /// A page is loaded again in well under five seconds, and who stays on the SFU for so much longer loses nothing.
  static constexpr std::chrono::seconds kSettle{5};

  struct Participant {
    protocol::ConnectionId id;
    bool supportsP2p = false;
  };

  explicit MediaPath(config::MediaPathRule rule);

  /// Everybody who has joined; to be called whenever that, or a failure, has changed, and at `deadline`. True if the
  /// path is another one now.
  bool update(const std::vector<Participant>& joined, TimePoint now);

  /// Direct links between these two fail, until one of them is forgotten. Takes as much memory as there are pairs of
  /// members, so both must be members.
  void reportFailure(const protocol::ConnectionId& one, const protocol::ConnectionId& other);
  /// The member has left for good.
  void forget(const protocol::ConnectionId& id);

  [[nodiscard]] Path path() const { return path_; }
  /// When time alone will change the path; TimePoint::max() for never.
  [[nodiscard]] TimePoint deadline() const { return directAt_; }

 private:
  [[nodiscard]] bool direct(const std::vector<Participant>& joined) const;

  config::MediaPathRule rule_;
  Path path_;
  /// While on the SFU although a direct link would do: when it is taken.
  TimePoint directAt_ = TimePoint::max();
  /// Each pair with the smaller id first.
  std::set<std::pair<protocol::ConnectionId, protocol::ConnectionId>> failed_;
};

}  // namespace akbuzat::room
