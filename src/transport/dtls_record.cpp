#include "transport/dtls_record.hpp"

#include <algorithm>

namespace akbuzat::transport {
namespace {

// RFC 6347 section 4.1: type, version, epoch, sequence number, length.
constexpr std::size_t kRecordHeader = 13;
// RFC 5246 section 6.2.1: change_cipher_spec, alert, handshake, application_data.
constexpr std::uint8_t kFirstType = 20;
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kLastType = 23;
// RFC 6347 section 4.1: the major version is 254 in all of them; DTLS 1.3's records of other forms come to nobody who
// has negotiated 1.2.
constexpr std::uint8_t kMajorVersion = 254;
// RFC 6347 section 4.2.2: type, length, message number, fragment's offset and length.
constexpr std::size_t kHandshakeHeader = 12;
constexpr std::uint8_t kClientHello = 1;
// RFC 5246 section 7.4.1.2: the random comes after the version.
constexpr std::size_t kRandomAt = 2;

}  // namespace

std::optional<DtlsDatagram> readDtls(util::Bytes datagram) noexcept {
  if (datagram.empty()) return std::nullopt;
  for (util::Bytes rest = datagram; !rest.empty();) {
    if (rest.size() < kRecordHeader) return std::nullopt;
    if (rest[0] < kFirstType || rest[0] > kLastType || rest[1] != kMajorVersion) return std::nullopt;
    const std::size_t size = kRecordHeader + util::readU16(rest, 11);
    if (rest.size() < size) return std::nullopt;
    rest = rest.subspan(size);
  }

  DtlsDatagram out;
  const util::Bytes body = datagram.subspan(kRecordHeader, util::readU16(datagram, 11));
  const std::uint16_t epoch = util::readU16(datagram, 3);
  if (datagram[0] != kHandshake || epoch != 0 || body.size() < kHandshakeHeader || body[0] != kClientHello) return out;
  out.clientHello = true;
  const std::uint32_t offset = util::readU24(body, 6);
  const util::Bytes fragment = body.subspan(kHandshakeHeader);
  ClientRandom random{};
  if (offset == 0 && fragment.size() >= kRandomAt + random.size()) {
    std::copy_n(fragment.begin() + kRandomAt, random.size(), random.begin());
    out.random = random;
  }
  return out;
}

}  // namespace akbuzat::transport
