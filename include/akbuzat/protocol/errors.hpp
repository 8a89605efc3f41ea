#pragma once

#include <string_view>

namespace akbuzat::protocol {

/// Why a message had no effect; what the sender is told.
enum class ErrorCode {
  badMessage,
  unknownType,
  tooLarge,
  rateLimited,
  notJoined,
  unknownUser,
  notSaved,
  aiUnavailable,
  aiTaken,
};

/// The short code on the wire, such as "bad_message".
std::string_view wireCode(ErrorCode code);
/// One English sentence for whoever reads the client's log.
std::string_view sentence(ErrorCode code);

}  // namespace akbuzat::protocol
