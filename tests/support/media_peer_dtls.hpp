#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "support/media_peer.hpp"
#include "transport/datagram_bio.hpp"
#include "transport/openssl_ptr.hpp"

namespace akbuzat::test {

/// A key and a self-signed certificate, as a browser makes them.
struct PeerCertificate {
  PeerCertificate();
  transport::PkeyPtr key;
  transport::X509Ptr certificate;
  [[nodiscard]] std::string fingerprint() const;
};

/// MediaPeer's side of DTLS: one association, by OpenSSL. Retransmission is OpenSSL's own.
class PeerDtls final : private transport::DatagramEnds {
 public:
  enum class State { handshaking, connected, failed, closed };

  /// `outgoing` and `certificate` outlive it.
  PeerDtls(const MediaPeer::Options& options, const PeerCertificate& certificate, std::string remoteFingerprint,
           std::deque<MediaPeer::Datagram>& outgoing, util::TimePoint now);
  ~PeerDtls();
  PeerDtls(const PeerDtls&) = delete;
  PeerDtls& operator=(const PeerDtls&) = delete;

  void receive(util::Bytes datagram, util::TimePoint now);
  void tick(util::TimePoint now);
  [[nodiscard]] util::TimePoint deadline() const;
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::string srtpProfile() const;
  /// Client key, server key, client salt, server salt (RFC 5764 section 4.2).
  [[nodiscard]] std::vector<std::uint8_t> keyMaterial(std::size_t size) const;
  void close();

 private:
  util::Bytes takeDatagram() override;
  void putDatagram(util::Bytes datagram) override;
  void run(util::TimePoint now);

  std::string remoteFingerprint_;
  std::deque<MediaPeer::Datagram>& outgoing_;
  transport::SslCtxPtr context_;
  transport::SslPtr ssl_;
  std::vector<std::uint8_t> padding_;
  util::Bytes input_;
  State state_ = State::handshaking;
  std::chrono::milliseconds interval_;
  util::TimePoint resendAt_;
};

}  // namespace akbuzat::test
