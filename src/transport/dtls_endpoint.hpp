#pragma once

#include <array>
#include <memory>
#include <optional>

#include "transport/dtls_association.hpp"

namespace akbuzat::transport {

/// The DTLS associations of one peer: the one whose keys are in use, and beside it one that may replace it. Owned by
/// the peer's transport, which lets only datagrams of authenticated paths come here. We are the server, or the client
/// for good if `connect` was called.
///
/// Browsers throw a transport away and begin anew, sometimes from another port, sometimes with the same ICE credentials
/// (protocol E.2.3). What tells is a ClientHello with a random that was not seen before. Somebody who forges one can
/// begin an association but not complete it, and the one in use goes on undisturbed.
class DtlsEndpoint {
 public:
  DtlsEndpoint(const Certificate& certificate, DatagramSink& sink);

  /// What has changed since the last call of any of the following.
  struct Change {
    /// The keys of an association that is complete and whose certificate is right: they replace all others.
    std::optional<SrtpKeys> keys;
    /// Where the peer of `keys` was heard.
    Path path;
    /// The association in use has ended, with nothing in its place.
    bool keysLost = false;
    /// An association came to nothing: handshake failed, wrong certificate, no SRTP profile, or the datagram was
    /// garbage.
    unsigned failures = 0;
  };

  /// Begins an association as its client, for a peer that waits for that.
  void connect(const Path& to, const Fingerprints& expected, util::TimePoint now);
  /// Sends the last flight to `to` again at once, if a handshake is under way there.
  void resend(const Path& to, util::TimePoint now);

  Change receive(util::Bytes datagram, const Path& from, const Fingerprints& expected, util::TimePoint now);
  Change tick(const Fingerprints& expected, util::TimePoint now);
  /// `expected` is new: ends the association in use if its certificate is not one of them, and looks at one that has
  /// waited for them.
  Change setExpected(const Fingerprints& expected, util::TimePoint now);

  /// When `tick` has something to do.
  [[nodiscard]] util::TimePoint deadline() const noexcept;
  /// The peer has said good-bye and not begun anew for a while: it is gone.
  [[nodiscard]] bool isOver(util::TimePoint now) const noexcept { return overAt_ <= now; }

  /// Says good-bye.
  void close() noexcept;

 private:
  bool route(util::Bytes datagram, const Path& from, const Fingerprints& expected, util::TimePoint now);
  bool beginOrRepeat(const DtlsDatagram& hello, const Path& from, util::TimePoint now);
  [[nodiscard]] DtlsAssociation* forDatagram(const Path& from) noexcept;
  void settle(const Fingerprints& expected, util::TimePoint now, Change& change);
  void settleNext(const Fingerprints& expected, Change& change);
  [[nodiscard]] bool isRetired(const ClientRandom& random) const noexcept;
  void retire(const std::optional<ClientRandom>& random) noexcept;

  struct Entry {
    std::unique_ptr<DtlsAssociation> association;
    std::optional<ClientRandom> random;
    explicit operator bool() const noexcept { return association != nullptr; }
    DtlsAssociation* operator->() const noexcept { return association.get(); }
  };

  const Certificate& certificate_;
  DatagramSink& sink_;
  Entry current_;
  Entry next_;
  bool isClient_ = false;
  /// Of associations that have been replaced or ended: their ClientHellos may still be under way.
  std::array<std::optional<ClientRandom>, 4> retired_;
  std::size_t nextRetired_ = 0;
  /// The association in use has ended and none has taken its place since.
  bool saidGoodbye_ = false;
  util::TimePoint overAt_ = util::TimePoint::max();
};

}  // namespace akbuzat::transport
