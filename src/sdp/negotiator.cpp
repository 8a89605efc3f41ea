#include "akbuzat/sdp/negotiator.hpp"

#include <algorithm>
#include <utility>

#include "sdp/codecs.hpp"
#include "sdp/identifiers.hpp"
#include "sdp/section.hpp"

namespace akbuzat::sdp {
namespace {

const Section* find(const std::vector<Section>& sections, std::string_view mid) noexcept {
  for (const Section& section : sections) {
    if (section.live() && section.local.mid == mid) return &section;
  }
  return nullptr;
}

Section* find(std::vector<Section>& sections, std::string_view mid) noexcept {
  return const_cast<Section*>(find(std::as_const(sections), mid));
}

bool listed(std::span<const std::string> mids, const std::string& mid) noexcept {
  return std::find(mids.begin(), mids.end(), mid) != mids.end();
}

/// The section whose transport all the others share (RFC 8843 section 7.2): the first of the group that is live.
const MediaDescription* taggedSection(const SessionDescription& description) noexcept {
  for (const std::string& mid : description.bundle) {
    for (const MediaDescription& section : description.media) {
      if (section.mid == mid && !section.rejected()) return &section;
    }
  }
  for (const MediaDescription& section : description.media) {
    if (!section.rejected()) return &section;
  }
  return nullptr;
}

bool isMedia(MediaKind kind) noexcept { return kind == MediaKind::audio || kind == MediaKind::video; }

/// Whether `section` may share our transport. Without a group only the first section can be served.
bool bundled(const SessionDescription& description, const MediaDescription& section) noexcept {
  if (description.bundle.empty()) return &section == taggedSection(description);
  return listed(description.bundle, section.mid);
}

}  // namespace

struct Negotiator::Impl {
  /// Something that we want and the client has not agreed to yet.
  struct Wanted {
    std::string mid;
    CodecName codec = CodecName::opus;
    bool receiving = false;
    std::optional<Sender> sender;
  };

  explicit Impl(Options given) : options(std::move(given)) {}

  Section sectionOf(Wanted& one) {
    return newSection(one.mid, one.codec, one.receiving, one.sender, numbering.payloadTypes(one.codec),
                      numbering.extensionIds(kindOf(one.codec)));
  }

  /// Sets the parameters of what is wanted by the numbers as they are known now.
  void renumberWanted() {
    for (Wanted& one : wanted) one.sender = sectionOf(one).sender;
  }

  std::uint32_t nextSsrc() {
    while (true) {
      const std::uint32_t ssrc = scatter(static_cast<std::uint32_t>(options.sessionId) + ssrcCount++);
      const auto sameAsClients = [ssrc](const Section& section) {
        return section.receive && std::any_of(section.receive->sources.begin(), section.receive->sources.end(),
                                              [ssrc](const ReceiveParameters::Source& source) {
                                                return source.ssrc == ssrc || source.rtxSsrc == ssrc;
                                              });
      };
      if (ssrc != 0 && std::none_of(stable.begin(), stable.end(), sameAsClients)) return ssrc;
    }
  }

  boost::system::result<std::string> add(Wanted one) {
    const std::vector<Section>& sections = open ? *open : stable;
    const auto unplaced =
        std::count_if(wanted.begin(), wanted.end(), [&](const Wanted& other) { return !find(sections, other.mid); });
    std::size_t places = kMaxMediaSections - sections.size();
    const std::size_t tag = tagOf(sections);
    for (std::size_t i = 0; i < sections.size(); ++i) places += recyclable(sections, tag, i) ? 1U : 0U;
    if (static_cast<std::size_t>(unplaced) >= places) return errc::tooManySections;
    one.mid = mids.next();
    if (one.sender) {
      if (!isFresh(one.sender->msid)) one.sender->msid.append(1, '-').append(one.mid);
      one.sender->parameters.ssrc = nextSsrc();
      one.sender->parameters.rtxSsrc = one.codec == CodecName::opus ? 0 : nextSsrc();
    }
    one.sender = sectionOf(one).sender;
    wanted.push_back(std::move(one));
    return wanted.back().mid;
  }

