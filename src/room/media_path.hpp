#pragma once

#include <chrono>
#include <deque>
#include <string>
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
    /// Whose browser session it is: another one on each machine, and the same after a page is loaded again.
    std::string owner;
    bool supportsP2p = false;
  };

  explicit MediaPath(config::MediaPathRule rule);

  /// Everybody who has joined, and whether something in the call is reached through the SFU only; to be called whenever
  /// that, or a failure, has changed, and at `deadline`. True if the path is another one now.
  bool update(const std::vector<Participant>& joined, bool sfuNeeded, TimePoint now);

  /// Direct links between the pages of these two owners fail. Remembered, over reloads and new tabs, until
  /// `meetingEnded`; of very many pairs the newest.
  void reportFailure(const std::string& one, const std::string& other);
  void meetingEnded() { failed_.clear(); }

  [[nodiscard]] Path path() const { return path_; }
  /// When time alone will change the path; TimePoint::max() for never.
  [[nodiscard]] TimePoint deadline() const { return directAt_; }

 private:
  [[nodiscard]] bool direct(const std::vector<Participant>& joined) const;

  config::MediaPathRule rule_;
  Path path_;
  /// While on the SFU although a direct link would do: when it is taken.
  TimePoint directAt_ = TimePoint::max();
  /// Each pair with the smaller name first; the newest pair comes last.
  std::deque<std::pair<std::string, std::string>> failed_;
};

}  // namespace akbuzat::room
