#pragma once

#include <memory>
#include <string>

namespace akbuzat::transport {

/// The server's DTLS identity: a self-signed ECDSA P-256 certificate with its key (RFC 8827 section 6.5). Made once a
/// process, shared by all shards, immutable.
class Certificate {
 public:
  /// Throws std::runtime_error if the system has no randomness.
  Certificate();
  ~Certificate();
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  /// SHA-256 as in SDP (RFC 8122): "AB:CD:…", 95 characters.
  [[nodiscard]] const std::string& fingerprint() const noexcept;

  struct Impl;
  [[nodiscard]] const Impl& impl() const noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::transport
