#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace akbuzat::storage {

/// How long AIs may talk. A day is one of UTC.
struct AiLimits {
  std::chrono::seconds perMeeting;
  std::chrono::seconds perDay;
};

/// A call that has been begun and not yet been hung up.
struct OpenAiCall {
  std::int64_t id = 0;
  /// Empty if the provider had not answered yet.
  std::string hangUpUrl;
};

/// The calls that were made to the provider of the voice AI: what each was granted and has used, so that limits hold
/// over restarts, and which are still to be hung up. Implemented by the database's writer; outlives whoever uses it.
/// Functions may be called on any thread; handlers run on the store's own thread.
class AiCallLog {
 public:
  enum class Refusal { limitReached, failed };
  struct Begun {
    std::int64_t id = 0;
    /// What may be used; it counts against the limits until `endAiCall` says how much it was.
    std::chrono::seconds granted{0};
  };
  using Handler = std::function<void(bool saved)>;

  virtual ~AiCallLog() = default;

  /// Grants what is left of both limits, or refuses if that is nothing.
  virtual void beginAiCall(std::string meetingId, AiLimits limits,
                           std::function<void(std::variant<Begun, Refusal>)> handler) = 0;
  /// The provider has answered: this hangs up.
  virtual void noteAiCall(std::int64_t id, std::string hangUpUrl, Handler handler) = 0;
  /// It is over, but perhaps not hung up.
  virtual void endAiCall(std::int64_t id, std::chrono::seconds used, Handler handler) = 0;
  /// It has been hung up, or there is nothing to hang up.
  virtual void closeAiCall(std::int64_t id, Handler handler) = 0;
  /// What the last process left open, which counts as ended now. Throws StorageError.
  virtual std::vector<OpenAiCall> openAiCalls() = 0;
};

}  // namespace akbuzat::storage
