#include "support/stun_request.hpp"

#include <string_view>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::test {
namespace {

using Message = std::vector<std::uint8_t>;

void append(Message& out, std::uint64_t value, int bytes) {
  while (bytes-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}

/// Sets the header's length as if `more` bytes followed.
void setLength(Message& out, std::size_t more) {
  util::writeU16(out, 2, static_cast<std::uint16_t>(out.size() + more - 20));
}

void attribute(Message& out, std::uint16_t type, const Message& value) {
  append(out, type, 2);
  append(out, value.size(), 2);
  out.insert(out.end(), value.begin(), value.end());
  while (out.size() % 4 != 0) out.push_back(0);
}

Message number(std::uint64_t value, int bytes) {
  Message out;
  append(out, value, bytes);
  return out;
}

Message text(std::string_view value) { return {value.begin(), value.end()}; }

std::uint32_t crc32(const Message& bytes) {
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

}  // namespace

std::vector<std::uint8_t> StunRequest::write() const {
  Message out;
  append(out, type, 2);
  append(out, 0, 2);
  append(out, 0x2112A442, 4);
  out.insert(out.end(), transactionId.begin(), transactionId.end());
  if (priority) attribute(out, 0x0024, number(*priority, 4));
  if (useCandidate) attribute(out, 0x0025, {});
  if (controlling) attribute(out, 0x802A, number(*controlling, 8));
  if (controlled) attribute(out, 0x8029, number(*controlled, 8));
  if (!username.empty()) attribute(out, 0x0006, text(username));
  for (const auto& [kind, value] : extra) attribute(out, kind, value);
  if (!password.empty()) {
    setLength(out, 24);
    Message hmac(20);
    unsigned size = 20;
    HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), out.data(), out.size(), hmac.data(), &size);
    attribute(out, 0x0008, hmac);
  }
  for (const auto& [kind, value] : late) attribute(out, kind, value);
  if (fingerprint) {
    setLength(out, 8);
    attribute(out, 0x8028, number(crc32(out) ^ 0x5354554EU, 4));
  }
  setLength(out, 0);
  return out;
}

std::vector<std::uint8_t> stunSuccess(const std::array<std::uint8_t, 12>& transactionId, const std::string& password) {
  StunRequest response;
  response.type = 0x0101;
  response.transactionId = transactionId;
  response.password = password;
  response.priority.reset();
  response.extra.emplace_back(0x0020, Message{0, 1, 0x21, 0x13, 0x21, 0x12, 0xA4, 0x43});
  return response.write();
}

std::vector<std::uint8_t> stunError(const std::array<std::uint8_t, 12>& transactionId, unsigned code,
                                    const std::string& password) {
  StunRequest response;
  response.type = 0x0111;
  response.transactionId = transactionId;
  response.password = password;
  response.priority.reset();
  response.extra.emplace_back(
      0x0009, Message{0, 0, static_cast<std::uint8_t>(code / 100), static_cast<std::uint8_t>(code % 100)});
  return response.write();
}

std::optional<std::vector<std::uint8_t>> stunAttribute(const std::vector<std::uint8_t>& message, std::uint16_t type) {
  for (std::size_t at = 20; at + 4 <= message.size();) {
    const std::size_t size = util::readU16(message, at + 2);
    const auto value = message.begin() + static_cast<std::ptrdiff_t>(at) + 4;
    if (util::readU16(message, at) == type) return Message(value, value + static_cast<std::ptrdiff_t>(size));
    at += 4 + (size + 3) / 4 * 4;
  }
  return std::nullopt;
}

}  // namespace akbuzat::test
