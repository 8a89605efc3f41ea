#include "akbuzat/protocol/serialize.hpp"

#include <cstdint>

namespace akbuzat::protocol {
namespace {

/// Appends `text` as a JSON string. Written by hand because a room state is the server's most frequent text and needs
/// no tree; `text` is UTF-8 that came through a parser or a validated cookie.
void appendString(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t plainFrom = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out.append(text, plainFrom, i - plainFrom);
    plainFrom = i + 1;
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  out.append(text, plainFrom, text.size() - plainFrom);
  out += '"';
}

/// One JSON object, members in the order of the calls.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void member(std::string_view name, std::string_view value) {
    key(name);
    appendString(out_, value);
  }
  void member(std::string_view name, const std::string& value) { member(name, std::string_view{value}); }
  void member(std::string_view name, const char* value) { member(name, std::string_view{value}); }
  void member(std::string_view name, bool value) {
    key(name);
    out_ += value ? "true" : "false";
  }
  void member(std::string_view name, std::uint64_t value) {
    key(name);
    out_ += std::to_string(value);
  }
  template <class Value>
  void member(std::string_view name, const std::optional<Value>& value) {
    if (value) member(name, *value);
  }
  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void appendUser(std::string& out, const User& user) {
  ObjectWriter object{out};
  object.member("id", user.id.value());
  object.member("name", user.name);
  object.member("transceiverSessionId", user.transceiverSessionId);
  object.member("raisedHand", user.raisedHand);
  object.member("speaking", user.speaking);
  object.member("joined", user.joined);
  object.key("tracks");
  ObjectWriter tracks{out};
  tracks.member("audio", user.tracks.audio);
  tracks.member("audioEnabled", user.tracks.audioEnabled);
  tracks.member("audioUnavailable", user.tracks.audioUnavailable);
  tracks.member("video", user.tracks.video);
  tracks.member("videoEnabled", user.tracks.videoEnabled);
  tracks.member("screenshare", user.tracks.screenshare);
  tracks.member("screenShareEnabled", user.tracks.screenShareEnabled);
}

std::string_view wireCode(AiState::Failure failure) {
  switch (failure) {
    case AiState::Failure::limitReached: return "limit_reached";
    case AiState::Failure::media: return "media";
    case AiState::Failure::provider: return "provider";
    case AiState::Failure::refused: return "refused";
    case AiState::Failure::notSaved: return "not_saved";
  }
  return "provider";
}

/// What old clients show as it is.
std::string_view sentence(AiState::Failure failure) {
  switch (failure) {
    case AiState::Failure::limitReached: return "The AI's time is used up.";
    case AiState::Failure::media: return "The connection to the AI was lost.";
    case AiState::Failure::provider: return "The AI did not answer.";
    case AiState::Failure::refused: return "The AI's provider refused this server's key.";
    case AiState::Failure::notSaved: return "The server could not save that the AI was invited.";
  }
  return "The AI did not answer.";
}

void appendAi(std::string& out, const AiState& ai) {
  ObjectWriter object{out};
  object.member("enabled", ai.enabled);
  if (ai.controllingUser) object.member("controllingUser", ai.controllingUser->value());
  object.member("connectionPending", ai.connectionPending);
  if (ai.failure) {
    object.member("error", sentence(*ai.failure));
    object.member("errorCode", wireCode(*ai.failure));
  }
  if (ai.enabled) object.member("remainingSeconds", static_cast<std::uint64_t>(ai.remaining.count()));
}

/// Its voice as that of one more user (protocol A.5).
User aiUser(const AiState& ai) {
  User user;
  user.id = ConnectionId{"ai"};
  user.name = "AI";
  user.transceiverSessionId = ai.session;
  user.joined = true;
  user.tracks.audio = ai.session + "/" + ai.track;
  user.tracks.audioEnabled = true;
  user.tracks.audioUnavailable = false;
  user.tracks.videoEnabled = false;
  user.tracks.screenShareEnabled = false;
  return user;
}

}  // namespace

std::string roomState(std::string_view meetingId, const AiState& ai, const MediaState& media,
                      const std::vector<const User*>& users) {
  std::string out;
  out.reserve(128 + users.size() * 512);
  {
    ObjectWriter message{out};
    message.member("type", "roomState");
    message.key("state");
    ObjectWriter state{out};
    state.key("ai");
    appendAi(out, ai);
    state.member("meetingId", meetingId);
    state.key("media");
    {
      ObjectWriter object{out};
      object.member("path", media.path == MediaState::Path::p2p ? "p2p" : "sfu");
      object.member("capacity", std::uint64_t{media.capacity});
      if (media.generation != 0) object.member("generation", media.generation);
    }
    state.key("users");
    out += '[';
    for (std::size_t i = 0; i < users.size(); ++i) {
      if (i != 0) out += ',';
      appendUser(out, *users[i]);
    }
    if (ai.enabled) {
      if (!users.empty()) out += ',';
      appendUser(out, aiUser(ai));
    }
    out += ']';
  }
  return out;
}

std::string userLeftNotification(const ConnectionId& id) {
  std::string out;
  {
    ObjectWriter message{out};
    message.member("type", "userLeftNotification");
    message.member("id", id.value());
  }
  return out;
}

std::string muteMic() { return R"({"type":"muteMic"})"; }

std::string e2eeMlsMessage(std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + 64);
  {
    ObjectWriter message{out};
    message.member("type", "e2eeMlsMessage");
    message.member("payload", payload);
  }
  return out;
}

std::string directMessage(std::string_view fromName, std::string_view message) {
  std::string out;
  {
    ObjectWriter object{out};
    object.member("type", "directMessage");
    object.member("from", fromName);
    object.member("message", message);
  }
  return out;
}

std::string p2pSignal(const ConnectionId& from, std::string_view signal) {
  std::string out;
  out.reserve(signal.size() + signal.size() / 8 + 128);
  {
    ObjectWriter object{out};
    object.member("type", "p2pSignal");
    object.member("from", from.value());
    object.member("signal", signal);
  }
  return out;
}

std::string pong() { return R"({"type":"partyserver-pong"})"; }

std::string error(ErrorCode code, std::string_view detail) {
  std::string out;
  {
    std::string text{sentence(code)};
    if (!detail.empty()) text.append(" ").append(detail);
    ObjectWriter object{out};
    object.member("type", "error");
    object.member("error", text);
    object.member("code", wireCode(code));
  }
  return out;
}

}  // namespace akbuzat::protocol
