#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "akbuzat/protocol/messages.hpp"
#include "akbuzat/room/ai_calls.hpp"

namespace akbuzat::room {

// What a room wants done about its AI. Those with a number are answered under it.

struct StartAi {
  std::uint64_t number;
  std::string meetingId;
  AiWish wish;
};
struct ListenAi {
  std::uint64_t number;
  AiCall call;
  std::string session;
  std::string track;
};
struct EndAi {
  std::int64_t call;
};
using AiAction = std::variant<StartAi, ListenAi, EndAi>;

/// The voice AI of one room: whether it is there, who has its ear, and when it has to go. Owned by Room; pure, as Room
/// is: actions come out, their answers and the time go in. Every call that was ever given to it is ended exactly once.
class AiParticipant {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// Nothing if one is here already, or on its way.
  std::optional<AiAction> invite(const std::string& meetingId, AiWish wish);
  /// The answer to StartAi. A call that nobody waits for any more is to be ended.
  std::optional<AiAction> started(std::uint64_t number, std::variant<AiCall, AiFailure> outcome, TimePoint now);
  /// `why` is told to the members; nothing if it was their wish.
  std::optional<AiAction> dismiss(std::optional<AiFailure> why);

  /// This member wants to talk to it, by a track of their own; the first who asks gets it, until they let go. Nothing
  /// if somebody else has it, or if it is not here.
  std::optional<AiAction> giveEar(const protocol::ConnectionId& member, std::string session, std::string track);
  /// The answer to ListenAi. Who waits in vain, if it failed.
  std::optional<protocol::ConnectionId> listening(std::uint64_t number, bool success);
  /// Of this member alone; of no effect on others.
  void takeEar(const protocol::ConnectionId& member);

  /// Here or on its way: the media has to go through the SFU.
  [[nodiscard]] bool present() const { return phase_ != Phase::away; }
  /// The call, once it is here.
  [[nodiscard]] const AiCall* call() const { return phase_ == Phase::here ? &call_ : nullptr; }
  /// When its time is over; TimePoint::max() if it is not here.
  [[nodiscard]] TimePoint deadline() const { return endsAt_; }
  [[nodiscard]] protocol::AiState state(TimePoint now) const;
  /// Rises whenever `state` may have become another one, but for the time that passes.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  enum class Phase { away, coming, here };
  struct Asking {
    protocol::ConnectionId member;
    std::uint64_t number;
  };

  Phase phase_ = Phase::away;
  bool everInvited_ = false;
  AiCall call_;
  TimePoint endsAt_ = TimePoint::max();
  std::optional<AiFailure> failure_;
  std::optional<protocol::ConnectionId> talker_;
  std::optional<Asking> asking_;
  /// The newest action that is answered under a number; answers to older ones come too late.
  std::uint64_t lastNumber_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace akbuzat::room
