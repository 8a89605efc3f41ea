#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "akbuzat/room/media_sessions.hpp"

namespace akbuzat::test {

/// An SFU that has the sessions which the test gives it: none at first. Any thread.
class FakeMediaSessions final : public room::MediaSessions {
 public:
  void add(std::string session, std::string room, std::string owner) {
    const std::lock_guard lock(mutex_);
    sessions_[std::move(session)] = {std::move(room), std::move(owner)};
  }

  void setGeneration(std::string room, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    generations_[std::move(room)] = generation;
  }

  [[nodiscard]] bool belongs(util::ShardIndex, std::string_view session, std::string_view room,
                             std::string_view owner) const override {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session);
    return found != sessions_.end() && found->second == std::tie(room, owner);
  }
  [[nodiscard]] std::uint64_t generation(util::ShardIndex, std::string_view room) const override {
    const std::lock_guard lock(mutex_);
    const auto found = generations_.find(room);
    return found == generations_.end() ? 0 : found->second;
  }
  void end(util::ShardIndex shard, const std::string& session) override {
    const std::lock_guard lock(mutex_);
    sessions_.erase(session);
    ended_.emplace_back(shard, session);
  }

  void endAll(util::ShardIndex, std::string_view room, std::string_view owner) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second == std::tie(room, owner); });
  }

  /// In the order of their ends, with the shard that was told.
  [[nodiscard]] std::vector<std::pair<util::ShardIndex, std::string>> ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

 private:
  mutable std::mutex mutex_;
  /// Room and owner of each.
  std::map<std::string, std::tuple<std::string, std::string>, std::less<>> sessions_;
  /// Of the rooms that have one other than 0.
  std::map<std::string, std::uint64_t, std::less<>> generations_;
  std::vector<std::pair<util::ShardIndex, std::string>> ended_;
};

}  // namespace akbuzat::test
