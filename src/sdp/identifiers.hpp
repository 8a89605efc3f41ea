#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace akbuzat::sdp {

/// `text`, "stream track" or "stream" from a caller who may have it from a client, as an msid may be: what is no token
/// character becomes a dash (RFC 8830 section 2).
[[nodiscard]] std::string msidOf(std::string_view text);

/// A permutation of the 32-bit numbers, so that a counter gives SSRCs that look random and never repeat.
[[nodiscard]] std::uint32_t scatter(std::uint32_t value) noexcept;

/// The mids that we make, each once: browsers name theirs by plain numbers, and a letter in front keeps ours apart
/// (protocol E.2.6).
class MidSequence {
 public:
  [[nodiscard]] std::string next();
  /// Skips one that the client has chosen, and all before it.
  void avoid(std::string_view mid);

 private:
  std::uint64_t count_ = 1;
};

}  // namespace akbuzat::sdp
