#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/bytes.hpp"

namespace akbuzat::transport {

using StunTransactionId = std::array<std::uint8_t, 12>;

/// A view of one STUN message (RFC 8489) with the attributes that ICE (RFC 8445) needs. Valid as long as the datagram.
struct StunMessage {
  std::uint16_t type = 0;
  StunTransactionId transactionId{};
  /// USERNAME: "receiver's ufrag:sender's ufrag".
  std::string_view username;
  std::optional<std::uint32_t> priority;
  bool useCandidate = false;
  bool iceControlling = false;
  bool iceControlled = false;
  /// ERROR-CODE of an error response.
  std::optional<unsigned> errorCode;
  /// The first attribute that must be understood and is not: the answer is 420 (RFC 8489 section 6.3.1).
  std::optional<std::uint16_t> unknownRequired;
  /// Offset of MESSAGE-INTEGRITY, if there is one.
  std::optional<std::size_t> integrityAt;
  /// The message, whole.
  util::Bytes bytes;

  static constexpr std::uint16_t kBindingRequest = 0x0001;
  static constexpr std::uint16_t kBindingIndication = 0x0011;
  static constexpr std::uint16_t kBindingSuccess = 0x0101;
  static constexpr std::uint16_t kBindingError = 0x0111;

  /// A success or error response, of whichever method (RFC 8489 section 5).
  [[nodiscard]] bool isResponse() const noexcept { return (type & 0x0100U) != 0; }
};

/// nullopt unless `datagram` is exactly one well-formed message of at most 1500 bytes with the magic cookie and, if it
/// has a FINGERPRINT, a right one. Attributes after MESSAGE-INTEGRITY other than FINGERPRINT are ignored (RFC 8489
/// section 14.5).
[[nodiscard]] std::optional<StunMessage> parseStun(util::Bytes datagram) noexcept;

/// True if MESSAGE-INTEGRITY is there and right for `password` (short-term credentials).
[[nodiscard]] bool hasIntegrity(const StunMessage& message, std::string_view password) noexcept;

/// A connectivity or consent check of ours (RFC 8445 section 7.1, RFC 7675 section 5.1).
struct BindingRequest {
  StunTransactionId transactionId{};
  /// "receiver's ufrag:sender's ufrag".
  std::string_view username;
  /// Of the peer-reflexive candidate that the peer may learn from it.
  std::uint32_t priority = 0;
  bool controlling = false;
  std::uint64_t tieBreaker = 0;
  bool useCandidate = false;
};

/// Writes it with MESSAGE-INTEGRITY by the receiver's password and FINGERPRINT. Returns the size written to `out`,
/// which has room for `bindingRequestSize` bytes.
std::size_t writeBindingRequest(util::MutableBytes out, const BindingRequest& request,
                                std::string_view password) noexcept;
/// `username`: the length of the user name.
[[nodiscard]] std::size_t bindingRequestSize(std::size_t username, bool useCandidate) noexcept;

/// A success response with XOR-MAPPED-ADDRESS of `mapped` and FINGERPRINT; with MESSAGE-INTEGRITY if `password` is not
/// empty. Returns the size written to `out`, which has room for 96 bytes.
std::size_t writeBindingSuccess(util::MutableBytes out, const StunMessage& request, const Endpoint& mapped,
                                std::string_view password) noexcept;

/// An error response with ERROR-CODE `code` (400 … 699) and FINGERPRINT, and UNKNOWN-ATTRIBUTES for 420; integrity,
/// size and room as above.
std::size_t writeBindingError(util::MutableBytes out, const StunMessage& request, unsigned code,
                              std::string_view password) noexcept;

}  // namespace akbuzat::transport
