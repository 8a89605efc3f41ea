#include "akbuzat/protocol/errors.hpp"

namespace akbuzat::protocol {

std::string_view wireCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::badMessage: return "bad_message";
    case ErrorCode::unknownType: return "unknown_type";
    case ErrorCode::tooLarge: return "too_large";
    case ErrorCode::rateLimited: return "rate_limited";
    case ErrorCode::notJoined: return "not_joined";
    case ErrorCode::unknownUser: return "unknown_user";
    case ErrorCode::notSaved: return "not_saved";
    case ErrorCode::aiUnavailable: return "ai_unavailable";
    case ErrorCode::aiTaken: return "ai_taken";
  }
  return "bad_message";
}

std::string_view sentence(ErrorCode code) {
  switch (code) {
    case ErrorCode::badMessage: return "The message is not in the form that its type asks for.";
    case ErrorCode::unknownType: return "The server does not know this type of message.";
    case ErrorCode::tooLarge: return "The message is too large.";
    case ErrorCode::rateLimited: return "Too many messages in a short time.";
    case ErrorCode::notJoined: return "Only people who have joined the call can do this.";
    case ErrorCode::unknownUser: return "There is nobody with this id in the room.";
    case ErrorCode::notSaved: return "The server could not save the change; it was undone.";
    case ErrorCode::aiUnavailable: return "There is no voice AI here.";
    case ErrorCode::aiTaken: return "Somebody else is talking to the voice AI.";
  }
  return "The message is not in the form that its type asks for.";
}

}  // namespace akbuzat::protocol
