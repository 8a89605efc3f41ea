#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "akbuzat/util/strong_id.hpp"

namespace akbuzat::protocol {

/// Identifies a member to all others; chosen by the browser (`_pk`), owned by the session that first used it.
using ConnectionId = util::StrongId<struct ConnectionIdTag>;

/// What a user sends. Track references are "sfuSession/trackName". Absent members stay absent on the wire.
struct Tracks {
  std::optional<std::string> audio;
  std::optional<std::string> video;
  std::optional<std::string> screenshare;
  std::optional<bool> audioEnabled;
  std::optional<bool> audioUnavailable;
  std::optional<bool> videoEnabled;
  std::optional<bool> screenShareEnabled;

  friend bool operator==(const Tracks&, const Tracks&) = default;
};

struct User {
  ConnectionId id;
  std::string name;
  std::optional<std::string> transceiverSessionId;
  bool raisedHand = false;
  bool speaking = false;
  bool joined = false;
  Tracks tracks;

  friend bool operator==(const User&, const User&) = default;
};

/// How the media of a call flows, as the room has decided for all of it.
struct MediaState {
  enum class Path { p2p, sfu };

  Path path = Path::p2p;
  /// How many may join the call on this server.
  std::size_t capacity = 0;
};

// Client to server, one struct a message type.

/// `user.id` and `user.name` are what the client claims; the server decides both.
struct UserUpdate {
  User user;
};
struct Heartbeat {};
struct UserLeft {};
struct MuteUser {
  ConnectionId id;
};
struct DirectMessage {
  ConnectionId to;
  std::string message;
};
struct E2eeMlsMessage {
  std::string payload;
};
/// A log line of an old client's media library; of no effect.
struct CallsApiHistoryEntry {};
struct EnableAi {};
struct DisableAi {};
struct RequestAiControl {};
struct RelinquishAiControl {};
struct Ping {};
/// An offer, answer or candidate for one other member; opaque to the server.
struct P2pSignal {
  ConnectionId to;
  std::string signal;
};
/// What the page can do; one that never says so knows only the SFU.
struct MediaSupport {
  bool p2p = false;
};
/// No direct link to this other member comes about, or it has broken for good.
struct P2pFailed {
  ConnectionId peer;
};

using ClientMessage =
    std::variant<UserUpdate, Heartbeat, UserLeft, MuteUser, DirectMessage, E2eeMlsMessage, CallsApiHistoryEntry,
                 EnableAi, DisableAi, RequestAiControl, RelinquishAiControl, Ping, P2pSignal, MediaSupport, P2pFailed>;

}  // namespace akbuzat::protocol
