#include "transport/datagram_bio.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include "transport/openssl_ptr.hpp"

namespace akbuzat::transport {
namespace {

int onRead(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  auto& ends = *static_cast<DatagramEnds*>(BIO_get_data(bio));
  const util::Bytes datagram = ends.takeDatagram();
  if (datagram.empty() || size <= 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  // As recv does with a buffer that is too small, the rest is lost.
  const std::size_t taken = std::min(datagram.size(), static_cast<std::size_t>(size));
  std::memcpy(out, datagram.data(), taken);
  return static_cast<int>(taken);
}

int onWrite(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  auto& ends = *static_cast<DatagramEnds*>(BIO_get_data(bio));
  try {
    ends.putDatagram({reinterpret_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(size)});
  } catch (const std::exception&) {
    return -1;  // no memory; an exception must not pass through OpenSSL
  }
  return size;
}

long onControl(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  // Nothing is ever pending here, and the MTU is set by hand.
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int onCreate(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* method() {
  static const BioMethodPtr kMethod = [] {
    BioMethodPtr made{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams")};
    if (made != nullptr) {
      BIO_meth_set_read(made.get(), onRead);
      BIO_meth_set_write(made.get(), onWrite);
      BIO_meth_set_ctrl(made.get(), onControl);
      BIO_meth_set_create(made.get(), onCreate);
    }
    return made;
  }();
  return kMethod.get();
}

}  // namespace

BIO* newDatagramBio(DatagramEnds& ends) {
  BIO* const bio = BIO_new(method());
  if (bio != nullptr) BIO_set_data(bio, &ends);
  return bio;
}

}  // namespace akbuzat::transport
