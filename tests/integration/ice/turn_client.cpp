#include "turn_client.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include <openssl/evp.h>
#include <poll.h>

#include "support/stun_request.hpp"

namespace akbuzat::test {
namespace {

// RFC 8656 sections 17 and 18, RFC 8489 sections 18.2 and 18.3.
constexpr std::uint16_t kAllocate = 0x0003;
constexpr std::uint16_t kAllocateSuccess = 0x0103;
constexpr std::uint16_t kErrorCode = 0x0009;
constexpr std::uint16_t kRealm = 0x0014;
constexpr std::uint16_t kNonce = 0x0015;
constexpr std::uint16_t kXorRelayedAddress = 0x0016;
constexpr std::uint16_t kRequestedTransport = 0x0019;
constexpr std::uint8_t kUdp = 17;

/// The key of long-term credentials (RFC 8489 section 9.2.2): MD5 of "name:realm:password".
std::string longTermKey(const std::string& username, const std::string& realm, const std::string& password) {
  const std::string text = username + ":" + realm + ":" + password;
  std::string key(16, '\0');
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(key.data()), &size, EVP_md5(), nullptr) !=
      1)
    throw std::runtime_error("no MD5");
  return key;
}

std::vector<std::uint8_t> required(const std::vector<std::uint8_t>& message, std::uint16_t type) {
  auto value = stunAttribute(message, type);
  if (!value) throw std::runtime_error("an attribute is missing");
  return std::move(*value);
}

unsigned errorOf(const std::vector<std::uint8_t>& message) {
  const auto value = required(message, kErrorCode);
  return value.at(2) * 100U + value.at(3);
}

}  // namespace

TurnClient::TurnClient(std::uint16_t port) : socket_(context_, {boost::asio::ip::address_v4::loopback(), 0}) {
  socket_.connect({boost::asio::ip::address_v4::loopback(), port});
}

TurnClient::Allocation TurnClient::allocate(const std::string& username, const std::string& credential) {
  StunRequest request;
  request.type = kAllocate;
  request.priority.reset();
  request.fingerprint = false;
  request.extra = {{kRequestedTransport, {kUdp, 0, 0, 0}}};
  const Message challenge = exchange(request.write());
  if (errorOf(challenge) != 401) return {std::nullopt, errorOf(challenge)};

  const auto realm = required(challenge, kRealm);
  ++request.transactionId[0];
  request.username = username;
  request.password = longTermKey(username, {realm.begin(), realm.end()}, credential);
  request.extra.emplace_back(kRealm, realm);
  request.extra.emplace_back(kNonce, required(challenge, kNonce));
  const Message answer = exchange(request.write());
  if (((answer.at(0) << 8U) | answer.at(1)) != kAllocateSuccess) return {std::nullopt, errorOf(answer)};
  // Each is masked by the magic cookie (RFC 8489 section 14.2).
  const auto address = required(answer, kXorRelayedAddress);
  const auto port = static_cast<std::uint16_t>(((address.at(2) << 8U) | address.at(3)) ^ 0x2112);
  const boost::asio::ip::address_v4::bytes_type ip{
      static_cast<std::uint8_t>(address.at(4) ^ 0x21), static_cast<std::uint8_t>(address.at(5) ^ 0x12),
      static_cast<std::uint8_t>(address.at(6) ^ 0xA4), static_cast<std::uint8_t>(address.at(7) ^ 0x42)};
  return {boost::asio::ip::udp::endpoint{boost::asio::ip::address_v4{ip}, port}, 0};
}

TurnClient::Message TurnClient::exchange(const Message& request) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < deadline) {
    boost::system::error_code ignored;
    socket_.send(boost::asio::buffer(request), 0, ignored);
    pollfd waiting{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 100) <= 0) continue;
    std::array<std::uint8_t, 1500> bytes{};
    boost::system::error_code refused;
    const std::size_t size = socket_.receive(boost::asio::buffer(bytes), 0, refused);
    if (refused) ::poll(nullptr, 0, 20);
    // What comes late belongs to the exchange before.
    if (size >= 20 && std::equal(request.begin() + 8, request.begin() + 20, bytes.begin() + 8))
      return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
  }
  throw std::runtime_error("the relay does not answer");
}

}  // namespace akbuzat::test
