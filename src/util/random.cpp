#include "akbuzat/util/random.hpp"

#include <array>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <openssl/rand.h>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::util {
namespace {

void appendHex(std::string& out, std::uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

void randomBytes(std::span<std::uint8_t> out) {
  if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1) {
    throw std::runtime_error("the system gives no random numbers");
  }
}

std::uint32_t randomU32() {
  std::array<std::uint8_t, 4> bytes{};
  randomBytes(bytes);
  return readU32(bytes, 0);
}

std::string randomUuid() {
  std::array<std::uint8_t, 16> bytes{};
  randomBytes(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);

  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    appendHex(out, bytes[i]);
  }
  return out;
}

std::string randomHex(std::size_t bytes) {
  std::vector<std::uint8_t> random(bytes);
  randomBytes(random);
  std::string out;
  out.reserve(2 * bytes);
  for (const std::uint8_t byte : random) appendHex(out, byte);
  return out;
}

std::string randomToken(std::size_t length) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::vector<std::uint8_t> bytes(length);
  randomBytes(bytes);
  std::string out;
  out.reserve(length);
  for (const std::uint8_t byte : bytes) out += kAlphabet[byte & 63];
  return out;
}

}  // namespace akbuzat::util
