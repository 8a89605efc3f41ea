#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "room/room.hpp"

namespace akbuzat::room::test {

using namespace std::chrono_literals;
using nlohmann::json;
using protocol::ConnectionId;

template <class Change>
std::size_t count(const Effects& effects) {
  return static_cast<std::size_t>(
      std::count_if(effects.changes.begin(), effects.changes.end(),
                    [](const StoreChange& change) { return std::holds_alternative<Change>(change); }));
}

inline std::vector<json> messages(const Effects& effects, const std::string& type) {
  std::vector<json> found;
  for (const Delivery& delivery : effects.deliveries) {
    json message = json::parse(delivery.text);
    if (message.at("type") == type) found.push_back(std::move(message));
  }
  return found;
}

inline std::optional<json> state(const Effects& effects) {
  const auto states = messages(effects, "roomState");
  if (states.empty()) return std::nullopt;
  return states.back().at("state");
}

inline std::vector<std::string> userIds(const Effects& effects) {
  std::vector<std::string> ids;
  const auto current = state(effects);
  REQUIRE(current);
  for (const json& user : current->at("users")) ids.push_back(user.at("id"));
  return ids;
}

inline Delivery only(const Effects& effects, const std::string& type) {
  const Delivery* found = nullptr;
  for (const Delivery& delivery : effects.deliveries) {
    if (json::parse(delivery.text).at("type") != type) continue;
    REQUIRE(found == nullptr);
    found = &delivery;
  }
  REQUIRE(found != nullptr);
  return *found;
}

/// A room with its clock, in which people are one letter each.
struct Scene {
  explicit Scene(config::MediaPathRule path = config::MediaPathRule::automatic, const config::RoomRules& rules = {},
                 bool aiAvailable = true)
      : room(
            rules, path, aiAvailable,
            [this](std::string_view session, std::string_view owner) {
              const auto found = sessions.find(std::string{session});
              return found != sessions.end() && found->second == owner;
            },
            [this] { return generation; }) {}
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// The SFU's, with their owners.
  std::map<std::string, std::string> sessions;
  std::uint64_t generation = 0;
  Room room;
  TimePoint now{std::chrono::hours{1}};
  std::uint64_t lastSocket = 0;

  SocketId socketOf(std::uint64_t number) const { return SocketId{number}; }

  Effects enter(const std::string& id, const std::string& owner = "", const std::string& name = "") {
    return room.enter(ConnectionId{id}, owner.empty() ? "owner-" + id : owner, name.empty() ? "Name " + id : name,
                      SocketId{++lastSocket}, now);
  }
  Effects send(std::uint64_t socket, protocol::ClientMessage message) {
    return room.receive(SocketId{socket}, message, now);
  }
  static protocol::UserUpdate update(bool joined) {
    protocol::UserUpdate message;
    message.user.joined = joined;
    message.user.tracks.audioEnabled = true;
    return message;
  }
  Effects join(std::uint64_t socket) { return send(socket, update(true)); }
  Effects tickAfter(std::chrono::milliseconds time) {
    now += time;
    return room.tick(now);
  }
  /// Lets time pass with heartbeats of these sockets; collects everything.
  Effects pass(std::chrono::milliseconds time, const std::vector<std::uint64_t>& alive = {}) {
    Effects all;
    const TimePoint end = now + time;
    while (now < end) {
      now = std::min({end, now + 1s});
      for (const std::uint64_t socket : alive) append(all, send(socket, protocol::Heartbeat{}));
      if (now >= room.deadline()) append(all, room.tick(now));
    }
    return all;
  }
  static void append(Effects& all, Effects more) {
    std::move(more.changes.begin(), more.changes.end(), std::back_inserter(all.changes));
    std::move(more.deliveries.begin(), more.deliveries.end(), std::back_inserter(all.deliveries));
    std::move(more.closings.begin(), more.closings.end(), std::back_inserter(all.closings));
    std::move(more.endedSessions.begin(), more.endedSessions.end(), std::back_inserter(all.endedSessions));
    std::move(more.goneOwners.begin(), more.goneOwners.end(), std::back_inserter(all.goneOwners));
    std::move(more.aiActions.begin(), more.aiActions.end(), std::back_inserter(all.aiActions));
  }
};

}  // namespace akbuzat::room::test
