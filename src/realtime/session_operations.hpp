#pragma once

#include "akbuzat/realtime/types.hpp"
#include "akbuzat/sfu/peer_session.hpp"

namespace akbuzat::realtime {

// What each call of the API does with one session (protocol D.1, E.6). On the session's shard; at once.

[[nodiscard]] Result<TracksAnswer> newTracks(sfu::PeerSession& session, const TracksRequest& request);
[[nodiscard]] Result<std::monostate> renegotiate(sfu::PeerSession& session, const SessionDescription& description);
[[nodiscard]] Result<TracksAnswer> closeTracks(sfu::PeerSession& session, const CloseRequest& request);
[[nodiscard]] Result<TracksAnswer> updateTracks(sfu::PeerSession& session, const std::vector<TrackObject>& tracks);
[[nodiscard]] SessionState stateOf(const sfu::PeerSession& session);

}  // namespace akbuzat::realtime
