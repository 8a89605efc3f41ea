#include "sdp/section.hpp"

#include <algorithm>
#include <utility>

#include "sdp/codecs.hpp"
#include "sdp/extensions.hpp"

namespace akbuzat::sdp {
namespace {

/// RFC 8829 section 5.2.1: the port of an m-section whose candidates are told otherwise.
constexpr std::uint16_t kDiscardPort = 9;

Direction directionOf(bool sending, bool receiving) noexcept {
  if (sending) return receiving ? Direction::sendrecv : Direction::sendonly;
  return receiving ? Direction::recvonly : Direction::inactive;
}

/// Both sides of simulcast (RFC 8853 section 5.3.2): the rids of the client that are really described.
std::vector<std::string> layersOf(const MediaDescription& theirs) {
  std::vector<std::string> layers;
  for (const std::string& id : theirs.simulcastSend) {
    const bool described =
        std::any_of(theirs.rids.begin(), theirs.rids.end(), [&](const Rid& rid) { return rid.send && rid.id == id; });
    if (described && std::find(layers.begin(), layers.end(), id) == layers.end()) layers.push_back(id);
  }
  return layers;
}

/// The SSRCs that carry media, each with that of its RTX (RFC 4588 section 8.8, RFC 5576 section 4.2).
std::vector<ReceiveParameters::Source> sourcesOf(const MediaDescription& theirs, bool rtx) {
  std::vector<ReceiveParameters::Source> sources;
  const auto isSecondary = [&](std::uint32_t ssrc) {
    return std::any_of(theirs.ssrcGroups.begin(), theirs.ssrcGroups.end(), [&](const SsrcGroup& group) {
      return (group.semantics == "FID" || group.semantics == "FEC-FR") &&
             std::find(std::next(group.ssrcs.begin()), group.ssrcs.end(), ssrc) != group.ssrcs.end();
    });
  };
  for (const std::uint32_t ssrc : theirs.ssrcs) {
    if (isSecondary(ssrc)) continue;
    ReceiveParameters::Source source{.ssrc = ssrc, .rtxSsrc = 0};
    for (const SsrcGroup& group : theirs.ssrcGroups) {
      const bool pair = rtx && group.semantics == "FID" && group.ssrcs.size() == 2 && group.ssrcs[0] == ssrc;
      if (pair && group.ssrcs[1] != ssrc) source.rtxSsrc = group.ssrcs[1];
    }
    sources.push_back(source);
  }
  return sources;
}

bool hasFeedback(const std::vector<Codec>& codecs, std::string_view feedback) {
  const auto& all = codecs.front().feedback;
  return std::find(all.begin(), all.end(), feedback) != all.end();
}

/// What receiving and sending have in common; `codecs` are those of our description.
template <class Parameters>
void fill(Parameters& parameters, const std::string& mid, CodecName codec, const std::vector<Codec>& codecs,
          const ExtensionIds& extensions) {
  parameters.mid = mid;
  parameters.kind = kindOf(codec);
  parameters.codec = codec;
  parameters.payloadType = codecs.front().payloadType;
  parameters.rtxPayloadType = codecs.size() > 1 ? codecs.back().payloadType : std::uint8_t{0};
  parameters.extensions = extensions;
  parameters.nack = hasFeedback(codecs, "nack");
  parameters.transportCc = hasFeedback(codecs, "transport-cc");
  parameters.remb = hasFeedback(codecs, "goog-remb");
}

void setCodecs(MediaDescription& local, std::vector<Codec> codecs) {
  local.codecs = std::move(codecs);
  local.formats.clear();
  for (const Codec& codec : local.codecs) local.formats.push_back(std::to_string(codec.payloadType));
}

/// The lines by which the client knows what it will get: msid, and the SSRCs with their grouping.
void describeSender(MediaDescription& local, const Sender* sender) {
  local.msid.reset();
  local.ssrcs.clear();
  local.ssrcGroups.clear();
  local.cname.clear();
  if (sender == nullptr || !sends(local.direction)) return;
  const SendParameters& parameters = sender->parameters;
  if (!sender->msid.empty()) local.msid = sender->msid;
  local.ssrcs = {parameters.ssrc};
  // Receivers play tracks in step that share a CNAME (RFC 3550 section 6.5.1): those of one stream.
  const std::string stream = sender->msid.substr(0, sender->msid.find(' '));
  local.cname = stream.empty() || stream == "-" ? local.mid : stream;
  if (parameters.rtxPayloadType != 0) {
    local.ssrcs.push_back(parameters.rtxSsrc);
    local.ssrcGroups = {{"FID", {parameters.ssrc, parameters.rtxSsrc}}};
  }
}

void describeLayers(MediaDescription& local, const std::vector<std::string>& layers) {
  local.rids.clear();
  for (const std::string& layer : layers) local.rids.push_back({layer, false});
  local.simulcastSend.clear();
  local.simulcastRecv = layers;
}

struct Flow {
  bool receiving = false;
  bool sending = false;
};

/// Brings `section`, whose codec and direction of flow are known, in line with the client's description.
void agree(Section& section, const MediaDescription& theirs, const PickedCodec& picked, const Flow& flow) {
  MediaDescription& local = section.local;
  const auto layers = flow.receiving ? layersOf(theirs) : std::vector<std::string>{};
  const PickedExtensions extensions = pickExtensions(theirs, flow.receiving, flow.sending);
  setCodecs(local, answerTo(section.codec, picked));
  local.extensions = extensions.accepted;
  local.direction = directionOf(flow.sending, flow.receiving);
  describeLayers(local, layers);
  section.receive.reset();
  if (flow.receiving) {
    ReceiveParameters& receive = section.receive.emplace();
    fill(receive, local.mid, section.codec, local.codecs, extensions.receiving);
    receive.rids = layers;
    receive.sources = sourcesOf(theirs, receive.rtxPayloadType != 0);
    if (layers.empty()) {
      if (receive.sources.size() > 1) receive.sources.resize(1);
    } else if (receive.sources.size() != layers.size()) {
      receive.sources.clear();
    }
  }
  if (section.sender) {
    section.sender->active = flow.sending;
    if (flow.sending) {
      fill(section.sender->parameters, local.mid, section.codec, local.codecs, extensions.sending);
    }
  }
  describeSender(local, section.sender ? &*section.sender : nullptr);
}

}  // namespace

void Section::close() {
  closed = true;
  receive.reset();
  sender.reset();
}

void Section::reject() {
  close();
  local = rejectedSection(local).local;
}

Section rejectedSection(const MediaDescription& mirrored) {
  Section section;
  section.local.kind = mirrored.kind;
  section.local.kindText = mirrored.kindText;
  section.local.protocol = mirrored.protocol;
  section.local.formats = mirrored.formats;
  section.local.mid = mirrored.mid;
  section.local.direction = Direction::inactive;
  section.closed = true;
  return section;
}

Section answerSection(const MediaDescription& offered, const Section* before, bool closing, CodecName videoCodec) {
  Section section = rejectedSection(offered);
  if (offered.rejected() || (offered.kind != MediaKind::audio && offered.kind != MediaKind::video)) return section;

  const Sender* sender = before != nullptr && before->sender && !closing ? &*before->sender : nullptr;
  const CodecName wanted = sender != nullptr                  ? sender->parameters.codec
                           : offered.kind == MediaKind::audio ? CodecName::opus
                                                              : videoCodec;
  section.codec = wanted;
  auto picked = pick(offered, wanted);
  if (!picked && sender == nullptr && offered.kind == MediaKind::video) {
    section.codec = CodecName::vp8;
    picked = pick(offered, section.codec);
  }
  if (!picked) return section;

  section.ours = before != nullptr && before->ours;
  section.closed = closing || (before != nullptr && before->closed);
  if (sender != nullptr) section.sender = *sender;
  section.local.port = kDiscardPort;
  section.local.rtcpMux = true;
  section.local.rtcpRsize = offered.rtcpRsize;
  agree(section, offered, *picked,
        {.receiving = sends(offered.direction) && !section.closed,
         .sending = sender != nullptr && receives(offered.direction)});
  // The client has let go of what was closed: should it send here again, that is a new track.
  if (offered.direction == Direction::inactive && !section.ours) section.closed = false;
  return section;
}

Section newSection(const std::string& mid, CodecName codec, bool receiving, std::optional<Sender> sender,
                   const PayloadTypes& payloadTypes, const ExtensionIds& extensionIds) {
  Section section;
  section.codec = codec;
  section.ours = true;
  MediaDescription& local = section.local;
  local.kind = kindOf(codec);
  local.kindText = local.kind == MediaKind::audio ? "audio" : "video";
  local.port = kDiscardPort;
  local.protocol = "UDP/TLS/RTP/SAVPF";
  local.mid = mid;
  local.direction = directionOf(sender.has_value(), receiving);
  local.rtcpMux = true;
  local.rtcpRsize = true;
  setCodecs(local, offerOf(codec, payloadTypes.primary, payloadTypes.rtx));
  local.extensions = offeredExtensions(local.kind, extensionIds);
  section.sender = std::move(sender);
  if (section.sender) {
    ExtensionIds ids = extensionIds;
    ids.rid = ids.repairedRid = 0;
    fill(section.sender->parameters, mid, codec, local.codecs, ids);
  }
  describeSender(local, section.sender ? &*section.sender : nullptr);
  return section;
}

void reoffer(Section& section) {
  if (!section.live()) return;
  MediaDescription& local = section.local;
  // Where nothing flows at the moment, the client stays asked to receive; to send it starts by itself.
  const bool receiving = receives(local.direction) && !section.closed;
  local.direction = directionOf(section.sender.has_value(), receiving);
  if (!receiving) describeLayers(local, {});
  describeSender(local, section.sender ? &*section.sender : nullptr);
}

std::optional<Section> settleSection(const Section& offered, const MediaDescription& answer) {
  const bool sameKind = offered.local.kindText == answer.kindText;
  // A rejection needs no mid, for nothing will flow.
  const bool sameMid = offered.local.mid == answer.mid || (answer.mid.empty() && answer.rejected());
  if (!sameKind || !sameMid || (!offered.live() && !answer.rejected())) return std::nullopt;
  Section section = offered;
  if (answer.rejected()) {
    section.reject();
    return section;
  }
  // An answer cannot add to what was offered (RFC 8285 section 6).
  MediaDescription theirs = answer;
  const auto& extensions = offered.local.extensions;
  std::erase_if(theirs.extensions, [&](const ExtensionMapping& mapping) {
    return std::none_of(extensions.begin(), extensions.end(), [&](const ExtensionMapping& known) {
      return known.id == mapping.id && known.uri == mapping.uri;
    });
  });
  const auto& layers = offered.local.simulcastRecv;
  std::erase_if(theirs.simulcastSend,
                [&](const std::string& rid) { return std::find(layers.begin(), layers.end(), rid) == layers.end(); });
  const auto picked = pick(theirs, offered.codec);
  if (!picked) {
    // Nothing can flow in a codec that was not offered.
    section.close();
    return section;
  }
  agree(section, theirs, *picked,
        {.receiving = receives(offered.local.direction) && sends(answer.direction) && !section.closed,
         .sending = section.sender && sends(offered.local.direction) && receives(answer.direction)});
  return section;
}

}  // namespace akbuzat::sdp
