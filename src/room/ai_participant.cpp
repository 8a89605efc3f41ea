#include "room/ai_participant.hpp"

#include <algorithm>
#include <utility>

namespace akbuzat::room {
namespace {

protocol::AiState::Failure toProtocol(AiFailure failure) {
  using Failure = protocol::AiState::Failure;
  switch (failure) {
    case AiFailure::limitReached: return Failure::limitReached;
    case AiFailure::media: return Failure::media;
    case AiFailure::provider: return Failure::provider;
    case AiFailure::refused: return Failure::refused;
    case AiFailure::notSaved: return Failure::notSaved;
  }
  return Failure::provider;
}

}  // namespace

std::optional<AiAction> AiParticipant::invite(const std::string& meetingId, AiWish wish) {
  if (phase_ != Phase::away) return std::nullopt;
  phase_ = Phase::coming;
  everInvited_ = true;
  failure_.reset();
  ++version_;
  return StartAi{++lastNumber_, meetingId, std::move(wish)};
}

std::optional<AiAction> AiParticipant::started(std::uint64_t number, std::variant<AiCall, AiFailure> outcome,
                                               TimePoint now) {
  auto* const call = std::get_if<AiCall>(&outcome);
  if (phase_ != Phase::coming || number != lastNumber_) {
    if (call == nullptr) return std::nullopt;
    return EndAi{call->id};
  }
  ++version_;
  if (call == nullptr) {
    phase_ = Phase::away;
    failure_ = std::get<AiFailure>(outcome);
    return std::nullopt;
  }
  phase_ = Phase::here;
  endsAt_ = now + call->limit;
  call_ = std::move(*call);
  return std::nullopt;
}

std::optional<AiAction> AiParticipant::dismiss(std::optional<AiFailure> why) {
  if (phase_ == Phase::away) return std::nullopt;
  const bool here = phase_ == Phase::here;
  phase_ = Phase::away;
  failure_ = why;
  talker_.reset();
  asking_.reset();
  endsAt_ = TimePoint::max();
  ++lastNumber_;
  ++version_;
  if (!here) return std::nullopt;
  return EndAi{std::exchange(call_, {}).id};
}

std::optional<AiAction> AiParticipant::giveEar(const protocol::ConnectionId& member, std::string session,
                                               std::string track) {
  const bool taken = (talker_ && *talker_ != member) || (asking_ && asking_->member != member);
  if (phase_ != Phase::here || taken) return std::nullopt;
  asking_ = Asking{member, ++lastNumber_};
  return ListenAi{lastNumber_, call_, std::move(session), std::move(track)};
}

std::optional<protocol::ConnectionId> AiParticipant::listening(std::uint64_t number, bool success) {
  if (!asking_ || asking_->number != number) return std::nullopt;
  const auto member = std::exchange(asking_, std::nullopt)->member;
  const auto before = talker_;
  if (success) {
    talker_ = member;
  } else {
    talker_.reset();
  }
  if (talker_ != before) ++version_;
  if (success) return std::nullopt;
  return member;
}

void AiParticipant::takeEar(const protocol::ConnectionId& member) {
  if (asking_ && asking_->member == member) asking_.reset();
  if (talker_ != member) return;
  talker_.reset();
  ++version_;
}

protocol::AiState AiParticipant::state(TimePoint now) const {
  protocol::AiState state;
  state.enabled = phase_ == Phase::here;
  if (everInvited_) state.connectionPending = phase_ == Phase::coming;
  state.controllingUser = talker_;
  if (failure_) state.failure = toProtocol(*failure_);
  if (phase_ == Phase::here) {
    state.session = call_.session;
    state.track = call_.track;
    state.remaining = std::chrono::duration_cast<std::chrono::seconds>(std::max(endsAt_ - now, TimePoint::duration{}));
  }
  return state;
}

}  // namespace akbuzat::room
