#pragma once

#include <string>

#include "akbuzat/transport/certificate.hpp"
#include "transport/openssl_ptr.hpp"

namespace akbuzat::transport {

struct Certificate::Impl {
  PkeyPtr key;
  X509Ptr certificate;
  std::string fingerprint;
  /// What all associations have in common. OpenSSL counts its references atomically, so shards may share it.
  SslCtxPtr context;
};

}  // namespace akbuzat::transport
