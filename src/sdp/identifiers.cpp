#include "sdp/identifiers.hpp"

#include <algorithm>

#include "sdp/text.hpp"

namespace akbuzat::sdp {
namespace {

constexpr char kMidPrefix = 's';
/// RFC 8830 section 2: msid-id and msid-appdata have 1 to 64 token characters.
constexpr std::size_t kMaxMsidBytes = 64;

std::string msidPart(std::string_view text) {
  std::string part(text.substr(0, kMaxMsidBytes));
  std::replace_if(
      part.begin(), part.end(), [](char character) { return !isTokenCharacter(character); }, '-');
  return part;
}

}  // namespace

std::string msidOf(std::string_view text) {
  const std::string_view stream = takeWord(text);
  std::string msid = msidPart(stream);
  if (const std::string_view track = takeWord(text); !track.empty()) msid.append(1, ' ').append(msidPart(track));
  return msid;
}

std::uint32_t scatter(std::uint32_t value) noexcept {
  // The final step of MurmurHash3.
  value = (value ^ (value >> 16U)) * 0x85eb'ca6bU;
  value = (value ^ (value >> 13U)) * 0xc2b2'ae35U;
  return value ^ (value >> 16U);
}

std::string MidSequence::next() { return kMidPrefix + std::to_string(count_++); }

void MidSequence::avoid(std::string_view mid) {
  if (mid.empty() || mid.front() != kMidPrefix) return;
  const auto used = number<std::uint32_t>(mid.substr(1));
  if (used) count_ = std::max<std::uint64_t>(count_, std::uint64_t{*used} + 1);
}

}  // namespace akbuzat::sdp
