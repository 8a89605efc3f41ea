#include "akbuzat/protocol/parse.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include <nlohmann/json.hpp>

#include "akbuzat/util/json_depth.hpp"

namespace akbuzat::protocol {
namespace {

using Json = nlohmann::json;

/// Longest connection id: a UUID has 36 characters, the originals' own default 21.
constexpr std::size_t kMaxIdBytes = 64;
/// An SFU session id or a track name; Cloudflare's session ids have 64 characters, track names are UUIDs.
constexpr std::size_t kMaxSessionIdBytes = 128;
constexpr std::size_t kMaxTrackBytes = 2 * kMaxSessionIdBytes + 1;
/// A name is replaced by the server's; the bound only keeps the claim small.
constexpr std::size_t kMaxNameBytes = 1024;
/// A direct message is shown as a line of text.
constexpr std::size_t kMaxDirectMessageBytes = 16 * 1024;
/// A session description with many candidates stays well below.
constexpr std::size_t kMaxSignalBytes = 64 * 1024;
/// The original's dialog has one sentence; a page of them is meant well.
constexpr std::size_t kMaxInstructionsBytes = 8 * 1024;
/// Providers' voices have one word.
constexpr std::size_t kMaxVoiceBytes = 64;
/// Objects inside objects; the deepest message of the protocol has 3.
constexpr int kMaxDepth = 32;

/// Collects the first error; every accessor after it answers with a default.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  std::string requiredString(const char* name, std::size_t maxBytes) {
    const auto it = object_.find(name);
    if (it == object_.end() || !it->is_string()) return fail(ErrorCode::badMessage, name, " must be a string.");
    const auto& value = it->get_ref<const std::string&>();
    if (value.size() > maxBytes) return fail(ErrorCode::tooLarge, name, " is too long.");
    return value;
  }

  std::optional<std::string> optionalString(const char* name, std::size_t maxBytes) {
    if (!present(name)) return std::nullopt;
    return requiredString(name, maxBytes);
  }

  std::optional<bool> optionalBool(const char* name) {
    const auto it = object_.find(name);
    if (it == object_.end() || it->is_null()) return std::nullopt;
    if (!it->is_boolean()) {
      fail(ErrorCode::badMessage, name, " must be true or false.");
      return std::nullopt;
    }
    return it->get<bool>();
  }

  /// "session/track": one slash with something on both sides.
  std::optional<std::string> optionalTrack(const char* name) {
    auto value = optionalString(name, kMaxTrackBytes);
    if (!value || error_) return std::nullopt;
    const std::size_t slash = value->find('/');
    if (slash == 0 || slash == std::string::npos || slash + 1 == value->size() || value->rfind('/') != slash) {
      fail(ErrorCode::badMessage, name, " must have the form session/track.");
      return std::nullopt;
    }
    return value;
  }

  bool requiredBool(const char* name) {
    const auto it = object_.find(name);
    if (it != object_.end() && it->is_boolean()) return it->get<bool>();
    fail(ErrorCode::badMessage, name, " must be true or false.");
    return false;
  }

  const Json& requiredObject(const char* name) {
    static const Json kEmpty = Json::object();
    const auto it = object_.find(name);
    if (it == object_.end() || !it->is_object()) {
      fail(ErrorCode::badMessage, name, " must be an object.");
      return kEmpty;
    }
    return *it;
  }

  void adopt(Reader&& inner) {
    if (!error_) error_ = std::move(inner.error_);
  }

  [[nodiscard]] const std::optional<ParseError>& error() const { return error_; }

 private:
  bool present(const char* name) const {
    const auto it = object_.find(name);
    return it != object_.end() && !it->is_null();
  }

  std::string fail(ErrorCode code, const char* name, const char* what) {
    if (!error_) error_ = ParseError{code, std::string{name} + what};
    return {};
  }

  const Json& object_;
  std::optional<ParseError> error_;
};

Tracks readTracks(Reader& reader) {
  return Tracks{
      .audio = reader.optionalTrack("audio"),
      .video = reader.optionalTrack("video"),
      .screenshare = reader.optionalTrack("screenshare"),
      .audioEnabled = reader.optionalBool("audioEnabled"),
      .audioUnavailable = reader.optionalBool("audioUnavailable"),
      .videoEnabled = reader.optionalBool("videoEnabled"),
      .screenShareEnabled = reader.optionalBool("screenShareEnabled"),
  };
}

