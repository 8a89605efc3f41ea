#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "akbuzat/transport/peer_transport.hpp"
#include "akbuzat/util/bytes.hpp"
#include "akbuzat/util/time.hpp"

namespace akbuzat::test {

/// The other side of a PeerTransport, as a browser is it: full-ICE controlling agent with one candidate, DTLS client
/// (OpenSSL), SRTP (libsrtp); or, by its options, as a server is it that is a lite agent. No sockets and no clock:
/// datagrams go in by `receive` and out by `outgoing`, and which addresses they have is the caller's business. One
/// thread.
///
///   MediaPeer peer;
///   transport.setRemote(peer.parameters(), now);
///   peer.setRemote(transport.local(), certificate.fingerprint());
///   peer.start(now);
///   … carry datagrams both ways, call `tick` at `deadline` …
///   peer.sendRtp(packet);
class MediaPeer {
 public:
  using Datagram = std::vector<std::uint8_t>;

  struct Options {
    /// As OpenSSL writes them, parted by colons. Empty: no use_srtp at all.
    std::string srtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
    /// Bytes of an extension that makes the ClientHello as large as one with a post-quantum key share.
    std::size_t clientHelloPadding = 0;
    /// Size of the largest DTLS datagram, at least 256.
    long mtu = 1200;
    /// Announce the fingerprint of another certificate than the one that is used.
    bool wrongCertificate = false;
    /// Claim ICE's controlled role, which a lite agent refuses.
    bool controlled = false;
    /// Be an ICE-lite agent: answers checks, sends none, and begins DTLS when it is nominated.
    bool lite = false;
    /// Wait for the other side's ClientHello (a=setup:passive); lite agents only.
    bool dtlsServer = false;
    /// Leave the server's checks unanswered, as whoever does not sit at a forged address.
    bool deaf = false;
  };

  explicit MediaPeer(Options options);
  MediaPeer();
  ~MediaPeer();
  MediaPeer(const MediaPeer&) = delete;
  MediaPeer& operator=(const MediaPeer&) = delete;

  /// What the server must be told, and the same as lines of SDP (a=ice-ufrag, a=ice-pwd, a=fingerprint).
  [[nodiscard]] transport::RemoteParameters parameters() const;
  [[nodiscard]] std::string sdpLines() const;
  /// What the server says: its credentials and its SHA-256 fingerprint.
  void setRemote(transport::IceCredentials ice, std::string fingerprint);

  /// Begins to send checks; DTLS begins with the first answer.
  void start(util::TimePoint now);
  /// Throws transport and keys away and begins anew, as browsers do; the caller gives it another port. If the
  /// credentials are new, the server must be told them.
  void restart(util::TimePoint now, bool newCredentials);
  void receive(util::MutableBytes datagram, util::TimePoint now);
  /// Checks and retransmissions; to be called at `deadline` or later. While a lost DTLS flight is sent again it may
  /// spin for some 30 ms, because OpenSSL's timer knows only the system's clock.
  void tick(util::TimePoint now);
  [[nodiscard]] util::TimePoint deadline() const;
  /// What is to be sent, oldest first; the caller takes it out.
  [[nodiscard]] std::deque<Datagram>& outgoing();

  /// A check has been answered with proof.
  [[nodiscard]] bool iceConnected() const;
  /// The DTLS handshake is complete and the server's certificate is right.
  [[nodiscard]] bool connected() const;
  /// The handshake has failed, by an alert or a wrong certificate.
  [[nodiscard]] bool failed() const;
  /// The server has said good-bye.
  [[nodiscard]] bool remoteClosed() const;
  /// ERROR-CODE of the last error response to a check; 0 if there was none.
  [[nodiscard]] unsigned iceError() const;
  /// Checks of the server that have been answered.
  [[nodiscard]] std::uint64_t checksAnswered() const;
  /// Of the profile that was agreed on, by OpenSSL's name; empty before.
  [[nodiscard]] std::string srtpProfile() const;
  /// Packets that could not be decrypted.
  [[nodiscard]] std::uint64_t srtpFailures() const;

  /// Encrypt in place; `buffer` has PeerTransport::kMaxOverhead of room. 0 without keys or on failure.
  [[nodiscard]] std::size_t protectRtp(util::MutableBytes buffer, std::size_t size);
  [[nodiscard]] std::size_t protectRtcp(util::MutableBytes buffer, std::size_t size);
  /// Encrypt a copy and put it in `outgoing`.
  void sendRtp(util::Bytes packet);
  void sendRtcp(util::Bytes packet);
  /// Decrypted packets; valid during the call.
  std::function<void(util::Bytes)> onRtp;
  std::function<void(util::Bytes)> onRtcp;

  /// Sends close_notify.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::test
