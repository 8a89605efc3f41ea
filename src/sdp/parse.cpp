#include <algorithm>
#include <array>
#include <limits>

#include "akbuzat/sdp/session_description.hpp"
#include "sdp/text.hpp"

namespace akbuzat::sdp {
namespace {

// Bounds of one m-section, each about four times what a browser writes: 30 codecs, 15 extensions, 6 SSRCs, 3 rids.
constexpr std::size_t kMaxFormats = 128;
constexpr std::size_t kMaxFeedback = 16;
constexpr std::size_t kMaxExtensions = 64;
constexpr std::size_t kMaxSsrcs = 64;
constexpr std::size_t kMaxRids = 16;
constexpr std::size_t kMaxCandidates = 64;
constexpr std::size_t kMaxFingerprints = 8;
/// RFC 8839 section 5.4.
constexpr std::size_t kMaxIceBytes = 256;

constexpr std::array<std::pair<std::string_view, Direction>, 4> kDirections{{{"sendrecv", Direction::sendrecv},
                                                                             {"sendonly", Direction::sendonly},
                                                                             {"recvonly", Direction::recvonly},
                                                                             {"inactive", Direction::inactive}}};
constexpr std::array<std::pair<std::string_view, Setup>, 4> kSetups{{{"actpass", Setup::actpass},
                                                                     {"active", Setup::active},
                                                                     {"passive", Setup::passive},
                                                                     {"holdconn", Setup::holdconn}}};

template <class Value, std::size_t size>
std::optional<Value> lookUp(const std::array<std::pair<std::string_view, Value>, size>& table, std::string_view name) {
  for (const auto& [key, value] : table) {
    if (key == name) return value;
  }
  return std::nullopt;
}

MediaKind kindOf(std::string_view text) noexcept {
  if (text == "audio") return MediaKind::audio;
  if (text == "video") return MediaKind::video;
  if (text == "application") return MediaKind::application;
  return MediaKind::other;
}

/// RFC 8851 section 10, `rid-id`, and underscores and dashes, which browsers write.
bool isRid(std::string_view text) noexcept {
  return isToken(text) && std::all_of(text.begin(), text.end(), [](char character) {
           const char lower = lowerCase(character);
           return (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || lower == '-' || lower == '_';
         });
}

bool isPrintable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char character) { return character > ' ' && character < '\x7f'; });
}

/// Reads one description line by line. The reading functions return false where the line is malformed.
class Parser {
 public:
  boost::system::result<SessionDescription> run(std::string_view text) {
    if (text.size() > kMaxDescriptionBytes) return errc::tooLong;
    if (!text.starts_with("v=0")) return errc::malformedLine;
    while (!text.empty()) {
      std::string_view line = take(text, '\n');
      if (line.ends_with('\r')) line.remove_suffix(1);
      line = line.substr(0, line.find_last_not_of(" \t") + 1);
      if (line.empty()) continue;
      if (line.size() < 2 || line[1] != '=' || line.find_first_of({"\r\0", 2}) != std::string_view::npos) {
        return errc::malformedLine;
      }
      if (line[0] == 'm') {
        if (!closeSection()) return error_;
        if (description_.media.size() == kMaxMediaSections) return errc::tooManySections;
        if (!openSection(line.substr(2))) return errc::malformedLine;
      } else if ((line[0] == 'a' && !attribute(line.substr(2))) ||
                 (line[0] == 'o' && section_ == nullptr && !origin(line.substr(2)))) {
        return errc::malformedLine;
      }
    }
    if (!closeSection()) return error_;
    return std::move(description_);
  }

 private:
  using Read = bool (Parser::*)(std::string_view value);
  struct Rule {
    std::string_view name;
    Read read;
  };

  bool origin(std::string_view value) {
    (void)takeWord(value);
    description_.originSessionId = takeWord(value);
    const auto version = number<std::uint64_t>(takeWord(value));
    if (description_.originSessionId.empty() || !version) return false;
    description_.originVersion = *version;
    return true;
  }

