#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <variant>

#include <catch2/catch.hpp>

#include "akbuzat/storage/storage.hpp"
#include "support/temporary_folder.hpp"

using namespace akbuzat;
using namespace akbuzat::storage;
using namespace std::chrono_literals;

namespace {

using Outcome = std::variant<AiCallLog::Begun, AiCallLog::Refusal>;

/// Waits for what a call of the store hands to its handler.
template <class Value>
Value waitFor(const auto& call) {
  std::promise<Value> promise;
  call([&promise](Value value) { promise.set_value(std::move(value)); });
  return promise.get_future().get();
}

Outcome begin(Storage& storage, const std::string& meeting, AiLimits limits) {
  return waitFor<Outcome>([&](auto handler) { storage.beginAiCall(meeting, limits, handler); });
}

AiCallLog::Begun begun(Storage& storage, const std::string& meeting, AiLimits limits) {
  return std::get<AiCallLog::Begun>(begin(storage, meeting, limits));
}

bool refused(const Outcome& outcome) {
  const auto* refusal = std::get_if<AiCallLog::Refusal>(&outcome);
  return refusal != nullptr && *refusal == AiCallLog::Refusal::limitReached;
}

void end(Storage& storage, std::int64_t id, std::chrono::seconds used) {
  REQUIRE(waitFor<bool>([&](auto handler) { storage.endAiCall(id, used, handler); }));
}

}  // namespace

TEST_CASE("a call is granted what is left of the meeting's and the day's minutes") {
  const akbuzat::test::TemporaryFolder folder;
  Storage storage{folder.path()};
  constexpr AiLimits kLimits{10min, 15min};
  const auto first = begun(storage, "m1", kLimits);
  CHECK(first.granted == 10min);
  // What is granted counts until it is known how much was used.
  CHECK(refused(begin(storage, "m1", kLimits)));
  CHECK(begun(storage, "m2", kLimits).granted == 5min);
  CHECK(refused(begin(storage, "m3", kLimits)));

  end(storage, first.id, 4min);
  CHECK(begun(storage, "m1", kLimits).granted == 6min);
  CHECK(refused(begin(storage, "m3", kLimits)));
}

TEST_CASE("what a process left open is found by the next, and counts no further") {
  const akbuzat::test::TemporaryFolder folder;
  constexpr AiLimits kLimits{10min, 1h};
  std::int64_t open = 0;
  {
    Storage storage{folder.path()};
    CHECK(storage.openAiCalls().empty());
    open = begun(storage, "m1", kLimits).id;
    REQUIRE(waitFor<bool>([&](auto handler) { storage.noteAiCall(open, "https://a.example.org/1/hangup", handler); }));
    const auto closed = begun(storage, "m2", kLimits).id;
    end(storage, closed, 1s);
    REQUIRE(waitFor<bool>([&](auto handler) { storage.closeAiCall(closed, handler); }));
  }
  Storage storage{folder.path()};
  const auto left = storage.openAiCalls();
  REQUIRE(left.size() == 1);
  CHECK(left[0].id == open);
  CHECK(left[0].hangUpUrl == "https://a.example.org/1/hangup");
  // It was cut off at once, so that nearly all of its minutes are there again.
  CHECK(begun(storage, "m1", kLimits).granted > 5min);
}
