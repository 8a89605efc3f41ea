#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "akbuzat/transport/peer_transport.hpp"
#include "akbuzat/transport/stun.hpp"

namespace akbuzat::transport {

// RFC 7675 section 5.1: consent expires after 30 s. What is silent for so long is gone, too (protocol E.6).
inline constexpr std::chrono::seconds kConsentLife{30};
// RFC 8489 section 6.3.1, RFC 8445 section 7.3.1.1.
inline constexpr unsigned kUnknownAttribute = 420;
inline constexpr unsigned kRoleConflict = 487;
/// Of the peer-reflexive candidate that a check of ours may show (RFC 8445 sections 5.1.2.1 and 7.1.1): type preference
/// 110, the only address, component 1.
inline constexpr std::uint32_t kCheckPriority = (110U << 24U) | (65535U << 8U) | 255U;

/// The server's ICE agent for one peer (RFC 8445): which paths are the peer's, and which of them media goes by. Owned
/// by the peer's transport.
class IceAgent {
 public:
  virtual ~IceAgent() = default;

  [[nodiscard]] virtual const IceCredentials& local() const noexcept = 0;
  virtual void setRemote(const RemoteParameters& remote, util::TimePoint now) = 0;

  /// One binding request, which it answers. False, and no answer, if it is not by anybody who knows our password for
  /// this peer, or not for us.
  virtual bool onRequest(const StunMessage& request, const Path& from, util::TimePoint now) = 0;
  /// False if it is no response to a check of ours, or not one by the peer.
  virtual bool onResponse(const StunMessage& response, const Path& from, util::TimePoint now) = 0;

  [[nodiscard]] virtual PeerTransport::PathStanding standingOf(const Path& path) const noexcept = 0;
  /// Whether `path` is one that the peer has shown itself by.
  [[nodiscard]] bool knows(const Path& path) const noexcept {
    return standingOf(path) != PeerTransport::PathStanding::unknown;
  }
  /// A datagram that is not STUN has come by a known path.
  virtual void received(const Path& from, std::size_t size, util::TimePoint now) = 0;
  /// One that has proof in it (SRTP).
  virtual void heard(const Path& from, util::TimePoint now) noexcept = 0;
  /// Whether a datagram of `size` bytes may go to `path` now; it is then taken for sent.
  [[nodiscard]] virtual bool maySend(const Path& path, std::size_t size) noexcept = 0;

  /// Where media goes.
  [[nodiscard]] virtual const std::optional<Path>& selected() const noexcept = 0;
  /// The peer's newest keys were agreed on by `path`.
  virtual void onKeys(const Path& path) = 0;

  /// Checks, and the end of paths that have been silent for long. To be called at `deadline`, or later.
  virtual void tick(util::TimePoint now) = 0;
  [[nodiscard]] virtual util::TimePoint deadline() const noexcept = 0;
  /// True once the peer cannot be reached any more, for good.
  [[nodiscard]] virtual bool isOver(util::TimePoint now) const noexcept = 0;

  virtual void remove(const Path& path) = 0;
  virtual void removeAll() = 0;
};

}  // namespace akbuzat::transport