  /// Chromium refuses a description in which two sections have the same msid, as when a track is pulled twice.
  [[nodiscard]] bool isFresh(const std::string& msid) const {
    const auto same = [&msid](const auto& one) { return one.sender && one.sender->msid == msid; };
    return msid.empty() ||
           (std::none_of(stable.begin(), stable.end(), same) && std::none_of(wanted.begin(), wanted.end(), same) &&
            (!open || std::none_of(open->begin(), open->end(), same)));
  }

  /// The index of the BUNDLE-tag; the size if nothing lives.
  static std::size_t tagOf(const std::vector<Section>& sections) noexcept {
    const auto live = [](const Section& section) { return section.live(); };
    return static_cast<std::size_t>(std::find_if(sections.begin(), sections.end(), live) - sections.begin());
  }

  /// An m-line of media that both sides have given up (Firefox refuses to make one of data). One below the first live
  /// one would become the BUNDLE-tag and so replace the transport (protocol E.2.3); index 0 always would.
  [[nodiscard]] bool recyclable(const std::vector<Section>& sections, std::size_t tag,
                                std::size_t index) const noexcept {
    const bool transportStays = index > 0 && (index > tag || tag == sections.size());
    return transportStays && index < stable.size() && !stable[index].live() && !sections[index].live() &&
           stable[index].local.mid == sections[index].local.mid && isMedia(stable[index].local.kind);
  }

  void place(std::vector<Section>& sections, Section section) {
    const std::size_t tag = tagOf(sections);
    for (std::size_t i = 0; i < sections.size(); ++i) {
      if (!recyclable(sections, tag, i)) continue;
      sections[i] = std::move(section);
      return;
    }
    if (sections.size() < kMaxMediaSections) sections.push_back(std::move(section));
  }

