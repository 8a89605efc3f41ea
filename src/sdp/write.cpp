#include <charconv>

#include "akbuzat/sdp/session_description.hpp"

namespace akbuzat::sdp {
namespace {

std::string_view textOf(Direction direction) noexcept {
  switch (direction) {
    case Direction::sendrecv: return "sendrecv";
    case Direction::sendonly: return "sendonly";
    case Direction::recvonly: return "recvonly";
    case Direction::inactive: return "inactive";
  }
  return "inactive";
}

std::string_view textOf(Setup setup) noexcept {
  switch (setup) {
    case Setup::actpass: return "actpass";
    case Setup::active: return "active";
    case Setup::passive: return "passive";
    case Setup::holdconn: return "holdconn";
  }
  return "holdconn";
}

std::string_view textOf(MediaKind kind) noexcept {
  switch (kind) {
    case MediaKind::audio: return "audio";
    case MediaKind::video: return "video";
    case MediaKind::application:
    case MediaKind::other: return "application";
  }
  return "application";
}

class Writer {
 public:
  std::string run(const SessionDescription& description) {
    line("v=0");
    // Neither name nor address are used (RFC 8829 section 5.2.1).
    line("o=- ", description.originSessionId, ' ', description.originVersion, " IN IP4 127.0.0.1");
    line("s=-");
    line("t=0 0");
    if (!description.bundle.empty()) {
      text_ += "a=group:BUNDLE";
      for (const std::string& mid : description.bundle) add(' ', mid);
      line();
    }
    if (description.extmapAllowMixed) line("a=extmap-allow-mixed");
    if (description.iceLite) line("a=ice-lite");
    transport(description.transport);
    for (const MediaDescription& section : description.media) media(section);
    return std::move(text_);
  }

 private:
  void put(std::string_view text) { text_ += text; }
  void put(char character) { text_ += character; }
  template <class Int>
  requires std::is_unsigned_v<Int>
  void put(Int value) {
    char digits[20];
    text_.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
  }
  template <class... Parts>
  void add(const Parts&... parts) {
    (put(parts), ...);
  }
  template <class... Parts>
  void line(const Parts&... parts) {
    add(parts..., std::string_view{"\r\n"});
  }

  void transport(const TransportAttributes& transport) {
    if (transport.ufrag) line("a=ice-ufrag:", *transport.ufrag);
    if (transport.password) line("a=ice-pwd:", *transport.password);
    for (const Fingerprint& fingerprint : transport.fingerprints) {
      line("a=fingerprint:", fingerprint.algorithm, ' ', fingerprint.value);
    }
    if (transport.setup) line("a=setup:", textOf(*transport.setup));
  }

  void media(const MediaDescription& section) {
    add("m=", section.kindText.empty() ? textOf(section.kind) : std::string_view{section.kindText}, ' ', section.port,
        ' ', section.protocol);
    for (const std::string& format : section.formats) add(' ', format);
    line();
    line("c=IN IP4 0.0.0.0");
    if (section.bundleOnly) line("a=bundle-only");
    transport(section.transport);
    if (!section.mid.empty()) line("a=mid:", section.mid);
    for (const ExtensionMapping& mapping : section.extensions) {
      add("a=extmap:", mapping.id);
      if (mapping.direction) add('/', textOf(*mapping.direction));
      line(' ', mapping.uri);
    }
    line("a=", textOf(section.direction));
    if (section.msid) line("a=msid:", *section.msid);
    if (section.rtcpMux) line("a=rtcp-mux");
    if (section.rtcpRsize) line("a=rtcp-rsize");
    for (const Codec& codec : section.codecs) this->codec(codec);
    for (const Rid& rid : section.rids) line("a=rid:", rid.id, rid.send ? " send" : " recv");
    simulcast(section);
    sources(section);
    if (section.sctpPort) line("a=sctp-port:", *section.sctpPort);
    if (section.maxMessageSize) line("a=max-message-size:", *section.maxMessageSize);
    for (const std::string& candidate : section.candidates) line("a=", candidate);
    if (section.endOfCandidates) line("a=end-of-candidates");
  }

  void codec(const Codec& codec) {
    add("a=rtpmap:", codec.payloadType, ' ', codec.name, '/', codec.clockRate);
    if (codec.channels != 1) add('/', codec.channels);
    line();
    for (const std::string& feedback : codec.feedback) line("a=rtcp-fb:", codec.payloadType, ' ', feedback);
    if (!codec.parameters.empty()) line("a=fmtp:", codec.payloadType, ' ', codec.parameters);
  }

  void simulcast(const MediaDescription& section) {
    if (section.simulcastSend.empty() && section.simulcastRecv.empty()) return;
    text_ += "a=simulcast:";
    rids("send", section.simulcastSend);
    if (!section.simulcastSend.empty() && !section.simulcastRecv.empty()) text_ += ' ';
    rids("recv", section.simulcastRecv);
    line();
  }
  void rids(std::string_view direction, const std::vector<std::string>& rids) {
    char before = ' ';
    if (!rids.empty()) add(direction);
    for (const std::string& rid : rids) {
      add(before, rid);
      before = ';';
    }
  }

  void sources(const MediaDescription& section) {
    for (const SsrcGroup& group : section.ssrcGroups) {
      add("a=ssrc-group:", group.semantics);
      for (const std::uint32_t ssrc : group.ssrcs) add(' ', ssrc);
      line();
    }
    for (const std::uint32_t ssrc : section.ssrcs) {
      add("a=ssrc:", ssrc);
      if (!section.cname.empty()) add(" cname:", section.cname);
      line();
    }
  }

  std::string text_;
};

}  // namespace

std::string write(const SessionDescription& description) { return Writer{}.run(description); }

}  // namespace akbuzat::sdp
