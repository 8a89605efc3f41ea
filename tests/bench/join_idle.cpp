#include <stdexcept>

#include "bench/meeting.hpp"
#include "bench/scenarios.hpp"

namespace akbuzat::bench {

Json runJoin(const Options& options, const Bed& bed) {
  constexpr std::chrono::seconds kLimit{60};
  const std::size_t members = options.members == 0 ? 100 : options.members;
  Clients clients(bed.target, fetchCookie(bed.target));
  for (std::size_t i = 0; i < options.rooms * members; ++i)
    clients.add("join-" + std::to_string(i / members), i / members);

  Delivered delivered;
  Histogram firstState;
  Histogram complete;
  const auto begin = Clock::now();
  for (const auto& connection : clients.all()) clients.begin(*connection);
  auto now = begin;
  while (complete.count() + clients.failures() < clients.all().size() && now < begin + kLimit) {
    clients.poll(std::chrono::milliseconds(100),
                 [&](Connection& to, std::string_view text, std::size_t size, Clock::time_point at) {
                   ++delivered.messages;
                   delivered.bytes += size;
                   const bool known = to.saidHello;
                   const bool ready = onTextWhileJoining(clients, to, text, members);
                   if (!known && to.saidHello) firstState.add(at - to.startedAt);
                   if (ready) complete.add(at - to.startedAt);
                 });
    now = Clock::now();
  }
  const double seconds = std::chrono::duration<double>(now - begin).count();
  Json result = deliveredJson("join", delivered, seconds);
  result["rooms"] = options.rooms;
  result["members"] = members;
  result["joinsPerSecond"] = static_cast<double>(complete.count()) / seconds;
  // From the connection's first packet to the first room state, and to the one in which everybody has joined.
  result["latencyMicroseconds"] = latencyJson(firstState);
  result["completeMicroseconds"] = latencyJson(complete);
  result["errors"] = clients.all().size() - complete.count();
  if (clients.failures() > 0) result["firstFailure"] = clients.firstFailure();
  return result;
}

Json runIdle(const Options& options, const Bed& bed) {
  if (bed.pid == 0) throw std::runtime_error("idle with --url needs --pid.");
  const std::size_t members = options.members == 0 ? 4 : options.members;
  const std::size_t rooms = (options.connections + members - 1) / members;
  Clients clients(bed.target, fetchCookie(bed.target));
  // What the server allocates once for all is not to be counted.
  openRooms(clients, "idle-warm-", 8, members, 64);
  const auto before = residentBytes(bed.pid);
  const auto begin = Clock::now();
  openRooms(clients, "idle-", rooms, members, 64);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto after = residentBytes(bed.pid);
  // They stay connected with nothing to do but a heartbeat.
  Heartbeats heartbeats(clients);
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(options.time);
  for (auto now = Clock::now(); now < end; now = Clock::now()) {
    clients.poll(std::chrono::milliseconds(100), [](Connection&, std::string_view, std::size_t, Clock::time_point) {});
    heartbeats.beat(now);
  }
  const auto later = residentBytes(bed.pid);
  const auto connections = static_cast<double>(rooms * members);
  const auto perConnection = [&](std::uint64_t bytes) {
    return (static_cast<double>(bytes) - static_cast<double>(before)) / connections;
  };
  Json result{{"mode", "idle"}, {"connections", rooms * members}, {"members", members}};
  result["serverBytesPerConnection"] = static_cast<std::int64_t>(perConnection(later));
  result["serverBytesPerConnectionAtFirst"] = static_cast<std::int64_t>(perConnection(after));
  result["serverBytes"] = later;
  result["connectsPerSecond"] = connections / seconds;
  result["errors"] = clients.failures();
  if (clients.failures() > 0) result["firstFailure"] = clients.firstFailure();
  return result;
}

}  // namespace akbuzat::bench
