// STUN: any bytes, and any bytes as the attributes of a message whose header is right.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "akbuzat/transport/stun.hpp"

namespace {

using namespace akbuzat;

void check(util::Bytes bytes) {
  const auto message = transport::parseStun(bytes);
  if (!message) return;
  if (message->bytes.size() != bytes.size() || bytes.size() < 20) std::abort();
  // Nobody guesses a password.
  if (transport::hasIntegrity(*message, "a password that is in no seed")) std::abort();

  std::array<std::uint8_t, 96> out{};
  transport::Endpoint mapped;
  mapped.address.fill(0x20);
  const std::size_t success = transport::writeBindingSuccess(out, *message, mapped, "secret");
  const auto answer = transport::parseStun(util::Bytes(out).first(success));
  if (!answer || !transport::hasIntegrity(*answer, "secret")) std::abort();
  if (answer->transactionId != message->transactionId) std::abort();
  const std::size_t error = transport::writeBindingError(out, *message, 420, "secret");
  if (!transport::parseStun(util::Bytes(out).first(error))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size});

  std::vector<std::uint8_t> message{0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  message.insert(message.end(), data, data + size);
  message.resize((message.size() + 3) / 4 * 4);
  util::writeU16(message, 2, static_cast<std::uint16_t>(message.size() - 20));
  check(message);
  return 0;
}
