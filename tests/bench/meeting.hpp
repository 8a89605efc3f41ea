#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/clients.hpp"

namespace akbuzat::bench {

/// memmem: std::string_view::find is too slow for room states of many users.
bool contains(std::string_view text, std::string_view part);

inline bool isRoomState(std::string_view text) { return contains(text.substr(0, 256), "\"type\":\"roomState\""); }
inline bool isError(std::string_view text) { return contains(text.substr(0, 256), "\"type\":\"error\""); }

/// As many updates of one member can be told apart: four members of the record may be absent, true or false, and one
/// true or false. Nothing else of a record comes back as it was sent.
inline constexpr std::uint64_t kUpdateNumbers = 3 * 3 * 3 * 3 * 2;

/// A userUpdate of a joined member, framed. `number`, modulo kUpdateNumbers, comes back in every room state.
std::string joinedFrame(const Connection& connection, std::uint64_t number);
/// The number, less than kUpdateNumbers, of the member's update that a room state shows; nullopt if it lacks the
/// member.
std::optional<std::uint64_t> shownNumber(std::string_view roomState, const Connection& member);

/// Steady work that a client owes the server: a heartbeat every 5 s.
class Heartbeats {
 public:
  explicit Heartbeats(Clients& clients) : clients_(clients), next_(Clock::now() + kInterval) {}
  void beat(Clock::time_point now);

 private:
  static constexpr std::chrono::seconds kInterval{5};
  Clients& clients_;
  Clock::time_point next_;
};

/// Makes `rooms` rooms of `members` members and returns once each member has seen all members of its room joined;
/// connection r * members + m is member m of room r. At most `atOnce` members are on their way in at a time.
/// Throws std::runtime_error if that takes too long or one of them fails.
void openRooms(Clients& clients, const std::string& prefix, std::size_t rooms, std::size_t members, std::size_t atOnce);

/// What openRooms does with a text: says hello after the first room state, and notes when all have joined.
/// True if `connection` has just become ready.
bool onTextWhileJoining(Clients& clients, Connection& connection, std::string_view text, std::size_t members);

/// Throws std::runtime_error if a connection has failed.
void requireNoFailure(const Clients& clients);

// Times inside messages: 16 hexadecimal digits of nanoseconds, so that they have always the same length.

inline constexpr std::size_t kStampSize = 16;
inline void writeStamp(char* out, Clock::time_point time) {
  auto value = static_cast<std::uint64_t>(time.time_since_epoch().count());
  for (std::size_t i = kStampSize; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}
inline Clock::time_point readStamp(const char* text) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kStampSize; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    value = value << 4 | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return Clock::time_point(Clock::duration(static_cast<Clock::rep>(value)));
}

}  // namespace akbuzat::bench
