#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "akbuzat/protocol/errors.hpp"
#include "akbuzat/protocol/messages.hpp"

namespace akbuzat::protocol {

struct ParseError {
  ErrorCode code;
  /// What is wrong, for the sender: names the member, never repeats its value.
  std::string detail;
};

/// Reads one text message of a client. Never throws on any input. Unknown members are ignored, as old servers did;
/// wrong types, and strings over the bounds in parse.cpp, are errors.
std::variant<ClientMessage, ParseError> parse(std::string_view text);

}  // namespace akbuzat::protocol
