#include <array>
#include <cmath>
#include <stdexcept>

#include "bench/meeting.hpp"
#include "bench/scenarios.hpp"

namespace akbuzat::bench {

namespace {

/// Of one room; with more, an update could be taken for one that is kUpdateNumbers older.
constexpr std::uint64_t kMaxUnderWay = 120;

/// One run: the first member of each room changes its record, and every state that shows the change counts.
class Update {
 public:
  Update(const Options& options, std::size_t members, Clients& clients)
      : options_(options), members_(members), clients_(clients), heartbeats_(clients), rooms_(options.rooms) {}

  Json run() {
    const std::size_t window = options_.window == 0 ? 8 : options_.window;
    if (window > kMaxUnderWay) throw std::runtime_error("update: --window is 120 at most.");
    const auto begin = Clock::now();
    const auto end = begin + std::chrono::duration_cast<Clock::duration>(options_.time);
    auto now = begin;
    while (now < end) {
      const double due =
          options_.rate * std::chrono::duration<double>(now - begin).count() / static_cast<double>(options_.rooms);
      for (std::size_t room = 0; room < options_.rooms; ++room) {
        auto& mine = rooms_[room];
        while (options_.rate > 0 ? static_cast<double>(mine.sent) < due : mine.sent - mine.shown < window) {
          sendOne(room, now);
          // An open loop that the server does not follow ends at some point.
          if (mine.sent - mine.shown > kMaxUnderWay) throw std::runtime_error("The server does not follow --rate.");
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
  struct Room {
    /// The number of the last update, and of the last one that the sender has seen in a state.
    std::uint64_t sent = 0;
    std::uint64_t shown = 0;
    /// When each of the last updates was sent, by number modulo kUpdateNumbers.
    std::array<Clock::time_point, kUpdateNumbers> times;
  };

  void sendOne(std::size_t room, Clock::time_point now) {
    const std::uint64_t number = ++rooms_[room].sent;
    rooms_[room].times[number % kUpdateNumbers] = now;
    Connection& sender = *clients_.all()[room * members_];
    clients_.send(sender, joinedFrame(sender, number));
  }

  void onText(Connection& to, std::string_view text, std::size_t size, Clock::time_point now) {
    if (!isRoomState(text)) {
      if (isError(text)) ++errors_;
      return;
    }
    const Connection& sender = *clients_.all()[to.room * members_];
    const auto shown = shownNumber(text, sender);
    if (!shown) return;
    auto& room = rooms_[to.room];
    const std::uint64_t behind = (room.sent + kUpdateNumbers - *shown) % kUpdateNumbers;
    // None yet.
    if (behind >= room.sent) return;
    const std::uint64_t number = room.sent - behind;
    ++delivered_.messages;
    delivered_.bytes += size;
    latency_.add(now - room.times[number % kUpdateNumbers]);
    if (&sender != &to || number <= room.shown) return;
    shown_ += number - room.shown;
    room.shown = number;
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
