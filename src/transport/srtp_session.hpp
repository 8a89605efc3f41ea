#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <srtp2/srtp.h>

#include "akbuzat/util/bytes.hpp"
#include "transport/srtp_keys.hpp"

namespace akbuzat::transport {

/// The SRTP contexts of one association, one for each direction (RFC 3711, 7714). Owned by the peer's transport.
/// libsrtp makes the state of an SSRC with its first packet; after that nothing is allocated here.
class SrtpSession {
 public:
  /// Throws std::runtime_error if libsrtp does not work, which is a matter of the installation, not of the peer.
  explicit SrtpSession(const SrtpKeys& keys);
  ~SrtpSession();
  SrtpSession(const SrtpSession&) = delete;
  SrtpSession& operator=(const SrtpSession&) = delete;

  enum class Status { ok, replayed, failed };
  struct Opened {
    Status status;
    /// Of the packet in the clear, if ok.
    std::size_t size = 0;
  };
  /// Decrypt in place.
  [[nodiscard]] Opened unprotectRtp(util::MutableBytes packet);
  [[nodiscard]] Opened unprotectRtcp(util::MutableBytes packet);

  /// Encrypt in place the first `size` bytes of `buffer`, which has room for what is added. The new size, or 0.
  [[nodiscard]] std::size_t protectRtp(util::MutableBytes buffer, std::size_t size) noexcept;
  [[nodiscard]] std::size_t protectRtcp(util::MutableBytes buffer, std::size_t size) noexcept;

  /// The state of an SSRC that will not be used again under these keys.
  void forgetInbound(std::uint32_t ssrc) noexcept;
  void forgetOutbound(std::uint32_t ssrc) noexcept;

 private:
  using Function = srtp_err_status_t (*)(srtp_t, void*, int*);
  Opened unprotect(Function function, util::MutableBytes packet, std::size_t ssrcAt, std::size_t least);
  [[nodiscard]] bool isUnknown(std::uint32_t ssrc) const noexcept;

  srtp_t inbound_ = nullptr;
  srtp_t outbound_ = nullptr;
  /// The inbound SSRCs that libsrtp has state for, sorted.
  std::vector<std::uint32_t> known_;
};

}  // namespace akbuzat::transport
