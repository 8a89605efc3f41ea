#include "realtime/session_operations.hpp"

#include <set>
#include <utility>

#include "akbuzat/sdp/errors.hpp"

namespace akbuzat::realtime {
namespace {

Error fromDescription(const boost::system::error_code& error) {
  return {ErrorCode::invalidSessionDescription, error.message()};
}

/// What is wrong with one track, not with its request.
Error fromTrack(const boost::system::error_code& error, ErrorCode missing) {
  if (error == sfu::errc::noSuchTrack) return {ErrorCode::notFoundTrack, error.message()};
  if (error == sfu::errc::nameTaken) return {ErrorCode::repeatedLocalTrack, error.message()};
  if (error == sfu::errc::noSuchMid) return {missing, error.message()};
  return {ErrorCode::invalidParams, error.message()};
}

sfu::LayerWish wishOf(const Simulcast& simulcast) {
  return {.rid = simulcast.preferredRid.value_or(""),
          .neverWorse = simulcast.priorityOrdering == LayerRule::none,
          .neverOther = simulcast.ridNotAvailable == LayerRule::none};
}

sdp::MediaKind kindOf(Kind kind) { return kind == Kind::audio ? sdp::MediaKind::audio : sdp::MediaKind::video; }

/// A push with the client's offer.
Result<TracksAnswer> pushOffered(sfu::PeerSession& session, const TracksRequest& request) {
  if (request.description->type != SessionDescription::Type::offer) {
    return Error{ErrorCode::invalidSessionDescription, "Local tracks come with an offer."};
  }
  auto answer = session.applyOffer(request.description->sdp, {});
  if (!answer) return fromDescription(answer.error());
  TracksAnswer result{.requiresImmediateRenegotiation = false,
                      .tracks = request.tracks,
                      .description = SessionDescription{SessionDescription::Type::answer, *std::move(answer)}};
  for (TrackObject& track : result.tracks) {
    if (!track.mid || !track.trackName) {
      track.error = Error{ErrorCode::invalidParams, "A local track needs mid and trackName."};
    } else if (const auto error = session.publish(*track.mid, *track.trackName)) {
      track.error = fromTrack(error, ErrorCode::invalidParams);
    }
  }
  if (request.autoDiscover) {
    for (const std::string& mid : session.unnamedMids()) {
      // The section's own name is as good as any, and the client knows it.
      if (session.publish(mid, mid)) continue;
      TrackObject& track = result.tracks.emplace_back();
      track.mid = track.trackName = mid;
    }
  }
  return result;
}

/// A push that the SFU offers.
Result<TracksAnswer> pushInvited(sfu::PeerSession& session, const TracksRequest& request) {
  TracksAnswer result{.requiresImmediateRenegotiation = false, .tracks = request.tracks, .description = {}};
  for (TrackObject& track : result.tracks) {
    if (!track.kind || !track.trackName) {
      track.error = Error{ErrorCode::invalidParams, "A local track without an offer needs kind and trackName."};
      continue;
    }
    auto mid = session.invite(kindOf(*track.kind), *track.trackName, track.bidirectionalMediaStream);
    if (mid) {
      track.mid = *std::move(mid);
      result.requiresImmediateRenegotiation = true;
    } else {
      track.error = fromTrack(mid.error(), ErrorCode::invalidParams);
    }
  }
  if (result.requiresImmediateRenegotiation) {
    result.description = SessionDescription{SessionDescription::Type::offer, session.offer()};
  }
  return result;
}

boost::system::error_code pullInto(sfu::PeerSession& session, TrackObject& track) {
  const std::string mid = track.mid->substr(1);
  const auto resolved = session.midOf(mid);
  return session.update(resolved.value_or(mid), track.sessionId.value_or(""), track.trackName.value_or(""),
                        track.simulcast ? std::optional{wishOf(*track.simulcast)} : std::nullopt);
}

Result<TracksAnswer> pull(sfu::PeerSession& session, const TracksRequest& request) {
  TracksAnswer result{.requiresImmediateRenegotiation = false, .tracks = request.tracks, .description = {}};
  for (TrackObject& track : result.tracks) {
    boost::system::error_code error;
    if (!track.sessionId || !track.trackName) {
      track.error = Error{ErrorCode::invalidParams, "A remote track needs sessionId and trackName."};
    } else if (track.mid && track.mid->starts_with('#')) {
      error = pullInto(session, track);
    } else {
      auto mid = session.pull(*track.sessionId, *track.trackName, wishOf(track.simulcast.value_or(Simulcast{})));
      if (mid) {
        track.mid = *std::move(mid);
        result.requiresImmediateRenegotiation = true;
      } else {
        error = mid.error();
      }
    }
    if (error) track.error = fromTrack(error, ErrorCode::notFoundTrack);
    // Clients know a failed pull by its empty mid (protocol D.1).
    if (track.error) track.mid = "";
  }
  if (result.requiresImmediateRenegotiation) {
    result.description = SessionDescription{SessionDescription::Type::offer, session.offer()};
  }
  return result;
}

}  // namespace

Result<TracksAnswer> newTracks(sfu::PeerSession& session, const TracksRequest& request) {
  const bool remote = !request.tracks.empty() && request.tracks.front().location == Location::remote;
  if (remote) return pull(session, request);
  return request.description ? pushOffered(session, request) : pushInvited(session, request);
}

Result<std::monostate> renegotiate(sfu::PeerSession& session, const SessionDescription& description) {
  if (description.type != SessionDescription::Type::answer) {
    return Error{ErrorCode::invalidSessionDescription, "Here goes the answer to the SFU's offer."};
  }
  if (const auto error = session.applyAnswer(description.sdp)) return fromDescription(error);
  return std::monostate{};
}

Result<TracksAnswer> closeTracks(sfu::PeerSession& session, const CloseRequest& request) {
  TracksAnswer result;
  std::set<std::string, std::less<>> live;
  for (sfu::TrackState& track : session.tracks()) live.insert(std::move(track.mid));
  for (std::string& mid : session.unnamedMids()) live.insert(std::move(mid));
  if (request.description) {
    if (request.description->type != SessionDescription::Type::offer) {
      return Error{ErrorCode::invalidSessionDescription, "Tracks are closed with an offer."};
    }
    auto answer = session.applyOffer(request.description->sdp, request.mids);
    if (!answer) return fromDescription(answer.error());
    result.description = SessionDescription{SessionDescription::Type::answer, *std::move(answer)};
  } else if (!request.force) {
    return Error{ErrorCode::invalidParams, "Without force, tracks are closed with an offer."};
  }
  for (const std::string& mid : request.mids) {
    TrackObject& track = result.tracks.emplace_back();
    track.mid = mid;
    // With an offer the section is gone already.
    const bool closed = session.close(mid) || live.contains(mid);
    if (!closed) track.error = Error{ErrorCode::closeTrack, "There is no such track, or it is closed already."};
  }
  return result;
}

Result<TracksAnswer> updateTracks(sfu::PeerSession& session, const std::vector<TrackObject>& tracks) {
  TracksAnswer result{.requiresImmediateRenegotiation = false, .tracks = tracks, .description = {}};
  for (TrackObject& track : result.tracks) {
    if (!track.mid) {
      track.error = Error{ErrorCode::invalidParams, "A track to be updated needs its mid."};
      continue;
    }
    const auto error = session.update(*track.mid, track.sessionId.value_or(""), track.trackName.value_or(""),
                                      track.simulcast ? std::optional{wishOf(*track.simulcast)} : std::nullopt);
    if (error) track.error = fromTrack(error, ErrorCode::updateTrack);
  }
  return result;
}

SessionState stateOf(const sfu::PeerSession& session) {
  SessionState state;
  for (const sfu::TrackState& track : session.tracks()) {
    TrackObject& object = state.tracks.emplace_back();
    object.location = track.publisher.empty() ? Location::local : Location::remote;
    object.mid = track.mid;
    object.trackName = track.name;
    object.kind = track.kind == sdp::MediaKind::audio ? Kind::audio : Kind::video;
    object.status = track.active ? Status::active : Status::inactive;
    if (!track.publisher.empty()) object.sessionId = track.publisher;
  }
  return state;
}

}  // namespace akbuzat::realtime
