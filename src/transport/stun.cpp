#include "akbuzat/transport/stun.hpp"

#include <algorithm>
#include <cstring>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace akbuzat::transport {
namespace {

// RFC 8489 section 5.
constexpr std::size_t kHeaderSize = 20;
constexpr std::uint32_t kMagicCookie = 0x2112A442;
// RFC 8489 section 6.1: a request should fit the path's MTU; nothing that ICE sends comes near this.
constexpr std::size_t kMaxMessage = 1500;

// RFC 8489 section 18.3, RFC 8445 section 16.1.
enum Attribute : std::uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000A,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kMessageIntegritySha256 = 0x001C,
  kPasswordAlgorithm = 0x001D,
  kUserhash = 0x001E,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802A,
};
// RFC 8489 section 14: types below must be understood.
constexpr std::uint16_t kFirstOptional = 0x8000;
constexpr std::size_t kAttributeHeader = 4;
// RFC 8489 section 14.3: shorter than 509 bytes.
constexpr std::size_t kMaxUsername = 508;
constexpr std::size_t kIntegritySize = 20;  // SHA-1
constexpr std::size_t kFingerprintSize = 4;
// RFC 8489 section 14.7.
constexpr std::uint32_t kFingerprintXor = 0x5354554e;

constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

/// CRC-32 of ITU-T V.42, as RFC 8489 section 14.7 wants it.
constexpr std::array<std::uint32_t, 256> makeCrcTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? (value >> 1U) ^ 0xEDB88320U : value >> 1U;
    table[byte] = value;
  }
  return table;
}

std::uint32_t crc32(util::Bytes bytes) noexcept {
  static constexpr auto kTable = makeCrcTable();
  std::uint32_t value = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes) value = kTable[(value ^ byte) & 0xFFU] ^ (value >> 8U);
  return value ^ 0xFFFFFFFFU;
}

bool isKnown(std::uint16_t type) noexcept {
  switch (type) {
    case kMappedAddress:
    case kUsername:
    case kMessageIntegrity:
    case kErrorCode:
    case kUnknownAttributes:
    case kRealm:
    case kNonce:
    case kMessageIntegritySha256:
    case kPasswordAlgorithm:
    case kUserhash:
    case kXorMappedAddress:
    case kPriority:
    case kUseCandidate: return true;
    default: return type >= kFirstOptional;
  }
}

/// Takes what ICE needs of an attribute that stands before MESSAGE-INTEGRITY; false if its length is wrong.
bool take(StunMessage& message, std::uint16_t type, util::Bytes value) noexcept {
  switch (type) {
    case kUsername:
      // RFC 8489 section 14: of several the first counts.
      if (message.username.empty()) {
        message.username = {reinterpret_cast<const char*>(value.data()), value.size()};
      }
      return value.size() <= kMaxUsername;
    case kPriority:
      if (value.size() != 4) return false;
      if (!message.priority) message.priority = util::readU32(value, 0);
      return true;
    case kErrorCode:
      // RFC 8489 section 14.8: class and number.
      if (value.size() < 4) return false;
      if (!message.errorCode) message.errorCode = (value[2] & 7U) * 100U + value[3];
      return true;
    case kUseCandidate: message.useCandidate = true; return value.empty();
    case kIceControlling: message.iceControlling = true; return value.size() == 8;
    case kIceControlled: message.iceControlled = true; return value.size() == 8;
    default:
      if (!isKnown(type) && !message.unknownRequired) message.unknownRequired = type;
      return true;
  }
}

/// HMAC-SHA1 over the first `at` bytes of `bytes`, with the header's length reaching to the end of a MESSAGE-INTEGRITY
/// that begins there (RFC 8489 section 14.5).
bool integrity(util::Bytes bytes, std::size_t at, std::string_view password,
               std::array<std::uint8_t, kIntegritySize>& out) noexcept {
  std::array<std::uint8_t, kMaxMessage> text;
  if (at > text.size()) return false;
  std::memcpy(text.data(), bytes.data(), at);
  util::writeU16(text, 2, static_cast<std::uint16_t>(at + kAttributeHeader + kIntegritySize - kHeaderSize));
  unsigned size = kIntegritySize;
  return HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), text.data(), at, out.data(), &size) !=
         nullptr;
}

/// Writes one message into a buffer that is large enough.
class MessageWriter {
 public:
  MessageWriter(util::MutableBytes out, std::uint16_t type, const StunTransactionId& transactionId) noexcept
      : out_(out) {
    util::writeU16(out_, 0, type);
    util::writeU32(out_, 4, kMagicCookie);
    std::memcpy(out_.data() + 8, transactionId.data(), transactionId.size());
  }

  /// The value's bytes, zero, to be filled.
  util::MutableBytes attribute(std::uint16_t type, std::size_t size) noexcept {
    util::writeU16(out_, size_, type);
    util::writeU16(out_, size_ + 2, static_cast<std::uint16_t>(size));
    const auto value = out_.subspan(size_ + kAttributeHeader, padded(size));
    std::fill(value.begin(), value.end(), std::uint8_t{0});
    size_ += kAttributeHeader + value.size();
    util::writeU16(out_, 2, static_cast<std::uint16_t>(size_ - kHeaderSize));
    return value;
  }

  /// MESSAGE-INTEGRITY if there is a password, and FINGERPRINT. Returns the size of the message.
  std::size_t finish(std::string_view password) noexcept {
    if (!password.empty()) {
      std::array<std::uint8_t, kIntegritySize> hmac{};
      if (!integrity(out_, size_, password, hmac)) return 0;
      std::copy(hmac.begin(), hmac.end(), attribute(kMessageIntegrity, kIntegritySize).begin());
    }
    const std::size_t covered = size_;
    const auto value = attribute(kFingerprint, kFingerprintSize);
    util::writeU32(value, 0, crc32(out_.first(covered)) ^ kFingerprintXor);
    return size_;
  }