  bool openSection(std::string_view value) {
    section_ = &description_.media.emplace_back();
    section_->direction = defaultDirection_;
    section_->kindText = takeWord(value);
    section_->kind = kindOf(section_->kindText);
    std::string_view ports = takeWord(value);
    const auto port = number<std::uint16_t>(take(ports, '/'));
    section_->protocol = takeWord(value);
    if (!isToken(section_->kindText) || !port || section_->protocol.empty()) return false;
    section_->port = *port;
    for (auto format = takeWord(value); !format.empty(); format = takeWord(value)) {
      if (section_->formats.size() == kMaxFormats) return false;
      section_->formats.emplace_back(format);
    }
    return !section_->formats.empty();
  }

  bool closeSection() {
    if (section_ == nullptr) return true;
    const auto sameMid = [this](const MediaDescription& other) {
      return &other != section_ && other.mid == section_->mid;
    };
    if (section_->mid.empty()) {
      // Nothing will ever be sent on it, so it needs no name.
      if (!section_->rejected()) return fail(errc::missingMid);
    } else if (std::any_of(description_.media.begin(), description_.media.end(), sameMid)) {
      return fail(errc::repeatedMid);
    }
    for (const std::string& format : section_->formats) {
      const auto payloadType = number<std::uint8_t>(format);
      if (!payloadType || *payloadType >= drafts_.size()) continue;
      Codec& draft = drafts_[*payloadType];
      if (draft.name.empty()) continue;
      draft.payloadType = *payloadType;
      for (const std::string& feedback : feedbackOfAll_) addFeedback(draft, feedback);
      section_->codecs.push_back(std::move(draft));
      draft = {};
    }
    drafts_.fill({});
    feedbackOfAll_.clear();
    section_ = nullptr;
    return true;
  }

  bool fail(errc code) {
    error_ = code;
    return false;
  }

  bool attribute(std::string_view line) {
    std::string_view value = line;
    const std::string_view name = take(value, ':');
    if (const auto direction = lookUp(kDirections, name)) {
      (section_ != nullptr ? section_->direction : defaultDirection_) = *direction;
      return true;
    }
    for (const Rule& rule : kAnywhere) {
      if (rule.name == name) return (this->*rule.read)(value);
    }
    if (section_ == nullptr) {
      if (name == "ice-lite") description_.iceLite = true;
      return name != "group" || group(value);
    }
    if (name == "candidate") return candidate(line);
    for (const Rule& rule : kInSections) {
      if (rule.name == name) return (this->*rule.read)(value);
    }
    return true;
  }

  TransportAttributes& transport() noexcept {
    return section_ != nullptr ? section_->transport : description_.transport;
  }

  bool allowMixed(std::string_view) {
    description_.extmapAllowMixed = true;
    return true;
  }
  bool ufrag(std::string_view value) {
    transport().ufrag = value;
    return !value.empty() && value.size() <= kMaxIceBytes && isPrintable(value);
  }
  bool password(std::string_view value) {
    transport().password = value;
    return !value.empty() && value.size() <= kMaxIceBytes && isPrintable(value);
  }
  bool fingerprint(std::string_view value) {
    Fingerprint read;
    for (const char character : takeWord(value)) read.algorithm += lowerCase(character);
    read.value = takeWord(value);
    if (!isToken(read.algorithm) || read.value.empty() ||
        read.value.find_first_not_of("0123456789abcdefABCDEF:") != std::string::npos) {
      return false;
    }
    auto& all = transport().fingerprints;
    if (all.size() < kMaxFingerprints) all.push_back(std::move(read));
    return true;
  }
  bool setup(std::string_view value) {
    transport().setup = lookUp(kSetups, value);
    return transport().setup.has_value();
  }