  std::string describe(const std::vector<Section>& sections, Setup setup, bool group) {
    SessionDescription description;
    // RFC 8829 section 5.2.1: a positive 63-bit number.
    description.originSessionId = std::to_string(options.sessionId & 0x7fff'ffff'ffff'ffffU);
    description.originVersion = ++version;
    description.iceLite = options.transport.lite;
    description.extmapAllowMixed = allowMixed;
    bool first = true;
    for (const Section& section : sections) {
      MediaDescription& media = description.media.emplace_back(section.local);
      if (!section.live()) continue;
      if (group) description.bundle.push_back(media.mid);
      media.transport.ufrag = options.transport.ufrag;
      media.transport.password = options.transport.password;
      media.transport.fingerprints = {{"sha-256", options.transport.fingerprint}};
      media.transport.setup = setup;
      if (std::exchange(first, false)) {
        media.candidates = options.transport.candidates;
        media.endOfCandidates = true;
      }
    }
    return write(description);
  }

  /// The client's side of the transport; what was known before if its description has no live section.
  [[nodiscard]] boost::system::result<RemoteTransport> transportIn(const SessionDescription& description) const {
    const MediaDescription* tagged = taggedSection(description);
    if (tagged == nullptr) return remote;
    TransportAttributes attributes = description.transportOf(*tagged);
    if (!attributes.ufrag || !attributes.password || attributes.fingerprints.empty()) return errc::missingTransport;
    return RemoteTransport{.ufrag = std::move(*attributes.ufrag),
                           .password = std::move(*attributes.password),
                           .fingerprints = std::move(attributes.fingerprints),
                           .candidates = tagged->candidates,
                           .passive = attributes.setup == Setup::passive};
  }

  [[nodiscard]] Outcome outcome() const {
    Outcome outcome;
    for (const Section& section : stable) {
      if (section.receive) outcome.receiving.push_back(*section.receive);
      if (!section.sender || !section.sender->active) continue;
      outcome.sending.push_back(section.sender->parameters);
      outcome.agreed.push_back(section.sender->parameters.mid);
    }
    for (const Wanted& one : wanted) {
      if (one.sender) outcome.sending.push_back(one.sender->parameters);
    }
    outcome.remote = remote;
    return outcome;
  }

  /// Whether the m-sections of a client's offer continue those that are negotiated (RFC 8829 section 5.3.1).
  [[nodiscard]] bool continues(const SessionDescription& description) const {
    if (description.media.size() < stable.size()) return false;
    for (std::size_t i = 0; i < stable.size(); ++i) {
      const MediaDescription& theirs = description.media[i];
      const MediaDescription& known = stable[i].local;
      const bool sameMid = theirs.mid == known.mid || (theirs.mid.empty() && theirs.rejected());
      if (stable[i].live() && (!sameMid || theirs.kindText != known.kindText)) return false;
    }
    return true;
  }

  boost::system::result<Outcome> applyOffer(std::string_view sdp, std::span<const std::string> closing);
  boost::system::result<Outcome> applyAnswer(std::string_view sdp);
  std::string offer();
  bool stop(std::string_view mid);

  Options options;
  Numbering numbering;
  RemoteTransport remote;
  /// The client has said that it can tell one-byte from two-byte header extensions (RFC 8285 section 4.1.2).
  bool allowMixed = false;
  /// The m-sections as both sides know them.
  std::vector<Section> stable;
  /// Those of our offer that is not answered.
  std::optional<std::vector<Section>> open;
  /// In the order of their adding, until the client has answered for the first time.
  std::vector<Wanted> wanted;
  std::uint64_t version = 0;
  MidSequence mids;
  std::uint32_t ssrcCount = 0;
};

boost::system::result<Negotiator::Outcome> Negotiator::Impl::applyOffer(std::string_view sdp,
                                                                        std::span<const std::string> closing) {
  const auto parsed = parse(sdp);
  if (!parsed) return parsed.error();
  const SessionDescription& description = *parsed;
  if (!continues(description)) return errc::sectionsChanged;
  auto transport = transportIn(description);
  if (!transport) return transport.error();

  std::vector<Section> next;
  next.reserve(description.media.size());
  for (std::size_t i = 0; i < description.media.size(); ++i) {
    const MediaDescription& offered = description.media[i];
    const auto sameMid = [&offered](const Wanted& one) { return one.mid == offered.mid; };
    const auto wantedHere = std::find_if(wanted.begin(), wanted.end(), sameMid);
    std::optional<Section> unanswered;
    const Section* before = nullptr;
    if (i < stable.size() && stable[i].live()) {
      before = &stable[i];
    } else if (wantedHere != wanted.end()) {
      // The client has taken our offer though its answer never came.
      unanswered = sectionOf(*wantedHere);
      if (unanswered->local.kind != offered.kind) return errc::repeatedMid;
      before = &*unanswered;
    } else if (open) {
      before = find(*open, offered.mid);
    }
    next.push_back(bundled(description, offered)
                       ? answerSection(offered, before, listed(closing, offered.mid), options.videoCodec)
                       : rejectedSection(offered));
  }

  // From here on nothing fails.
  if (stable.empty()) numbering = {};
  numbering.learn(description);
  allowMixed = description.extmapAllowMixed;
  remote = std::move(*transport);
  stable = std::move(next);
  open.reset();
  for (const MediaDescription& offered : description.media) mids.avoid(offered.mid);
  std::erase_if(wanted, [&](const Wanted& one) {
    const auto sameMid = [&one](const MediaDescription& offered) { return offered.mid == one.mid; };
    return listed(closing, one.mid) || std::any_of(description.media.begin(), description.media.end(), sameMid);
  });
  renumberWanted();

  std::string answer = describe(stable, Setup::passive, !description.bundle.empty());
  Outcome result = outcome();
  result.answer = std::move(answer);
  return result;
}

boost::system::result<Negotiator::Outcome> Negotiator::Impl::applyAnswer(std::string_view sdp) {
  if (!open) return errc::noOffer;
  const auto parsed = parse(sdp);
  if (!parsed) return parsed.error();
  const SessionDescription& description = *parsed;
  if (description.media.size() != open->size()) return errc::answerMismatch;

  std::vector<Section> next;
  next.reserve(open->size());
  for (std::size_t i = 0; i < open->size(); ++i) {
    const MediaDescription& answered = description.media[i];
    auto settled = settleSection((*open)[i], answered);
    if (!settled || (!answered.rejected() && !bundled(description, answered))) return errc::answerMismatch;
    const bool passive = !answered.rejected() && description.transportOf(answered).setup == Setup::passive;
    if (passive && options.transport.lite) return errc::answerMismatch;
    next.push_back(std::move(*settled));
  }
  auto transport = transportIn(description);
  if (!transport) return transport.error();

  // From here on nothing fails.
  numbering.learn(description);
  remote = std::move(*transport);
  std::erase_if(wanted, [this](const Wanted& one) { return find(*open, one.mid) != nullptr; });
  stable = std::move(next);
  open.reset();
  renumberWanted();
  return outcome();
}

std::string Negotiator::Impl::offer() {
  std::vector<Section> next = open ? std::move(*open) : stable;
  const std::size_t tag = tagOf(next);
  for (std::size_t i = 0; i < next.size(); ++i) {
    // Without its first live section the transport would be replaced (protocol E.2.3); so that one stays, inactive.
    if (next[i].live() && next[i].ours && next[i].closed && i > tag) next[i].reject();
    reoffer(next[i]);
  }
  for (Wanted& one : wanted) {
    if (!find(next, one.mid)) place(next, sectionOf(one));
  }
  open = std::move(next);
  return describe(*open, Setup::actpass, true);
}

bool Negotiator::Impl::stop(std::string_view mid) {
  bool found = std::erase_if(wanted, [mid](const Wanted& one) { return one.mid == mid; }) > 0;
  if (Section* section = find(stable, mid); section != nullptr && !section->closed) {
    section->close();
    found = true;
  }
  if (open) {
    if (Section* section = find(*open, mid)) section->close();
  }
  return found;
}

Negotiator::Negotiator(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Negotiator::~Negotiator() = default;
Negotiator::Negotiator(Negotiator&&) noexcept = default;
Negotiator& Negotiator::operator=(Negotiator&&) noexcept = default;

boost::system::result<Negotiator::Outcome> Negotiator::applyOffer(std::string_view sdp,
                                                                  std::span<const std::string> closing) {
  return impl_->applyOffer(sdp, closing);
}

boost::system::result<Negotiator::Outcome> Negotiator::applyAnswer(std::string_view sdp) {
  return impl_->applyAnswer(sdp);
}

boost::system::result<std::string> Negotiator::addSending(CodecName codec, std::string_view msid) {
  Impl::Wanted one;
  one.codec = codec;
  one.sender = Sender{.parameters = {}, .msid = msidOf(msid), .active = true};
  return impl_->add(std::move(one));
}

boost::system::result<std::string> Negotiator::addReceiving(MediaKind kind, bool bidirectional) {
  Impl::Wanted one;
  one.codec = kind == MediaKind::audio ? CodecName::opus : impl_->options.videoCodec;
  one.receiving = true;
  if (bidirectional) one.sender = Sender{};
  return impl_->add(std::move(one));
}

bool Negotiator::stop(std::string_view mid) { return impl_->stop(mid); }

std::string Negotiator::offer() { return impl_->offer(); }

bool Negotiator::offerOpen() const noexcept { return impl_->open.has_value(); }

std::optional<SendParameters> Negotiator::sending(std::string_view mid) const {
  for (const Impl::Wanted& one : impl_->wanted) {
    if (one.mid == mid && one.sender) return one.sender->parameters;
  }
  const Section* section = find(impl_->stable, mid);
  if (section == nullptr || !section->sender || !section->sender->active) return std::nullopt;
  return section->sender->parameters;
}

}  // namespace akbuzat::sdp
