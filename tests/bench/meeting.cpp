#include "bench/meeting.hpp"

#include <string.h>

#include <array>
#include <stdexcept>

namespace akbuzat::bench {

namespace {

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// What follows `part` in `text`; empty if nothing does.
std::string_view after(std::string_view text, std::string_view part) {
  const auto* found = static_cast<const char*>(::memmem(text.data(), text.size(), part.data(), part.size()));
  return found == nullptr ? std::string_view{}
                          : text.substr(static_cast<std::size_t>(found - text.data()) + part.size());
}

/// The members of a record's tracks that hold an update's number, the lowest digit first: 0 false, 1 true, 2 absent.
constexpr std::array<std::string_view, 4> kDigits{R"("audioEnabled":)", R"("audioUnavailable":)", R"("videoEnabled":)",
                                                  R"("screenShareEnabled":)"};
/// The last digit: 0 false, 1 true.
constexpr std::string_view kLastDigit = R"("raisedHand":)";

std::string_view wordOf(bool value) { return value ? "true" : "false"; }

}  // namespace

bool contains(std::string_view text, std::string_view part) {
  return ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

std::string joinedFrame(const Connection& connection, std::uint64_t number) {
  number %= kUpdateNumbers;
  std::string tracks;
  for (const std::string_view digit : kDigits) {
    if (number % 3 != 2) {
      if (!tracks.empty()) tracks += ',';
      tracks.append(digit).append(wordOf(number % 3 == 1));
    }
    number /= 3;
  }
  std::string text = R"({"type":"userUpdate","user":{"id":")" + connection.id + R"(","name":"Bench",)";
  text.append(kLastDigit).append(wordOf(number == 1));
  text += R"(,"speaking":false,"joined":true,"tracks":{)" + tracks + "}}}";
  return makeFrame(kText, text, true);
}

std::optional<std::uint64_t> shownNumber(std::string_view roomState, const Connection& member) {
  const std::string_view record = after(roomState, R"("id":")" + member.id + '"');
  std::string_view tracks = after(record, R"("tracks":{)");
  if (tracks.empty()) return std::nullopt;
  tracks = tracks.substr(0, tracks.find('}'));
  std::uint64_t number = after(record, kLastDigit).starts_with("true") ? 1 : 0;
  for (std::size_t i = kDigits.size(); i-- > 0;) {
    const std::string_view value = after(tracks, kDigits[i]);
    number = number * 3 + (value.empty() ? 2 : value.starts_with("true") ? 1 : 0);
  }
  return number;
}

void Heartbeats::beat(Clock::time_point now) {
  if (now < next_) return;
  next_ = now + kInterval;
  static const std::string frame = makeFrame(kText, R"({"type":"heartbeat"})", true);
  for (const auto& connection : clients_.all()) clients_.send(*connection, frame);
}

bool onTextWhileJoining(Clients& clients, Connection& connection, std::string_view text, std::size_t members) {
  if (connection.ready || !isRoomState(text)) return false;
  if (!connection.saidHello) {
    connection.saidHello = true;
    clients.send(connection, joinedFrame(connection, 0));
  }
  connection.ready = occurrences(text, "\"joined\":true") >= members;
  return connection.ready;
}

void requireNoFailure(const Clients& clients) {
  if (clients.failures() > 0) throw std::runtime_error("A connection has failed: " + clients.firstFailure() + ".");
}

void openRooms(Clients& clients, const std::string& prefix, std::size_t rooms, std::size_t members,
               std::size_t atOnce) {
  constexpr std::chrono::seconds kLimit{60};
  const auto first = clients.all().size();
  for (std::size_t room = 0; room < rooms; ++room) {
    for (std::size_t member = 0; member < members; ++member) clients.add(prefix + std::to_string(room), room);
  }
  Heartbeats heartbeats(clients);
  const auto deadline = Clock::now() + kLimit;
  std::size_t begun = first;
  std::size_t inside = first;
  std::size_t ready = first;
  while (ready < clients.all().size()) {
    // Who is inside but waits for the rest of the room does not count, or a room above `atOnce` would never fill.
    while (begun < clients.all().size() && begun - inside < atOnce) clients.begin(*clients.all()[begun++]);
    clients.poll(std::chrono::milliseconds(100),
                 [&](Connection& connection, std::string_view text, std::size_t, Clock::time_point) {
                   const bool wasInside = connection.saidHello;
                   if (onTextWhileJoining(clients, connection, text, members)) ++ready;
                   if (connection.saidHello && !wasInside) ++inside;
                 });
    requireNoFailure(clients);
    const auto now = Clock::now();
    heartbeats.beat(now);
    if (now > deadline) {
      throw std::runtime_error("Only " + std::to_string(ready - first) + " of " + std::to_string(rooms * members) +
                               " members have seen their rooms complete after 60 s.");
    }
  }
}

}  // namespace akbuzat::bench
