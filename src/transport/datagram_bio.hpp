#pragma once

#include <openssl/bio.h>

#include "akbuzat/util/bytes.hpp"

namespace akbuzat::transport {

/// The two ends of a BIO that keeps datagrams apart, which OpenSSL's memory BIO does not.
class DatagramEnds {
 public:
  /// The datagram that OpenSSL is to read next; empty if there is none. Asked for once a datagram.
  virtual util::Bytes takeDatagram() = 0;
  /// One datagram that OpenSSL writes, at most the MTU.
  virtual void putDatagram(util::Bytes datagram) = 0;

 protected:
  ~DatagramEnds() = default;
};

/// A BIO over `ends`, which outlives it; nullptr without memory. The caller owns it.
[[nodiscard]] BIO* newDatagramBio(DatagramEnds& ends);

}  // namespace akbuzat::transport