ClientMessage readUserUpdate(Reader& reader) {
  Reader user{reader.requiredObject("user")};
  Reader tracks{user.requiredObject("tracks")};
  UserUpdate update{User{
      .id = ConnectionId{user.optionalString("id", kMaxIdBytes).value_or("")},
      .name = user.optionalString("name", kMaxNameBytes).value_or(""),
      .transceiverSessionId = user.optionalString("transceiverSessionId", kMaxSessionIdBytes),
      .raisedHand = user.optionalBool("raisedHand").value_or(false),
      .speaking = user.optionalBool("speaking").value_or(false),
      .joined = user.optionalBool("joined").value_or(false),
      .tracks = readTracks(tracks),
  }};
  user.adopt(std::move(tracks));
  reader.adopt(std::move(user));
  return update;
}

template <class Message>
ClientMessage readEmpty(Reader&) {
  return Message{};
}

struct MessageType {
  std::string_view name;
  ClientMessage (*read)(Reader&);
};

constexpr std::array kMessageTypes{
    MessageType{"heartbeat", readEmpty<Heartbeat>},
    MessageType{"userUpdate", readUserUpdate},
    MessageType{"p2pSignal",
                [](Reader& reader) -> ClientMessage {
                  return P2pSignal{ConnectionId{reader.requiredString("to", kMaxIdBytes)},
                                   reader.requiredString("signal", kMaxSignalBytes)};
                }},
    MessageType{"mediaSupport",
                [](Reader& reader) -> ClientMessage { return MediaSupport{reader.requiredBool("p2p")}; }},
    MessageType{"p2pFailed",
                [](Reader& reader) -> ClientMessage {
                  return P2pFailed{ConnectionId{reader.requiredString("peer", kMaxIdBytes)}};
                }},
    MessageType{"e2eeMlsMessage",
                [](Reader& reader) -> ClientMessage {
                  return E2eeMlsMessage{reader.requiredString("payload", std::string::npos)};
                }},
    MessageType{"userLeft", readEmpty<UserLeft>},
    MessageType{"muteUser",
                [](Reader& reader) -> ClientMessage {
                  return MuteUser{ConnectionId{reader.requiredString("id", kMaxIdBytes)}};
                }},
    MessageType{"directMessage",
                [](Reader& reader) -> ClientMessage {
                  return DirectMessage{ConnectionId{reader.requiredString("to", kMaxIdBytes)},
                                       reader.requiredString("message", kMaxDirectMessageBytes)};
                }},
    MessageType{"callsApiHistoryEntry", readEmpty<CallsApiHistoryEntry>},
    MessageType{"enableAi",
                [](Reader& reader) -> ClientMessage {
                  return EnableAi{reader.optionalString("instructions", kMaxInstructionsBytes),
                                  reader.optionalString("voice", kMaxVoiceBytes)};
                }},
    MessageType{"disableAi", readEmpty<DisableAi>},
    MessageType{"requestAiControl",
                [](Reader& reader) -> ClientMessage {
                  Reader track{reader.requiredObject("track")};
                  RequestAiControl request{track.requiredString("sessionId", kMaxSessionIdBytes),
                                           track.requiredString("trackName", kMaxSessionIdBytes)};
                  reader.adopt(std::move(track));
                  return request;
                }},
    MessageType{"relenquishAiControl", readEmpty<RelinquishAiControl>},  // spelt so on the wire
    MessageType{"partyserver-ping", readEmpty<Ping>},
};

Json parseJson(std::string_view text) {
  if (util::nestsDeeperThan(text, kMaxDepth)) return Json::value_t::discarded;
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace

std::variant<ClientMessage, ParseError> parse(std::string_view text) {
  const Json json = parseJson(text);
  if (json.is_discarded() || !json.is_object()) {
    return ParseError{ErrorCode::badMessage, "The message must be one JSON object."};
  }
  const auto type = json.find("type");
  if (type == json.end() || !type->is_string()) return ParseError{ErrorCode::badMessage, "type must be a string."};

  const auto& name = type->get_ref<const std::string&>();
  for (const MessageType& known : kMessageTypes) {
    if (known.name != name) continue;
    Reader reader{json};
    ClientMessage message = known.read(reader);
    if (reader.error()) return *reader.error();
    return message;
  }
  return ParseError{ErrorCode::unknownType, {}};
}

}  // namespace akbuzat::protocol
