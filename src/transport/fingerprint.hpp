#pragma once

#include <string>
#include <vector>

#include <openssl/x509.h>

#include "akbuzat/transport/peer_transport.hpp"

namespace akbuzat::transport {

using Fingerprints = std::vector<RemoteParameters::Fingerprint>;

/// The digest of `certificate` as in SDP (RFC 8122 section 5): upper-case hexadecimal, bytes parted by colons.
/// Empty if OpenSSL cannot compute it.
[[nodiscard]] std::string fingerprintOf(const X509& certificate, const EVP_MD* digest);

/// True if one of `fingerprints` is that of `certificate`; unknown algorithms match nothing.
[[nodiscard]] bool matchesAny(const X509& certificate, const Fingerprints& fingerprints);

}  // namespace akbuzat::transport
