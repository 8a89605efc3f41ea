#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace akbuzat::test {

/// A STUN message as an ICE agent sends it, and as an attacker might. Written from the RFCs without the server's code,
/// so that the two check each other.
struct StunRequest {
  std::uint16_t type = 0x0001;  // binding request
  std::array<std::uint8_t, 12> transactionId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  std::string username;
  /// Key of MESSAGE-INTEGRITY, which is left out without it.
  std::string password;
  std::optional<std::uint32_t> priority = 0x6E7F1EFF;
  bool useCandidate = false;
  std::optional<std::uint64_t> controlling;
  std::optional<std::uint64_t> controlled;
  /// Type and value of others, before MESSAGE-INTEGRITY and after it.
  std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> extra;
  std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> late;
  bool fingerprint = true;

  [[nodiscard]] std::vector<std::uint8_t> write() const;
};

/// A success response to a check, signed with the password of the one who was asked. The address in it is nobody's.
[[nodiscard]] std::vector<std::uint8_t> stunSuccess(const std::array<std::uint8_t, 12>& transactionId,
                                                    const std::string& password);
/// An error response to a check.
[[nodiscard]] std::vector<std::uint8_t> stunError(const std::array<std::uint8_t, 12>& transactionId, unsigned code,
                                                  const std::string& password);

/// The value of the attribute `type` of a well-formed message; nullopt if it has none.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> stunAttribute(const std::vector<std::uint8_t>& message,
                                                                     std::uint16_t type);

}  // namespace akbuzat::test
