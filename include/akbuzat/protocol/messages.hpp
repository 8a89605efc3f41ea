#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
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
  /// Which SFU the room's sessions are in: while the path is sfu, another number tells the pages to make their way to
  /// it anew, before they give up the old one. 0 is left out on the wire. At most 2^53 - 1, as JSON's numbers are.
  std::uint64_t generation = 0;
};

/// The voice AI of a room, as its members see it (protocol A.5 and A.9).
struct AiState {
  /// Why it is not there although somebody wanted it.
  enum class Failure { limitReached, media, provider, refused, notSaved };

  bool enabled = false;
  /// Absent until somebody has asked for it.
  std::optional<bool> connectionPending;
  /// Whom it hears.
  std::optional<ConnectionId> controllingUser;
  std::optional<Failure> failure;
  /// While it is there: the session and track of its voice, and how long it may stay.
  std::string session;
  std::string track;
  std::chrono::seconds remaining{0};
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
/// Absent texts leave it to the provider.
struct EnableAi {
  std::optional<std::string> instructions;
  std::optional<std::string> voice;
};
struct DisableAi {};
/// A track of the sender's that the AI is to hear.
struct RequestAiControl {
  std::string session;
  std::string track;
};
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
