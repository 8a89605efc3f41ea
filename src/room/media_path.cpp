#include "room/media_path.hpp"

#include <algorithm>

namespace akbuzat::room {
namespace {

/// A bound, not a number that a meeting reaches: two can fail only while nobody else has joined.
constexpr std::size_t kMaxFailedPairs = 256;

std::pair<std::string, std::string> pairOf(const std::string& one, const std::string& other) {
  return std::minmax(one, other);
}

}  // namespace

MediaPath::MediaPath(config::MediaPathRule rule)
    : rule_(rule), path_(rule == config::MediaPathRule::sfu ? Path::sfu : Path::p2p) {}

bool MediaPath::update(const std::vector<Participant>& joined, bool sfuNeeded, TimePoint now) {
  if (rule_ != config::MediaPathRule::automatic) return false;
  const Path before = path_;
  if (sfuNeeded || !direct(joined)) {
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
  return joined.size() < 2 || std::ranges::count(failed_, pairOf(joined[0].owner, joined[1].owner)) == 0;
}

void MediaPath::reportFailure(const std::string& one, const std::string& other) {
  if (rule_ != config::MediaPathRule::automatic) return;
  auto pair = pairOf(one, other);
  std::erase(failed_, pair);
  if (failed_.size() == kMaxFailedPairs) failed_.pop_front();
  failed_.push_back(std::move(pair));
}

}  // namespace akbuzat::room
