#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "akbuzat/transport/datagram_sink.hpp"
#include "akbuzat/transport/path.hpp"
#include "akbuzat/util/time.hpp"
#include "transport/certificate_impl.hpp"
#include "transport/datagram_bio.hpp"
#include "transport/dtls_record.hpp"
#include "transport/fingerprint.hpp"
#include "transport/openssl_ptr.hpp"
#include "transport/srtp_keys.hpp"

namespace akbuzat::transport {

/// One DTLS association, as its server from the first ClientHello on, or as its client from `connect` on. Owned by
/// `DtlsEndpoint`, which decides what it gets to read. Whoever has its keys must have asked `matches` before.
///
/// OpenSSL's own retransmission timer follows the system's clock and cannot be told the time; it is set so long that it
/// never fires, and the last flight is sent again from here. The records are the same as before, so a peer that has got
/// some of them drops those as replayed (RFC 6347 section 4.1.2.6) and takes the rest.
class DtlsAssociation final : private DatagramEnds {
 public:
  enum class State {
    handshaking,
    complete,
    /// The peer has said good-bye.
    closed,
    failed
  };

  DtlsAssociation(const Certificate::Impl& certificate, DatagramSink& sink, util::TimePoint now);
  ~DtlsAssociation();
  DtlsAssociation(const DtlsAssociation&) = delete;
  DtlsAssociation& operator=(const DtlsAssociation&) = delete;

  /// Becomes the client, and sends the ClientHello.
  void connect(const Path& to, const Fingerprints& expected, util::TimePoint now);

  /// One datagram for this association. Answers go to `from`. A certificate that is not one of `expected` ends the
  /// handshake with an alert; with none expected yet any is taken.
  void receive(util::Bytes datagram, const Path& from, const Fingerprints& expected, util::TimePoint now);

  /// Sends the last flight again, while the handshake lasts.
  void resend(util::TimePoint now);
  /// The peer sends again what it has sent before: it may lack our last flight.
  void repeatFlight(const Path& to, util::TimePoint now);

  /// Sends the last flight again, or gives up. To be called at `deadline`, or later.
  void tick(util::TimePoint now);
  [[nodiscard]] util::TimePoint deadline() const noexcept;

  /// Says good-bye, if there is somebody to say it to.
  void close() noexcept;

  [[nodiscard]] State state() const noexcept { return state_; }
  /// Where the peer was heard last.
  [[nodiscard]] const Path& path() const noexcept { return path_; }
  [[nodiscard]] util::TimePoint lastProgress() const noexcept { return lastProgress_; }
  /// Whether the peer's certificate is one of `expected`. False before the certificate is there.
  [[nodiscard]] bool matches(const Fingerprints& expected) const;
  /// The keys of a complete association; nullopt if no SRTP profile was agreed on.
  [[nodiscard]] std::optional<SrtpKeys> exportKeys() const;

  /// Makes `context` demand a certificate of the peer, of which the association's fingerprints decide alone.
  static void askForCertificate(SSL_CTX* context);

 private:
  util::Bytes takeDatagram() override;
  void putDatagram(util::Bytes datagram) override;
  static int onCertificate(X509_STORE_CTX* store, void* /*unused*/);
  void run();
  void readToEnd();
  void transmit(util::Bytes datagram);

  DatagramSink& sink_;
  SslPtr ssl_;
  State state_ = State::handshaking;
  Path path_;
  util::Bytes input_;
  const Fingerprints* expected_ = nullptr;
  /// What was sent last, a datagram each, while the handshake lasts.
  std::vector<std::vector<std::uint8_t>> flight_;
  bool newFlight_ = false;
  util::TimePoint lastProgress_;
  util::TimePoint giveUpAt_;
  util::TimePoint resendAt_ = util::TimePoint::max();
  util::TimePoint sentAt_;
  std::chrono::milliseconds resendAfter_;
};

}  // namespace akbuzat::transport
