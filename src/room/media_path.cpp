#include "room/media_path.hpp"

#include <algorithm>

namespace akbuzat::room {
namespace {

std::pair<protocol::ConnectionId, protocol::ConnectionId> pairOf(const protocol::ConnectionId& one,
                                                                 const protocol::ConnectionId& other) {
  return std::minmax(one, other);
}

}  // namespace

MediaPath::MediaPath(config::MediaPathRule rule)
    : rule_(rule), path_(rule == config::MediaPathRule::sfu ? Path::sfu : Path::p2p) {}

bool MediaPath::update(const std::vector<Participant>& joined, TimePoint now) {
  if (rule_ != config::MediaPathRule::automatic) return false;
  const Path before = path_;
  if (!direct(joined)) {
    path_ = Path::sfu;
    directAt_ = TimePoint::max();
  } else if (path_ == Path::sfu) {
    directAt_ = joined.size() < 2 ? now : std::min(directAt_, now + kSettle);
    if (now >= directAt_) {
      path_ = Path::p2p;
      directAt_ = TimePoint::max();
    }
  }
  return path_ != before;
}

bool MediaPath::direct(const std::vector<Participant>& joined) const {
  if (joined.size() > 2) return false;
  if (!std::all_of(joined.begin(), joined.end(), [](const Participant& one) { return one.supportsP2p; })) return false;
  return joined.size() < 2 || !failed_.contains(pairOf(joined[0].id, joined[1].id));
}

void MediaPath::reportFailure(const protocol::ConnectionId& one, const protocol::ConnectionId& other) {
  if (rule_ == config::MediaPathRule::automatic) failed_.insert(pairOf(one, other));
}

void MediaPath::forget(const protocol::ConnectionId& id) {
  std::erase_if(failed_, [&id](const auto& pair) { return pair.first == id || pair.second == id; });
}

}  // namespace akbuzat::room
