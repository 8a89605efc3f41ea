#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/system/result.hpp>

#include "akbuzat/sdp/errors.hpp"

namespace akbuzat::sdp {

enum class MediaKind { audio, video, application, other };
enum class Direction { sendrecv, sendonly, recvonly, inactive };
/// a=setup (RFC 8842 section 5.2).
enum class Setup { actpass, active, passive, holdconn };

[[nodiscard]] bool sends(Direction direction) noexcept;
[[nodiscard]] bool receives(Direction direction) noexcept;

/// One payload type of an m-section with its rtpmap, fmtp and rtcp-fb lines.
struct Codec {
  std::uint8_t payloadType = 0;
  /// As written in rtpmap ("VP8", "opus"); compared without regard to case.
  std::string name;
  std::uint32_t clockRate = 0;
  /// 1 if not given.
  std::uint32_t channels = 1;
  /// The text behind "a=fmtp:PT ".
  std::string parameters;
  /// "nack", "nack pli", "ccm fir", "goog-remb", "transport-cc" …
  std::vector<std::string> feedback;

  /// The value of `name` in `parameters`, such as "apt" or "packetization-mode".
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;

  friend bool operator==(const Codec&, const Codec&) = default;
};

/// a=extmap (RFC 8285 section 5).
struct ExtensionMapping {
  std::uint8_t id = 0;
  std::string uri;
  std::optional<Direction> direction;
  friend bool operator==(const ExtensionMapping&, const ExtensionMapping&) = default;
};

struct Fingerprint {
  /// Lower case.
  std::string algorithm;
  std::string value;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// a=ssrc-group (RFC 5576).
struct SsrcGroup {
  std::string semantics;
  std::vector<std::uint32_t> ssrcs;
  friend bool operator==(const SsrcGroup&, const SsrcGroup&) = default;
};

/// a=rid (RFC 8851).
struct Rid {
  std::string id;
  bool send = false;
  friend bool operator==(const Rid&, const Rid&) = default;
};

/// ICE and DTLS attributes; at session level they stand for every m-section that has none of its own.
struct TransportAttributes {
  std::optional<std::string> ufrag;
  std::optional<std::string> password;
  std::vector<Fingerprint> fingerprints;
  std::optional<Setup> setup;
  friend bool operator==(const TransportAttributes&, const TransportAttributes&) = default;
};

struct MediaDescription {
  MediaKind kind = MediaKind::other;
  /// As in the m-line, for sections of a kind that is only mirrored.
  std::string kindText;
  std::uint16_t port = 0;
  std::string protocol;
  /// In the m-line's order.
  std::vector<std::string> formats;
  std::string mid;
  Direction direction = Direction::sendrecv;
  bool bundleOnly = false;
  bool rtcpMux = false;
  bool rtcpRsize = false;
  TransportAttributes transport;
  /// In the m-line's order of preference.
  std::vector<Codec> codecs;
  std::vector<ExtensionMapping> extensions;
  /// "stream track", the first one; "-" is no stream.
  std::optional<std::string> msid;
  /// In order of appearance, without repetition.
  std::vector<std::uint32_t> ssrcs;
  std::string cname;
  std::vector<SsrcGroup> ssrcGroups;
  std::vector<Rid> rids;
  /// The first of each set of alternatives of a=simulcast:send / recv (RFC 8853), without "~".
  std::vector<std::string> simulcastSend;
  std::vector<std::string> simulcastRecv;
  /// a=candidate lines, the text behind "a=".
  std::vector<std::string> candidates;
  bool endOfCandidates = false;
  /// For kind application (RFC 8841).
  std::optional<std::uint16_t> sctpPort;
  std::optional<std::uint32_t> maxMessageSize;

  /// Port 0 is a rejection only without bundle-only (RFC 8843 section 6).
  [[nodiscard]] bool rejected() const noexcept { return port == 0 && !bundleOnly; }

  friend bool operator==(const MediaDescription&, const MediaDescription&) = default;
};

/// A session description (RFC 8866) as far as WebRTC (RFC 8829) uses it.
struct SessionDescription {
  std::string originSessionId = "0";
  std::uint64_t originVersion = 0;
  bool iceLite = false;
  TransportAttributes transport;
  /// The mids of a=group:BUNDLE, in order.
  std::vector<std::string> bundle;
  bool extmapAllowMixed = false;
  std::vector<MediaDescription> media;

  /// The section's own attributes, filled up from the session's.
  [[nodiscard]] TransportAttributes transportOf(const MediaDescription& section) const;

  friend bool operator==(const SessionDescription&, const SessionDescription&) = default;
};

/// Bounds on what a description may make us keep; a browser's with 60 m-sections has about 300 KB and 3,000 lines.
inline constexpr std::size_t kMaxDescriptionBytes = 512 * 1024;
inline constexpr std::size_t kMaxMediaSections = 256;

/// Reads what a browser (or another WebRTC implementation) writes. Lines may end in LF or CRLF. Unknown attributes are
/// ignored; a line that is known and malformed is an error, as is a repeated mid, or a missing one where the section is
/// not rejected. Never throws for what `text` holds.
[[nodiscard]] boost::system::result<SessionDescription> parse(std::string_view text);

/// The text, with CRLF; parse(write(d)) == d for what `write` can express.
[[nodiscard]] std::string write(const SessionDescription& description);

}  // namespace akbuzat::sdp
