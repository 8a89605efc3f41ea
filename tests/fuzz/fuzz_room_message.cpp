// Room messages: whatever a client sends is read or refused, and what is read can be written again for the others.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

#include "akbuzat/protocol/parse.hpp"
#include "akbuzat/protocol/serialize.hpp"

namespace {

using namespace akbuzat::protocol;
using Json = nlohmann::json;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Written texts must be JSON, or every browser of the room would stumble over one member's message.
Json readBack(const std::string& text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  require(json.is_object());
  return json;
}

struct WriteAgain {
  void operator()(const UserUpdate& update) const {
    const Json state = readBack(roomState("meeting", {}, {}, {&update.user}));
    require(state["state"]["users"].size() == 1);
    require(state["state"]["users"][0]["id"] == update.user.id.value());
    require(state["state"]["users"][0]["name"] == update.user.name);

    // A client sends back what it was told: it must mean the same.
    const Json again{{"type", "userUpdate"}, {"user", state["state"]["users"][0]}};
    const auto parsed = parse(again.dump());
    require(std::holds_alternative<ClientMessage>(parsed));
    require(std::get<UserUpdate>(std::get<ClientMessage>(parsed)).user == update.user);
  }
  void operator()(const E2eeMlsMessage& message) const {
    require(readBack(e2eeMlsMessage(message.payload))["payload"] == message.payload);
  }
  void operator()(const DirectMessage& message) const {
    require(readBack(directMessage(message.to.value(), message.message))["message"] == message.message);
  }
  void operator()(const P2pSignal& message) const {
    require(readBack(p2pSignal(message.to, message.signal))["signal"] == message.signal);
  }
  void operator()(const P2pFailed& message) const {
    require(readBack(userLeftNotification(message.peer))["id"] == message.peer.value());
  }
  void operator()(const MuteUser& message) const {
    require(readBack(userLeftNotification(message.id))["id"] == message.id.value());
  }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse(text);
  if (const auto* refused = std::get_if<ParseError>(&parsed)) {
    readBack(error(refused->code, refused->detail));
  } else {
    std::visit(WriteAgain{}, std::get<ClientMessage>(parsed));
  }
  return 0;
}
