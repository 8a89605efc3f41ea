#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace akbuzat::room {

/// The SFU sessions that one member has been seen to use, the newest ones only: what ends when the member leaves.
class SessionHistory {
 public:
  /// A member uses one session, and two while its media moves. What is older has died by itself.
  static constexpr std::size_t kMaxSessions = 8;

  void note(std::string_view session) {
    const auto known = std::find(sessions_.begin(), sessions_.end(), session);
    if (known != sessions_.end()) {
      std::rotate(known, known + 1, sessions_.end());
      return;
    }
    if (sessions_.size() == kMaxSessions) sessions_.erase(sessions_.begin());
    sessions_.emplace_back(session);
  }

  /// The one used last comes last.
  [[nodiscard]] const std::vector<std::string>& sessions() const { return sessions_; }

 private:
  std::vector<std::string> sessions_;
};

}  // namespace akbuzat::room
