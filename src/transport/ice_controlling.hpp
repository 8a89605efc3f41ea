#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "akbuzat/transport/datagram_sink.hpp"
#include "transport/ice_agent.hpp"

namespace akbuzat::transport {

/// A full ICE agent in the controlling role (RFC 8445), for a peer that is a lite one: it checks the peer's candidates,
/// nominates the first that answers, and keeps asking for consent (RFC 7675). A peer that is a full agent all the same
/// has its checks answered, and its addresses learned from them. UDP only. Owned by the peer's transport.
class IceControlling final : public IceAgent {
 public:
  /// `listener` is told of paths, after the change.
  IceControlling(IceCredentials local, DatagramSink& sink, PeerTransport::Listener& listener);

  [[nodiscard]] const IceCredentials& local() const noexcept override { return local_; }
  /// Begins to check. Credentials other than the ones before begin everything anew.
  void setRemote(const RemoteParameters& remote, util::TimePoint now) override;

  bool onRequest(const StunMessage& request, const Path& from, util::TimePoint now) override;
  bool onResponse(const StunMessage& response, const Path& from, util::TimePoint now) override;

  [[nodiscard]] PeerTransport::PathStanding standingOf(const Path& path) const noexcept override;
  void received(const Path& /*from*/, std::size_t /*size*/, util::TimePoint /*now*/) override {}
  /// No sign of consent (RFC 7675 section 5.1).
  void heard(const Path& /*from*/, util::TimePoint /*now*/) noexcept override {}
  [[nodiscard]] bool maySend(const Path& path, std::size_t /*size*/) noexcept override { return knows(path); }

  [[nodiscard]] const std::optional<Path>& selected() const noexcept override { return selected_; }
  void onKeys(const Path& /*path*/) override {}

  void tick(util::TimePoint now) override;
  [[nodiscard]] util::TimePoint deadline() const noexcept override;
  [[nodiscard]] bool isOver(util::TimePoint now) const noexcept override { return now >= consentUntil_; }

  /// Only TCP connections are lost by themselves.
  void remove(const Path& /*path*/) override {}
  void removeAll() override;

 private:
  /// A remote candidate; with our one socket it is a candidate pair.
  struct Pair {
    /// Where checks go; by whichever of our addresses the system takes.
    Path target;
    /// What has come back by.
    std::optional<Path> valid;
    bool nominating = false;
    StunTransactionId check{};
    util::TimePoint checkAt;
    std::chrono::milliseconds checkAgain;
  };

  void addPair(const Endpoint& remote, util::TimePoint firstCheck);
  void check(Pair& pair, util::TimePoint now);
  void nominate(Pair& pair, util::TimePoint now);
  void select(Pair& pair, util::TimePoint now);
  void onRoleConflict(Pair& pair, util::TimePoint now);
  [[nodiscard]] bool nominating() const noexcept;

  IceCredentials local_;
  DatagramSink& sink_;
  PeerTransport::Listener& listener_;
  std::uint64_t tieBreaker_;
  IceCredentials remote_;
  std::vector<Pair> pairs_;
  std::optional<Path> selected_;
  /// Until then something has to answer; and then again, and again.
  util::TimePoint consentUntil_ = util::TimePoint::max();
};

}  // namespace akbuzat::transport
