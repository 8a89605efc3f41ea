#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "akbuzat/transport/certificate.hpp"
#include "akbuzat/transport/datagram_sink.hpp"
#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/bytes.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::transport {

/// ICE credentials (RFC 8839 section 5.4).
struct IceCredentials {
  std::string ufrag;
  std::string password;

  friend bool operator==(const IceCredentials&, const IceCredentials&) = default;
};

/// Our ICE agent's part in a connection.
enum class IceRole {
  /// ICE-lite and controlled, for a peer that is a full agent, such as a browser.
  lite,
  /// A full agent and controlling, for a peer that is a lite one, such as another server.
  controlling
};

/// What the peer's description says about it.
struct RemoteParameters {
  IceCredentials ice;
  /// Any of them may be the certificate's (RFC 8122 section 5); algorithm in lower case, value as "AB:CD:…".
  struct Fingerprint {
    std::string algorithm;
    std::string value;
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
  };
  std::vector<Fingerprint> fingerprints;
  /// Where a controlling agent is to look for the peer, best first.
  std::vector<Endpoint> candidates = {};
  /// The peer waits for our ClientHello (a=setup:passive) instead of sending its own; controlling agents only.
  bool dtlsServer = false;

  friend bool operator==(const RemoteParameters&, const RemoteParameters&) = default;
};

/// What happened to the datagrams of one peer that were of no use.
struct TransportCounters {
  /// Malformed, or neither a binding request, a response to one of ours, nor an indication of an authenticated path.
  std::uint64_t badStun = 0;
  /// Another user name, or no right MESSAGE-INTEGRITY.
  std::uint64_t unauthenticatedStun = 0;
  /// Garbage, DTLS of no association, failed handshakes and wrong certificates.
  std::uint64_t badDtls = 0;
  /// Packets that could not be decrypted, or encrypted.
  std::uint64_t srtpFailures = 0;
  std::uint64_t replayed = 0;
  /// Media of either direction while there are no keys.
  std::uint64_t beforeKeys = 0;
  /// None of these protocols, or DTLS or media from a path that is not authenticated.
  std::uint64_t unknown = 0;
};

/// One peer connection's transport: ICE (RFC 8445), DTLS (RFC 5764, 8842) and SRTP (RFC 3711, 7714) over datagrams that
/// others receive and send. Owned by its session; on the session's shard; does no I/O and knows no clock.
///
/// As the lite agent the peer's checks name the paths and choose among them (USE-CANDIDATE); a path that has not
/// answered a check of ours yet never gets more bytes than have come from there, so nobody can be made the target of
/// our traffic. As the controlling agent it checks the peer's candidates and nominates the first that answers; the
/// transport is closed when none does within 30 s, or when consent (RFC 7675) is lost.
///
/// Browsers throw a transport away and start anew under the same session (protocol E.2.3): a fresh ClientHello from an
/// authenticated path begins a new DTLS association, whose keys replace the old ones once it is complete and the
/// fingerprint is right.
class PeerTransport {
 public:
  enum class State {
    /// No keys, or no path. Also what a connected one goes back to when the peer has said good-bye (DTLS close_notify),
    /// has got other fingerprints or has lost all paths: it may begin anew.
    connecting,
    connected,
    /// By `close`, some seconds after a good-bye that no new ClientHello has followed, or because a controlling agent
    /// has no path any more. For good.
    closed
  };

  enum class PathStanding {
    /// Not the peer's.
    unknown,
    /// An authenticated check has come by it, whose source may be forged.
    seen,
    /// The peer has answered there.
    proven
  };

