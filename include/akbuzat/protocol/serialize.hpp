#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/protocol/errors.hpp"
#include "akbuzat/protocol/messages.hpp"

namespace akbuzat::protocol {

// Server to client: each function writes one JSON text.

/// `users` in the order in which they are to be sent; a voice AI that is there comes behind them, as a user "ai".
std::string roomState(std::string_view meetingId, const AiState& ai, const MediaState& media,
                      const std::vector<const User*>& users);
std::string userLeftNotification(const ConnectionId& id);
std::string muteMic();
std::string e2eeMlsMessage(std::string_view payload);
std::string directMessage(std::string_view fromName, std::string_view message);
std::string p2pSignal(const ConnectionId& from, std::string_view signal);
std::string pong();
std::string error(ErrorCode code, std::string_view detail = {});

}  // namespace akbuzat::protocol
