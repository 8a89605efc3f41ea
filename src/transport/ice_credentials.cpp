#include <array>
#include <charconv>

#include "akbuzat/transport/peer_transport.hpp"
#include "akbuzat/util/random.hpp"

namespace akbuzat::transport {
namespace {

constexpr std::size_t kShardDigits = 2;
constexpr std::size_t kUfragSize = 16;
// 24 ice-chars have 144 random bits; RFC 8445 section 5.3 asks for 128.
constexpr std::size_t kPasswordSize = 24;

/// `size` random ice-chars (RFC 8839 section 5.4), 6 random bits each.
std::string iceChars(std::size_t size) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, kPasswordSize> bytes{};
  util::randomBytes(bytes);
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += kAlphabet[bytes[i] & 63U];
  return out;
}

}  // namespace

IceCredentials makeIceCredentials(std::size_t shard) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string ufrag{kHex[(shard >> 4U) & 15U], kHex[shard & 15U]};
  ufrag += iceChars(kUfragSize - kShardDigits);
  return {std::move(ufrag), iceChars(kPasswordSize)};
}

std::optional<std::size_t> shardOf(std::string_view ufrag) noexcept {
  if (ufrag.size() != kUfragSize) return std::nullopt;
  const auto digits = ufrag.substr(0, kShardDigits);
  // from_chars would take upper case too, which makeIceCredentials never writes.
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  std::size_t shard = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), shard, 16);
  return shard;
}

}  // namespace akbuzat::transport
