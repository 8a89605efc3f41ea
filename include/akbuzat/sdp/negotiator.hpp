#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "akbuzat/sdp/errors.hpp"
#include "akbuzat/sdp/session_description.hpp"

namespace akbuzat::sdp {

enum class CodecName { opus, vp8, vp9, h264, av1 };
[[nodiscard]] std::string_view nameOf(CodecName codec) noexcept;

/// Ids of header extensions in one direction of one m-section; 0 where the extension is not used.
struct ExtensionIds {
  std::uint8_t mid = 0;
  std::uint8_t rid = 0;
  std::uint8_t repairedRid = 0;
  std::uint8_t absSendTime = 0;
  std::uint8_t transportSequence = 0;
  std::uint8_t audioLevel = 0;

  friend bool operator==(const ExtensionIds&, const ExtensionIds&) = default;
};

/// How the client sends one track to us.
struct ReceiveParameters {
  std::string mid;
  MediaKind kind = MediaKind::audio;
  CodecName codec = CodecName::opus;
  std::uint8_t payloadType = 0;
  /// 0 without RTX.
  std::uint8_t rtxPayloadType = 0;
  ExtensionIds extensions;
  /// The layers of a simulcast track in the order of the offer, best first; empty without simulcast.
  std::vector<std::string> rids;
  /// The SSRCs that the description tells, each with its RTX SSRC or 0; parallel to `rids` where both are there, and
  /// empty where SSRCs are learned from the first packets (Chromium's simulcast).
  struct Source {
    std::uint32_t ssrc = 0;
    std::uint32_t rtxSsrc = 0;
    friend bool operator==(const Source&, const Source&) = default;
  };
  std::vector<Source> sources;
  bool nack = false;
  bool transportCc = false;
  bool remb = false;

  friend bool operator==(const ReceiveParameters&, const ReceiveParameters&) = default;
};

/// How we send one track to the client.
struct SendParameters {
  std::string mid;
  MediaKind kind = MediaKind::audio;
  CodecName codec = CodecName::opus;
  std::uint8_t payloadType = 0;
  std::uint8_t rtxPayloadType = 0;
  ExtensionIds extensions;
  std::uint32_t ssrc = 0;
  std::uint32_t rtxSsrc = 0;
  bool nack = false;
  bool transportCc = false;
  bool remb = false;

  friend bool operator==(const SendParameters&, const SendParameters&) = default;
};

/// What a client's description says about its side of the one bundled transport.
struct RemoteTransport {
  std::string ufrag;
  std::string password;
  std::vector<Fingerprint> fingerprints;
  /// Texts behind "a=", as they came.
  std::vector<std::string> candidates;
  /// It waits for our ClientHello (a=setup:passive).
  bool passive = false;
};

/// What the server says about itself in every description.
struct LocalTransport {
  std::string ufrag;
  std::string password;
  /// SHA-256, "AB:CD:…".
  std::string fingerprint;
  /// Texts behind "a=", such as "candidate:1 1 udp 2130706431 192.0.2.1 8787 typ host".
  std::vector<std::string> candidates;
  /// We are the ICE-lite agent, and wait for the peer's ClientHello (RFC 8842 section 5.3).
  bool lite = true;
};

/// The SFU's side of one peer connection's offers and answers (RFC 8829, 8843, 8853; protocol E.1, E.2, E.4): which
/// m-sections there are, their mids, payload types and extension ids, what is open. Pure; owned by its session.
///
/// Our offers number payload types and extension ids as the client does where it has shown its numbers; in a section of
/// its own offer the client's numbers of that section hold. A mid that the server makes is one that neither side has
/// used. Every description of ours has a higher version than the one before. A client that takes an offer of ours but
/// whose answer is lost may go on with an offer of its own.
class Negotiator {
 public:
  struct Options {
    LocalTransport transport;
    /// The one video codec that publishers are answered with; if an offer lacks it, VP8.
    CodecName videoCodec = CodecName::vp8;
    /// Random, for o=; and the seed of our SSRCs, which are unique in this connection.
    std::uint64_t sessionId = 0;
  };

  explicit Negotiator(Options options);
  ~Negotiator();
  Negotiator(Negotiator&&) noexcept;
  Negotiator& operator=(Negotiator&&) noexcept;

  /// What applying a client's description has led to.
  struct Outcome {
    /// Our answer's SDP; empty after an answer of the client.
    std::string answer;
    /// Every m-section on which the client sends to us now.
    std::vector<ReceiveParameters> receiving;
    /// Every m-section on which we send, now or once the client has taken an offer of ours that has it. One that was
    /// added and is missing here is over: refused, closed, or at rest because the client does not receive there.
    std::vector<SendParameters> sending;
    /// The mids of those in `sending` that the client has taken: there it receives now.
    std::vector<std::string> agreed;
    RemoteTransport remote;
  };

  /// A client's offer; an offer of ours that is still open is taken back (its sections stay wanted and are in the next
  /// one). `closing` names mids that the client closes: those still live in the offer are answered `inactive` and count
  /// as not sent until the client has offered them `inactive` or given up their m-lines. Nothing changes on error; the
  /// errors are those of `parse`, `sectionsChanged`, `missingTransport`, and `repeatedMid` also for a mid that
  /// addSending or addReceiving has returned for the other kind.
  [[nodiscard]] boost::system::result<Outcome> applyOffer(std::string_view sdp, std::span<const std::string> closing);

  /// The client's answer to our newest offer. Nothing changes on error, `noOffer` if none is open; one that is passive
  /// in DTLS fits only an offer that is not of a lite agent.
  [[nodiscard]] boost::system::result<Outcome> applyAnswer(std::string_view sdp);

  /// Adds a section on which we will send a track of `codec`. The client gets to know it by `offer`. Returns its mid: a
  /// fresh one, on a recycled index above the BUNDLE-tag's or appended (E.2.3, E.2.7). `msid` is "stream track" or
  /// empty for none; what msids cannot hold is replaced, and a repeated one gets a suffix, for Chromium refuses two
  /// sections with the same. Tracks of one stream are played in step. Error `tooManySections`.
  [[nodiscard]] boost::system::result<std::string> addSending(CodecName codec, std::string_view msid);

  /// Adds a section on which the client shall send (a push without an offer), video in the codec of the options; with
  /// `bidirectional` we may send there as well.
  [[nodiscard]] boost::system::result<std::string> addReceiving(MediaKind kind, bool bidirectional);

  /// Ends the section `mid`, in whichever direction it is used; the client gets to know it by the next `offer`, or by
  /// the answer to its own. An m-line that we have made is given up, unless the transport hangs on it; a client's
  /// stays, inactive. False if there is no such live section.
  bool stop(std::string_view mid);

  /// Our offer with everything that is wanted and open; replaces an earlier one that is not answered. Call only if
  /// something has changed since.
  [[nodiscard]] std::string offer();

  /// True while an offer of ours waits for its answer.
  [[nodiscard]] bool offerOpen() const noexcept;

  /// The parameters of `mid` for sending, valid from addSending on; nullopt if it is not a live sending section.
  [[nodiscard]] std::optional<SendParameters> sending(std::string_view mid) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace akbuzat::sdp