 private:
  util::MutableBytes out_;
  std::size_t size_ = kHeaderSize;
};

}  // namespace

std::optional<StunMessage> parseStun(util::Bytes datagram) noexcept {
  if (datagram.size() < kHeaderSize || datagram.size() > kMaxMessage || datagram.size() % 4 != 0) return std::nullopt;
  StunMessage message;
  message.type = util::readU16(datagram, 0);
  // The two most significant bits are zero (RFC 8489 section 5).
  if ((message.type & 0xC000U) != 0) return std::nullopt;
  if (util::readU16(datagram, 2) != datagram.size() - kHeaderSize) return std::nullopt;
  if (util::readU32(datagram, 4) != kMagicCookie) return std::nullopt;
  std::memcpy(message.transactionId.data(), datagram.data() + 8, message.transactionId.size());
  message.bytes = datagram;

  for (std::size_t at = kHeaderSize; at < datagram.size();) {
    if (datagram.size() - at < kAttributeHeader) return std::nullopt;
    const std::uint16_t type = util::readU16(datagram, at);
    const std::size_t size = util::readU16(datagram, at + 2);
    const std::size_t end = at + kAttributeHeader + padded(size);
    if (end > datagram.size()) return std::nullopt;
    const util::Bytes value = datagram.subspan(at + kAttributeHeader, size);
    if (type == kFingerprint) {
      // The last attribute of all (RFC 8489 section 14.7).
      if (size != kFingerprintSize || end != datagram.size()) return std::nullopt;
      if (util::readU32(value, 0) != (crc32(datagram.first(at)) ^ kFingerprintXor)) return std::nullopt;
    } else if (type == kMessageIntegrity && !message.integrityAt) {
      if (size != kIntegritySize) return std::nullopt;
      message.integrityAt = at;
    } else if (!message.integrityAt && !take(message, type, value)) {
      return std::nullopt;
    }
    at = end;
  }
  return message;
}

bool hasIntegrity(const StunMessage& message, std::string_view password) noexcept {
  if (!message.integrityAt) return false;
  std::array<std::uint8_t, kIntegritySize> expected{};
  if (!integrity(message.bytes, *message.integrityAt, password, expected)) return false;
  return CRYPTO_memcmp(expected.data(), message.bytes.data() + *message.integrityAt + kAttributeHeader,
                       kIntegritySize) == 0;
}

std::size_t bindingRequestSize(std::size_t username, bool useCandidate) noexcept {
  return kHeaderSize + kAttributeHeader + padded(username) + (kAttributeHeader + sizeof(std::uint32_t)) +
         (kAttributeHeader + sizeof(std::uint64_t)) + (useCandidate ? kAttributeHeader : 0) +
         (kAttributeHeader + kIntegritySize) + (kAttributeHeader + kFingerprintSize);
}

std::size_t writeBindingRequest(util::MutableBytes out, const BindingRequest& request,
                                std::string_view password) noexcept {
  MessageWriter writer(out, StunMessage::kBindingRequest, request.transactionId);
  std::copy(request.username.begin(), request.username.end(),
            writer.attribute(kUsername, request.username.size()).begin());
  util::writeU32(writer.attribute(kPriority, sizeof(std::uint32_t)), 0, request.priority);
  const auto role = writer.attribute(request.controlling ? kIceControlling : kIceControlled, sizeof(std::uint64_t));
  util::writeU32(role, 0, static_cast<std::uint32_t>(request.tieBreaker >> 32U));
  util::writeU32(role, 4, static_cast<std::uint32_t>(request.tieBreaker));
  if (request.useCandidate) writer.attribute(kUseCandidate, 0);
  return writer.finish(password);
}

std::size_t writeBindingSuccess(util::MutableBytes out, const StunMessage& request, const Endpoint& mapped,
                                std::string_view password) noexcept {
  MessageWriter writer(out, StunMessage::kBindingSuccess, request.transactionId);
  // RFC 8489 section 14.2: port and address are XORed with the cookie and the transaction id, that is, with the
  // header's bytes from the fourth on.
  const bool v4 = mapped.isV4();
  const auto address = v4 ? util::Bytes(mapped.address).last(4) : util::Bytes(mapped.address);
  const auto value = writer.attribute(kXorMappedAddress, 4 + address.size());
  value[1] = v4 ? 0x01 : 0x02;
  util::writeU16(value, 2, static_cast<std::uint16_t>(mapped.port ^ (kMagicCookie >> 16U)));
  for (std::size_t i = 0; i < address.size(); ++i) value[4 + i] = address[i] ^ out[4 + i];
  return writer.finish(password);
}

std::size_t writeBindingError(util::MutableBytes out, const StunMessage& request, unsigned code,
                              std::string_view password) noexcept {
  MessageWriter writer(out, StunMessage::kBindingError, request.transactionId);
  // RFC 8489 section 14.8: class and number; no reason phrase.
  const auto value = writer.attribute(kErrorCode, 4);
  value[2] = static_cast<std::uint8_t>(code / 100);
  value[3] = static_cast<std::uint8_t>(code % 100);
  if (code == 420 && request.unknownRequired) {
    util::writeU16(writer.attribute(kUnknownAttributes, 2), 0, *request.unknownRequired);
  }
  return writer.finish(password);
}

}  // namespace akbuzat::transport
