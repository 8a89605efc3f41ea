#include "support/peer_description.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace akbuzat::test {
namespace {

constexpr std::uint8_t kRtxPayloadType = 97;
constexpr std::uint8_t kTransportSequenceExtension = 3;

sdp::TransportAttributes attributes(const transport::RemoteParameters& own, sdp::Setup setup) {
  return {.ufrag = own.ice.ufrag,
          .password = own.ice.password,
          .fingerprints = {{own.fingerprints.front().algorithm, own.fingerprints.front().value}},
          .setup = setup};
}

sdp::Direction reversed(sdp::Direction direction) {
  if (direction == sdp::Direction::sendonly) return sdp::Direction::recvonly;
  return direction == sdp::Direction::recvonly ? sdp::Direction::sendonly : direction;
}

sdp::MediaDescription sectionOf(const SentTrack& track, std::string mid) {
  sdp::MediaDescription section;
  section.kind = track.video ? sdp::MediaKind::video : sdp::MediaKind::audio;
  section.kindText = track.video ? "video" : "audio";
  section.port = 9;
  section.protocol = "UDP/TLS/RTP/SAVPF";
  section.mid = std::move(mid);
  section.direction = sdp::Direction::sendonly;
  section.rtcpMux = section.rtcpRsize = true;
  section.extensions = {{kTransportSequenceExtension, kTransportSequenceUri, {}},
                        {kMidExtension, "urn:ietf:params:rtp-hdrext:sdes:mid", {}}};
  if (track.video) {
    section.codecs = {
        {kVp8PayloadType, "VP8", 90000, 1, "", {"nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"}},
        {kRtxPayloadType, "rtx", 90000, 1, "apt=96", {}}};
  } else {
    section.codecs = {{kOpusPayloadType, "opus", 48000, 2, "minptime=10;useinbandfec=1", {"transport-cc"}}};
  }
  for (const sdp::Codec& codec : section.codecs) section.formats.push_back(std::to_string(codec.payloadType));
  if (track.rids.empty()) {
    section.ssrcs = {track.ssrcs.front()};
    section.cname = "client";
  } else {
    section.extensions.push_back({kRidExtension, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", {}});
    section.extensions.push_back({kRidExtension + 1, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", {}});
    section.simulcastSend = track.rids;
    for (const std::string& rid : track.rids) section.rids.push_back({rid, true});
  }
  return section;
}

}  // namespace

std::string PeerDescription::offer(const transport::RemoteParameters& own, const std::vector<SentTrack>& tracks) {
  sdp::SessionDescription offer;
  offer.transport = attributes(own, sdp::Setup::actpass);
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    own_.push_back(sectionOf(tracks[i], std::to_string(i)));
    offer.bundle.push_back(own_.back().mid);
  }
  offer.media = own_;
  return sdp::write(offer);
}

void PeerDescription::beLite(std::vector<std::string> candidates, sdp::Setup setup) {
  lite_ = true;
  candidates_ = std::move(candidates);
  setup_ = setup;
}

std::string PeerDescription::answer(const transport::RemoteParameters& own, const std::string& offer) {
  return describe(own, offer, setup_);
}

std::string PeerDescription::offerAfter(const transport::RemoteParameters& own, const std::string& offer) {
  return describe(own, offer, sdp::Setup::actpass);
}

std::string PeerDescription::describe(const transport::RemoteParameters& own, const std::string& offer,
                                      sdp::Setup setup) {
  auto parsed = sdp::parse(offer);
  if (!parsed) throw std::runtime_error(parsed.error().message());
  offered_ = *std::move(parsed);
  sdp::SessionDescription answer;
  answer.transport = attributes(own, setup);
  answer.iceLite = lite_;
  for (const sdp::MediaDescription& theirs : offered_.media) {
    for (const sdp::ExtensionMapping& extension : theirs.extensions) {
      if (extension.uri == kTransportSequenceUri) transportSequenceId_ = extension.id;
    }
    if (!theirs.rejected()) answer.bundle.push_back(theirs.mid);
    const auto known = std::ranges::find(own_, theirs.mid, &sdp::MediaDescription::mid);
    if (known != own_.end()) {
      answer.media.push_back(*known);
      continue;
    }
    sdp::MediaDescription mirrored = theirs;
    mirrored.direction = reversed(theirs.direction);
    mirrored.transport = {};
    mirrored.candidates = candidates_;
    mirrored.simulcastRecv.clear();
    mirrored.ssrcs.clear();
    mirrored.ssrcGroups.clear();
    mirrored.cname.clear();
    mirrored.msid.reset();
    answer.media.push_back(std::move(mirrored));
  }
  return sdp::write(answer);
}

const sdp::MediaDescription& PeerDescription::section(const std::string& mid) const {
  const auto found = std::ranges::find(offered_.media, mid, &sdp::MediaDescription::mid);
  if (found == offered_.media.end()) throw std::runtime_error("no such section: " + mid);
  return *found;
}

}  // namespace akbuzat::test