  bool group(std::string_view value) {
    if (takeWord(value) != "BUNDLE" || !description_.bundle.empty()) return true;
    for (auto mid = takeWord(value); !mid.empty(); mid = takeWord(value)) {
      if (!isToken(mid) || description_.bundle.size() == kMaxMediaSections) return false;
      description_.bundle.emplace_back(mid);
    }
    return true;
  }

  bool mid(std::string_view value) {
    section_->mid = value;
    return isToken(value);
  }
  bool bundleOnly(std::string_view) { return section_->bundleOnly = true; }
  bool rtcpMux(std::string_view) { return section_->rtcpMux = true; }
  bool rtcpRsize(std::string_view) { return section_->rtcpRsize = true; }
  bool endOfCandidates(std::string_view) { return section_->endOfCandidates = true; }

  bool candidate(std::string_view line) {
    if (section_->candidates.size() < kMaxCandidates) section_->candidates.emplace_back(line);
    return true;
  }

  /// The codec that a line like "a=fmtp:96 …" speaks of; nullptr if `text` is not a payload type.
  Codec* draft(std::string_view text) {
    const auto payloadType = number<std::uint8_t>(text);
    return payloadType && *payloadType < drafts_.size() ? &drafts_[*payloadType] : nullptr;
  }

  bool rtpmap(std::string_view value) {
    Codec* codec = draft(takeWord(value));
    std::string_view encoding = takeWord(value);
    const std::string_view name = take(encoding, '/');
    const auto clockRate = number<std::uint32_t>(take(encoding, '/'));
    const auto channels = encoding.empty() ? 1U : number<std::uint32_t>(encoding);
    if (codec == nullptr || !isToken(name) || !clockRate || !channels) return false;
    codec->name = name;
    codec->clockRate = *clockRate;
    codec->channels = *channels;
    return true;
  }
  bool fmtp(std::string_view value) {
    // Of formats that are not RTP payload types there is nothing to know.
    if (Codec* codec = draft(takeWord(value)); codec != nullptr && codec->parameters.empty()) {
      codec->parameters = value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
    return true;
  }
  static void addFeedback(Codec& codec, std::string_view feedback) {
    auto& all = codec.feedback;
    if (all.size() < kMaxFeedback && std::find(all.begin(), all.end(), feedback) == all.end()) {
      all.emplace_back(feedback);
    }
  }
  bool feedback(std::string_view value) {
    const std::string_view payloadType = takeWord(value);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (value.empty()) return false;
    if (payloadType == "*") {
      if (feedbackOfAll_.size() < kMaxFeedback) feedbackOfAll_.emplace_back(value);
      return true;
    }
    Codec* codec = draft(payloadType);
    if (codec != nullptr) addFeedback(*codec, value);
    return codec != nullptr;
  }

  bool extension(std::string_view value) {
    std::string_view idAndDirection = takeWord(value);
    const auto id = number<std::uint32_t>(take(idAndDirection, '/'));
    ExtensionMapping mapping;
    mapping.uri = takeWord(value);
    if (!id || *id == 0 || mapping.uri.empty()) return false;
    if (!idAndDirection.empty()) {
      mapping.direction = lookUp(kDirections, idAndDirection);
      if (!mapping.direction) return false;
    }
    // Higher ones only reserve a place for an id to be agreed on later (RFC 8285 section 7).
    if (*id > std::numeric_limits<std::uint8_t>::max()) return true;
    if (section_->extensions.size() == kMaxExtensions) return false;
    mapping.id = static_cast<std::uint8_t>(*id);
    section_->extensions.push_back(std::move(mapping));
    return true;
  }

  bool msid(std::string_view value) {
    if (!section_->msid) section_->msid = value;
    return !value.empty();
  }
  bool ssrc(std::string_view value) {
    const auto ssrc = number<std::uint32_t>(takeWord(value));
    if (!ssrc) return false;
    if (take(value, ':') == "cname" && section_->cname.empty()) section_->cname = value;
    auto& all = section_->ssrcs;
    if (std::find(all.begin(), all.end(), *ssrc) != all.end()) return true;
    if (all.size() == kMaxSsrcs) return false;
    all.push_back(*ssrc);
    return true;
  }
  bool ssrcGroup(std::string_view value) {
    SsrcGroup group;
    group.semantics = takeWord(value);
    for (auto word = takeWord(value); !word.empty(); word = takeWord(value)) {
      const auto ssrc = number<std::uint32_t>(word);
      if (!ssrc || group.ssrcs.size() == kMaxSsrcs) return false;
      group.ssrcs.push_back(*ssrc);
    }
    if (!isToken(group.semantics) || section_->ssrcGroups.size() == kMaxSsrcs) return false;
    section_->ssrcGroups.push_back(std::move(group));
    return true;
  }

  bool rid(std::string_view value) {
    const std::string_view id = takeWord(value);
    const std::string_view direction = takeWord(value);
    if (!isRid(id) || (direction != "send" && direction != "recv") || section_->rids.size() == kMaxRids) return false;
    section_->rids.push_back({std::string(id), direction == "send"});
    return true;
  }
  bool simulcast(std::string_view value) {
    for (auto direction = takeWord(value); !direction.empty(); direction = takeWord(value)) {
      if (direction != "send" && direction != "recv") return false;
      auto& rids = direction == "send" ? section_->simulcastSend : section_->simulcastRecv;
      std::string_view sets = takeWord(value);
      if (sets.empty() || !rids.empty()) return false;
      while (!sets.empty()) {
        std::string_view alternatives = take(sets, ';');
        std::string_view first = take(alternatives, ',');
        if (first.starts_with('~')) first.remove_prefix(1);
        if (!isRid(first) || rids.size() == kMaxRids) return false;
        rids.emplace_back(first);
      }
    }
    return true;
  }

  bool sctpPort(std::string_view value) { return (section_->sctpPort = number<std::uint16_t>(value)).has_value(); }
  bool maxMessageSize(std::string_view value) {
    const auto size = number<std::uint64_t>(value);
    if (!size) return false;
    section_->maxMessageSize =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(*size, std::numeric_limits<std::uint32_t>::max()));
    return true;
  }

