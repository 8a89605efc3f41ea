#include "sfu/session.hpp"

#include <algorithm>
#include <utility>

#include "akbuzat/util/random.hpp"
#include "sfu/remote_candidates.hpp"

namespace akbuzat::sfu {
namespace {

using namespace std::chrono_literals;

/// How long a session lives without a sign of life (protocol D.2, E.6).
constexpr auto kLifetime = 30s;
/// A track that has sent nothing for so long is reported as inactive.
constexpr auto kActivity = 5s;
/// Protocol D.2.
constexpr double kCallsPerSecond = 50;
/// Of a track's id in msid; names of the API may have any character.
constexpr std::size_t kTrackIdLength = 16;

}  // namespace

Session::Session(SessionId id, std::string scope, std::string owner, const transport::Certificate& certificate,
                 transport::IceCredentials credentials, sdp::Negotiator negotiator, SessionHost& host, PeerKind kind,
                 util::TimePoint now)
    : id_(std::move(id)),
      scope_(std::move(scope)),
      owner_(std::move(owner)),
      host_(host),
      negotiator_(std::move(negotiator)),
      transport_(certificate, std::move(credentials), host.sink(), *this, now,
                 kind == PeerKind::client ? transport::IceRole::lite : transport::IceRole::controlling),
      downlink_(transport_, host.sink(), now),
      usedAt_(now),
      calls_(kCallsPerSecond, kCallsPerSecond, now),
      ownSsrc_(util::randomU32()) {}

// Subscriptions of other sessions let go of the tracks as those are destroyed.
Session::~Session() = default;

PublishedTrack* Session::published(std::string_view name) noexcept {
  for (const auto& [mid, track] : published_) {
    if (track->name() == name) return track.get();
  }
  return nullptr;
}

double Session::loudness(util::TimePoint now) const noexcept {
  double loudest = 0;
  for (const auto& [mid, track] : published_) loudest = std::max(loudest, track->loudness(now));
  return loudest;
}

bool Session::expired(util::TimePoint now) const noexcept {
  return now - std::max(usedAt_, transport_.lastHeard()) > kLifetime ||
         transport_.state() == transport::PeerTransport::State::closed;
}

void Session::close() { transport_.close(); }

// Descriptions

boost::system::result<std::string> Session::applyOffer(std::string_view sdp, std::span<const std::string> closing) {
  auto outcome = negotiator_.applyOffer(sdp, closing);
  if (!outcome) return outcome.error();
  apply(*outcome);
  return std::move(outcome->answer);
}

boost::system::error_code Session::applyAnswer(std::string_view sdp) {
  const auto outcome = negotiator_.applyAnswer(sdp);
  if (!outcome) return outcome.error();
  apply(*outcome);
  return {};
}

std::string Session::offer() { return negotiator_.offer(); }

transport::RemoteParameters Session::toTransport(const sdp::RemoteTransport& remote) const {
  transport::RemoteParameters parameters{.ice = {remote.ufrag, remote.password},
                                         .fingerprints = {},
                                         .candidates = reachableCandidates(remote.candidates, host_.addresses()),
                                         .dtlsServer = remote.passive};
  for (const sdp::Fingerprint& fingerprint : remote.fingerprints) {
    parameters.fingerprints.push_back({fingerprint.algorithm, fingerprint.value});
  }
  return parameters;
}

/// Brings tracks and pulls in line with the sections that are live now.
void Session::apply(const sdp::Negotiator::Outcome& outcome) {
  if (!outcome.remote.ufrag.empty()) transport_.setRemote(toTransport(outcome.remote), usedAt_);

  std::map<std::string_view, const sdp::ReceiveParameters*> receiving;
  for (const sdp::ReceiveParameters& parameters : outcome.receiving) receiving.emplace(parameters.mid, &parameters);
  std::erase_if(published_, [&](const auto& entry) {
    const auto found = receiving.find(entry.first);
    const bool same = found != receiving.end() && found->second->kind == entry.second->parameters().kind &&
                      found->second->codec == entry.second->parameters().codec;
    if (!same) forget(*entry.second);
    return !same;
  });
  for (const auto& [mid, parameters] : receiving) {
    auto& track = published_[parameters->mid];
    if (track) {
      track->update(*parameters);
    } else {
      track = std::make_unique<PublishedTrack>(id_, *parameters, host_.pool());
      if (const auto invited = invited_.find(mid); invited != invited_.end()) {
        track->setName(std::move(invited->second));
        invited_.erase(invited);
      }
    }
    bindSources(*track);
  }

  std::map<std::string_view, const sdp::SendParameters*> sending;
  for (const sdp::SendParameters& parameters : outcome.sending) sending.emplace(parameters.mid, &parameters);
  std::erase_if(pulled_, [&](const auto& entry) {
    const bool live = sending.contains(entry.first);
    if (!live) forget(*entry.second);
    return !live;
  });
  for (const auto& [mid, subscription] : pulled_) subscription->update(*sending.find(mid)->second);
  // By an answer, or by an offer of the client's that goes on from ours though its answer got lost.
  for (const std::string& mid : outcome.agreed) {
    if (const auto pulled = pulled_.find(mid); pulled != pulled_.end()) pulled->second->activate();
  }
  nextDistribution_ = {};
}

void Session::bindSources(PublishedTrack& track) {
  const auto bind = [&](std::uint32_t ssrc, std::size_t layer, bool rtx) {
    if (ssrc == 0) return;
    if (!incoming_.contains(ssrc)) makeRoom();
    incoming_[ssrc] = {&track, layer, rtx, usedAt_};
  };
  for (std::size_t layer = 0; layer < track.sources().size(); ++layer) {
    const Source& source = *track.sources()[layer];
    bind(source.ssrc(), layer, false);
    bind(source.rtxSsrc(), layer, true);
  }
}

void Session::forget(const PublishedTrack& track) {
  std::erase_if(incoming_, [&](const auto& entry) {
    if (entry.second.track != &track) return false;
    transport_.forgetInbound(entry.first);
    return true;
  });
}

void Session::forget(const Subscription& subscription) {
  const sdp::SendParameters& parameters = subscription.parameters();
  bySsrc_.erase(parameters.ssrc);
  transport_.forgetOutbound(parameters.ssrc);
  if (parameters.rtxSsrc != 0) transport_.forgetOutbound(parameters.rtxSsrc);
}

// Publishing

boost::system::error_code Session::publish(const std::string& mid, const std::string& name) {
  const auto found = published_.find(mid);
  if (found == published_.end()) return errc::noSuchMid;
  const PublishedTrack* other = published(name);
  if (other != nullptr && other != found->second.get()) return errc::nameTaken;
  if (published_.size() + pulled_.size() > kMaxTracks) return errc::tooManyTracks;
  found->second->setName(name);
  return {};
}

std::vector<std::string> Session::unnamedMids() const {
  std::vector<std::string> mids;
  for (const auto& [mid, track] : published_) {
    if (track->name().empty()) mids.push_back(mid);
  }
  return mids;
}

std::optional<std::string> Session::midOf(std::string_view name) const {
  for (const auto& [mid, track] : published_) {
    if (track->name() == name) return mid;
  }
  for (const auto& [mid, invited] : invited_) {
    if (invited == name) return mid;
  }
  return std::nullopt;
}

boost::system::result<std::string> Session::invite(sdp::MediaKind kind, const std::string& name, bool bidirectional) {
  if (const auto known = midOf(name)) {
    if (invited_.contains(*known)) return *known;
    return errc::nameTaken;
  }
  if (published_.size() + pulled_.size() + invited_.size() >= kMaxTracks) return errc::tooManyTracks;
  auto mid = negotiator_.addReceiving(kind, bidirectional);
  if (mid) invited_[*mid] = name;
  return mid;
}

// Pulling

boost::system::result<std::string> Session::pull(const SessionId& publisher, const std::string& name, LayerWish wish) {
  PublishedTrack* track = host_.findTrack(scope_, publisher, name);
  if (track == nullptr) return errc::noSuchTrack;
  if (published_.size() + pulled_.size() >= kMaxTracks) return errc::tooManyTracks;
  // The stream's id is the publisher, so that browsers keep a person's voice and picture together.
  const std::string msid = publisher + " " + util::randomToken(kTrackIdLength);
  auto mid = negotiator_.addSending(track->parameters().codec, msid);
  if (!mid) return mid;
  const auto parameters = negotiator_.sending(*mid);
  pulled_[*mid] = std::make_unique<Subscription>(*parameters, *track, std::move(wish), downlink_);
  bySsrc_[parameters->ssrc] = pulled_[*mid].get();
  return mid;
}

boost::system::error_code Session::update(const std::string& mid, const SessionId& publisher, const std::string& name,
                                          std::optional<LayerWish> wish) {
  const auto found = pulled_.find(mid);
  if (found == pulled_.end()) return pullInto(mid, publisher, name, std::move(wish));
  Subscription& subscription = *found->second;
  const bool another = !publisher.empty() && (publisher != subscription.publisher() || name != subscription.name());
  // A track that has ended may have begun again under its name.
  if (another || subscription.track() == nullptr) {
    PublishedTrack* track = publisher.empty() ? host_.findTrack(scope_, subscription.publisher(), subscription.name())
                                              : host_.findTrack(scope_, publisher, name);
    if (track == nullptr) return errc::noSuchTrack;
    if (track->parameters().codec != subscription.parameters().codec) return errc::notCompatible;
    subscription.setTrack(*track);
  }
  if (wish) subscription.setWish(*std::move(wish));
  nextDistribution_ = {};
  return {};
}

/// A section that the client sends on may be used in the other direction as well, if it was offered so.
boost::system::error_code Session::pullInto(const std::string& mid, const SessionId& publisher, const std::string& name,
                                            std::optional<LayerWish> wish) {
  const auto parameters = negotiator_.sending(mid);
  if (!parameters) return errc::noSuchMid;
  PublishedTrack* track = host_.findTrack(scope_, publisher, name);
  if (track == nullptr) return errc::noSuchTrack;
  if (track->parameters().codec != parameters->codec) return errc::notCompatible;
  auto& subscription = pulled_[mid];
  subscription = std::make_unique<Subscription>(*parameters, *track, std::move(wish).value_or(LayerWish{}), downlink_);
  bySsrc_[parameters->ssrc] = subscription.get();
  subscription->activate();
  return {};
}

bool Session::close(const std::string& mid) {
  if (!negotiator_.stop(mid)) return false;
  if (const auto pulled = pulled_.find(mid); pulled != pulled_.end()) {
    forget(*pulled->second);
    pulled_.erase(pulled);
  }
  if (const auto published = published_.find(mid); published != published_.end()) {
    forget(*published->second);
    published_.erase(published);
  }
  invited_.erase(mid);
  return true;
}

std::vector<TrackState> Session::tracks() const {
  std::vector<TrackState> states;
  const auto now = usedAt_;
  for (const auto& [mid, track] : published_) {
    if (track->name().empty()) continue;
    states.push_back({mid, {}, track->name(), track->parameters().kind, now - track->lastPacket() < kActivity});
  }
  for (const auto& [mid, subscription] : pulled_) {
    states.push_back({mid, subscription->publisher(), subscription->name(), subscription->parameters().kind,
                      now - subscription->lastSent() < kActivity});
  }
  return states;
}

}  // namespace akbuzat::sfu