  /// Called from within `receive`, `tick`, `setRemote`, `pathLost` and `close`; must not destroy the transport.
  /// The two about paths must not call it at all.
  class Listener {
   public:
    virtual ~Listener() = default;
    /// One decrypted RTP or RTCP packet (RFC 5761); the bytes may be changed, and are gone after the call.
    virtual void onRtp(util::MutableBytes packet, util::TimePoint now) = 0;
    virtual void onRtcp(util::Bytes packet, util::TimePoint now) = 0;
    /// Not called for `close`, whose caller knows.
    virtual void onState(State state, util::TimePoint now) = 0;
    /// `path` is this peer's from now on / no more: the shard's table of 5-tuples must know.
    virtual void onPathAdded(const Path& path) = 0;
    virtual void onPathRemoved(const Path& path) = 0;
  };

  /// All references outlive the transport. `local` are the server's credentials for this peer.
  PeerTransport(const Certificate& certificate, IceCredentials local, DatagramSink& sink, Listener& listener,
                util::TimePoint now, IceRole role = IceRole::lite);
  ~PeerTransport();
  PeerTransport(const PeerTransport&) = delete;
  PeerTransport& operator=(const PeerTransport&) = delete;

  [[nodiscard]] const IceCredentials& local() const noexcept;

  /// From the peer's newest description. Another ufrag means an ICE restart: checks under the old one are accepted too
  /// until one under the new has nominated a path. Fingerprints of which none is that of the present association's
  /// certificate end it. A controlling agent begins to check with the first one.
  void setRemote(RemoteParameters remote, util::TimePoint now);

  /// One datagram from `from`, changed in place. Anything may be in it.
  void receive(util::MutableBytes datagram, const Path& from, util::TimePoint now);

  /// Retransmissions, consent and the loss of it. To be called at `deadline`, or later.
  void tick(util::TimePoint now);
  [[nodiscard]] util::TimePoint deadline() const noexcept;

  [[nodiscard]] State state() const noexcept;
  /// When the peer was last heard with proof (authenticated STUN, SRTP or DTLS): 30 s of silence is the end.
  [[nodiscard]] util::TimePoint lastHeard() const noexcept;
  /// Where media goes; nullopt before the first path is proven.
  [[nodiscard]] const std::optional<Path>& path() const noexcept;

  [[nodiscard]] PathStanding standingOf(const Path& path) const noexcept;

  /// Most bytes that `protect…` adds (RFC 3711 section 3.1, 7714 section 5).
  static constexpr std::size_t kMaxOverhead = 32;

  /// Encrypts in place; `buffer` has `size` bytes of packet and at least kMaxOverhead more of room. Returns the new
  /// size, or 0 without keys or on failure, which is counted. No allocation.
  [[nodiscard]] std::size_t protectRtp(util::MutableBytes buffer, std::size_t size) noexcept;
  [[nodiscard]] std::size_t protectRtcp(util::MutableBytes buffer, std::size_t size) noexcept;

  /// The state that SRTP has of an SSRC that has ended, in either direction. Without this it stays as long as the keys
  /// do, and of a peer that has sent under 1024 SSRCs no further one is taken. Such an SSRC must not be used again.
  void forgetInbound(std::uint32_t ssrc) noexcept;
  void forgetOutbound(std::uint32_t ssrc) noexcept;

  /// Says good-bye (DTLS close_notify), gives up its paths and is closed.
  void close();

  /// A TCP connection of the path has ended.
  void pathLost(const Path& path, util::TimePoint now);

  [[nodiscard]] const TransportCounters& counters() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// First bytes decide (RFC 7983 section 7).
enum class DatagramKind { stun, dtls, rtp, rtcp, unknown };
[[nodiscard]] DatagramKind classify(util::Bytes datagram) noexcept;

/// Random credentials whose ufrag begins with the shard's number, so that a check that comes in elsewhere (ICE-TCP) can
/// be brought to it: two hexadecimal digits, then 14 random ice-chars; the password has 24 (RFC 8839 section 5.4).
[[nodiscard]] IceCredentials makeIceCredentials(std::size_t shard);
/// The shard that `ufrag` names; nullopt if it is not of that form.
[[nodiscard]] std::optional<std::size_t> shardOf(std::string_view ufrag) noexcept;

}  // namespace akbuzat::transport
