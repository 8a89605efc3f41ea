#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "akbuzat/transport/peer_transport.hpp"
#include "akbuzat/transport/stun.hpp"

namespace akbuzat::transport {

/// The ICE-lite agent of one peer (RFC 8445 sections 2.5 and 7.3): it answers checks, learns the peer's addresses from
/// them and lets the peer choose among them. It sends nothing of its own accord. Owned by the peer's transport.
class IceLite {
 public:
  /// `listener` is told of paths, after the change.
  IceLite(IceCredentials local, PeerTransport::Listener& listener);

  [[nodiscard]] const IceCredentials& local() const noexcept { return local_; }
  /// Checks under the ufrag before are good until one under this has nominated a path (RFC 8445 section 9).
  void setRemoteUfrag(const std::string& ufrag);

  enum class Verdict {
    /// Not by anybody who knows our password for this peer, or not for us; no answer.
    unauthenticated,
    /// An error response has been written.
    refused,
    /// A success response has been written.
    accepted
  };
  struct Answer {
    Verdict verdict;
    std::size_t size = 0;
  };
  /// One binding request. Its answer is in `out`, which has room for 96 bytes.
  Answer answer(const StunMessage& request, const Path& from, util::MutableBytes out, util::TimePoint now);

  /// Whether `path` is authenticated.
  [[nodiscard]] bool knows(const Path& path) const noexcept;
  /// Something with proof has come by `path`.
  void heard(const Path& path, util::TimePoint now) noexcept;

  /// Where media goes.
  [[nodiscard]] const std::optional<Path>& selected() const noexcept { return selected_; }
  /// Moves media to `path`, if that is authenticated.
  void select(const Path& path);

  /// Removes paths that have been silent for long.
  void expire(util::TimePoint now);
  [[nodiscard]] util::TimePoint deadline() const noexcept;

  void remove(const Path& path);
  void removeAll();

 private:
  struct Entry {
    Path path;
    util::TimePoint heard;
  };

  [[nodiscard]] bool isForUs(std::string_view username) const noexcept;
  void add(const Path& path, util::TimePoint now);
  void removeAt(std::size_t index);
  [[nodiscard]] const Entry* find(const Path& path) const noexcept;

  IceCredentials local_;
  PeerTransport::Listener& listener_;
  /// Empty before the peer's description: then anybody with our password is taken.
  std::string remoteUfrag_;
  std::string previousUfrag_;
  std::vector<Entry> paths_;
  std::optional<Path> selected_;
};

}  // namespace akbuzat::transport
