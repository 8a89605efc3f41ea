#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "akbuzat/room/ai_calls.hpp"

namespace akbuzat::test {

/// What rooms ask of the voice AI, kept and never answered: the test answers.
class FakeAiCalls final : public room::AiCalls {
 public:
  struct Start {
    std::string room;
    std::string meetingId;
    room::AiWish wish;
    StartHandler handler;
  };
  struct Listen {
    room::AiCall call;
    std::string session;
    std::string track;
    std::function<void(bool)> handler;
  };

  [[nodiscard]] bool available() const override { return isAvailable; }
  void start(util::ShardIndex, const std::string& room, const std::string& meetingId, room::AiWish wish,
             StartHandler handler) override {
    starts.push_back({room, meetingId, std::move(wish), std::move(handler)});
  }
  void listen(util::ShardIndex, const std::string&, const room::AiCall& call, std::string session, std::string track,
              std::function<void(bool)> handler) override {
    listens.push_back({call, std::move(session), std::move(track), std::move(handler)});
  }
  void end(std::int64_t call) override { ended.push_back(call); }

  bool isAvailable = false;
  std::vector<Start> starts;
  std::vector<Listen> listens;
  std::vector<std::int64_t> ended;
};

}  // namespace akbuzat::test
