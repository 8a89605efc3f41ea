#include <string.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench/meeting.hpp"
#include "bench/scenarios.hpp"

namespace akbuzat::bench {

namespace {

/// In transceiverSessionId, which a room state repeats.
constexpr std::string_view kMarker = "akbuzat-bench:";

/// One run: the first member of each room changes its record, and every state that shows the change counts.
class Update {
 public:
  Update(const Options& options, std::size_t members, Clients& clients)
      : options_(options), members_(members), clients_(clients), heartbeats_(clients), rooms_(options.rooms) {}

  Json run() {
    const std::size_t window = options_.window == 0 ? 8 : options_.window;
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::duration_cast<Clock::duration>(options_.time);
    auto now = begin;
    while (now < end) {
      const double due =
          options_.rate * std::chrono::duration<double>(now - begin).count() / static_cast<double>(options_.rooms);
      for (std::size_t room = 0; room < options_.rooms; ++room) {
        auto& mine = rooms_[room];
        while (options_.rate > 0 ? static_cast<double>(mine.sent) < due : mine.times.size() < window) {
          sendOne(room, now);
          // An open loop that the server does not follow ends at some point.
          if (mine.times.size() > kOverrun) throw std::runtime_error("The server does not follow --rate.");
        }
      }
      clients_.poll(std::chrono::milliseconds(1), [this](Connection& to, std::string_view text, std::size_t size,
                                                         Clock::time_point at) { onText(to, text, size, at); });
      heartbeats_.beat(now);
      now = Clock::now();
    }
    const double seconds = std::chrono::duration<double>(now - begin).count();
    Json result = deliveredJson("update", delivered_, seconds);
    result["rooms"] = options_.rooms;
    result["members"] = members_;
    if (options_.rate > 0) {
      result["rate"] = options_.rate;
    } else {
      result["window"] = window;
    }
    result["updatesPerSecond"] = std::llround(static_cast<double>(shown_) / seconds);
    result["latencyMicroseconds"] = latencyJson(latency_);
    result["errors"] = clients_.failures() + errors_;
    if (clients_.failures() > 0) result["firstFailure"] = clients_.firstFailure();
    return result;
  }

 private:
  static constexpr std::size_t kOverrun = 10'000;

  struct Room {
    std::uint64_t sent = 0;
    /// Of the updates that the sender has not seen in a state yet, oldest first.
    std::vector<Clock::time_point> times;
  };

  void sendOne(std::size_t room, Clock::time_point now) {
    // Each must differ from the one before, or it changes nothing.
    if (!rooms_[room].times.empty()) now = std::max(now, rooms_[room].times.back() + std::chrono::nanoseconds(1));
    std::string session(kMarker);
    session.resize(kMarker.size() + kStampSize);
    writeStamp(session.data() + kMarker.size(), now);
    Connection& sender = *clients_.all()[room * members_];
    clients_.send(sender, joinedFrame(sender, session));
    rooms_[room].times.push_back(now);
    ++rooms_[room].sent;
  }

  void onText(Connection& to, std::string_view text, std::size_t size, Clock::time_point now) {
    if (!isRoomState(text)) {
      if (isError(text)) ++errors_;
      return;
    }
    const auto* marker = static_cast<const char*>(::memmem(text.data(), text.size(), kMarker.data(), kMarker.size()));
    if (marker == nullptr) return;
    ++delivered_.messages;
    delivered_.bytes += size;
    const auto shown = readStamp(marker + kMarker.size());
    latency_.add(now - shown);
    auto& room = rooms_[to.room];
    if (clients_.all()[to.room * members_].get() != &to) return;
    const auto seen = std::ranges::upper_bound(room.times, shown);
    shown_ += static_cast<std::uint64_t>(seen - room.times.begin());
    room.times.erase(room.times.begin(), seen);
  }

  const Options& options_;
  std::size_t members_;
  Clients& clients_;
  Heartbeats heartbeats_;
  std::vector<Room> rooms_;
  Delivered delivered_;
  /// From an update to each state that is the first to show it or a later one.
  Histogram latency_;
  std::uint64_t shown_ = 0;
  std::uint64_t errors_ = 0;
};

}  // namespace

Json runUpdate(const Options& options, const Bed& bed) {
  const std::size_t members = options.members == 0 ? 50 : options.members;
  Clients clients(bed.target, fetchCookie(bed.target));
  openRooms(clients, "update-", options.rooms, members, 64);
  return Update(options, members, clients).run();
}

}  // namespace akbuzat::bench
