#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "akbuzat/sdp/session_description.hpp"
#include "akbuzat/sfu/errors.hpp"

namespace akbuzat::sfu {

/// A session's name; unguessable, and public to those who pull from it.
using SessionId = std::string;

/// What is at the other end of a session.
enum class PeerKind {
  /// A full ICE agent, such as a browser.
  client,
  /// An ICE-lite agent, such as a server: we offer, check, and choose the path.
  liteServer
};

/// Which layer of a simulcast track a subscriber wants.
struct LayerWish {
  /// The best layer wanted; empty: the best that fits.
  std::string rid;
  /// Rather nothing than a worse layer when bandwidth is short.
  bool neverWorse = false;
  /// Rather nothing than another layer when this one is not sent.
  bool neverOther = false;
};

/// A track as a session knows it.
struct TrackState {
  std::string mid;
  /// Empty for one that this session publishes.
  SessionId publisher;
  std::string name;
  sdp::MediaKind kind = sdp::MediaKind::audio;
  /// Packets have come, or gone, within the last 5 s.
  bool active = false;
};

/// One peer connection of a client with the SFU, as the Realtime API drives it. Owned by its ShardSfu; on that shard.
class PeerSession {
 public:
  /// Tracks of one session, published and pulled together. A browser slows down long before.
  static constexpr std::size_t kMaxTracks = 200;

  virtual ~PeerSession() = default;

  /// To be asked before each call: false once there are more than 50 a second (protocol D.2). `cost` is 1, or less for
  /// one that is less work.
  [[nodiscard]] virtual bool takeCall(double cost) = 0;

  /// A client's offer, answered; see sdp::Negotiator::applyOffer. Tracks and pulls of sections that are not live any
  /// more end.
  virtual boost::system::result<std::string> applyOffer(std::string_view sdp, std::span<const std::string> closing) = 0;
  /// The client's answer to the newest offer; pulled tracks flow from then on.
  virtual boost::system::error_code applyAnswer(std::string_view sdp) = 0;
  /// The SFU's own offer with everything that is wanted.
  virtual std::string offer() = 0;

  /// What the client sends on `mid` is the track `name` from now on; the same again is no error.
  virtual boost::system::error_code publish(const std::string& mid, const std::string& name) = 0;
  /// Sections on which the client sends and that have no name yet.
  [[nodiscard]] virtual std::vector<std::string> unnamedMids() const = 0;
  /// The section of the track that this session publishes as `name`.
  [[nodiscard]] virtual std::optional<std::string> midOf(std::string_view name) const = 0;
  /// A section for a track of `kind` that the client shall send, to be offered; with its name.
  virtual boost::system::result<std::string> invite(sdp::MediaKind kind, const std::string& name,
                                                    bool bidirectional) = 0;

  /// Pulls a track of the same scope on a new section, to be offered. Returns its mid.
  virtual boost::system::result<std::string> pull(const SessionId& publisher, const std::string& name,
                                                  LayerWish wish) = 0;
  /// Another source or another wish for a pulled section, without a new negotiation; `publisher` may be empty: the same
  /// source.
  virtual boost::system::error_code update(const std::string& mid, const SessionId& publisher, const std::string& name,
                                           std::optional<LayerWish> wish) = 0;
  /// Ends the section; the client gets to know it by the next description. False if there is none.
  virtual bool close(const std::string& mid) = 0;

  [[nodiscard]] virtual std::vector<TrackState> tracks() const = 0;
};

}  // namespace akbuzat::sfu