  static constexpr Rule kAnywhere[] = {{"ice-ufrag", &Parser::ufrag},
                                       {"ice-pwd", &Parser::password},
                                       {"fingerprint", &Parser::fingerprint},
                                       {"setup", &Parser::setup},
                                       {"extmap-allow-mixed", &Parser::allowMixed}};
  static constexpr Rule kInSections[] = {
      {"mid", &Parser::mid},
      {"bundle-only", &Parser::bundleOnly},
      {"rtcp-mux", &Parser::rtcpMux},
      {"rtcp-rsize", &Parser::rtcpRsize},
      {"end-of-candidates", &Parser::endOfCandidates},
      {"rtpmap", &Parser::rtpmap},
      {"fmtp", &Parser::fmtp},
      {"rtcp-fb", &Parser::feedback},
      {"extmap", &Parser::extension},
      {"msid", &Parser::msid},
      {"ssrc", &Parser::ssrc},
      {"ssrc-group", &Parser::ssrcGroup},
      {"rid", &Parser::rid},
      {"simulcast", &Parser::simulcast},
      {"sctp-port", &Parser::sctpPort},
      {"max-message-size", &Parser::maxMessageSize},
  };

  SessionDescription description_;
  Direction defaultDirection_ = Direction::sendrecv;
  /// The m-section being read; nullptr before the first.
  MediaDescription* section_ = nullptr;
  /// By payload type, what has been said about it in this section; without a name until its rtpmap was read.
  std::array<Codec, 128> drafts_;
  std::vector<std::string> feedbackOfAll_;
  errc error_{};
};

}  // namespace

boost::system::result<SessionDescription> parse(std::string_view text) { return Parser{}.run(text); }

}  // namespace akbuzat::sdp
