#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "akbuzat/transport/datagram_sink.hpp"
#include "transport/ice_agent.hpp"

namespace akbuzat::transport {

/// An ICE-lite agent (RFC 8445 sections 2.5 and 7.3): it answers checks, learns the peer's addresses from them and lets
/// the peer choose among them. Owned by the peer's transport.
///
/// A check's source may be forged by the very peer that signed it, to have its media sent to somebody else. So each UDP
/// path has to be proven before media goes there: by the answer to a check of our own, which a lite agent need not send
/// and every full agent answers (RFC 8445 section 7.3.1.4, RFC 7675). Until then no more bytes go there than have come.
class IceLite final : public IceAgent {
 public:
  /// `listener` is told of paths, after the change.
  IceLite(IceCredentials local, DatagramSink& sink, PeerTransport::Listener& listener);

  [[nodiscard]] const IceCredentials& local() const noexcept override { return local_; }
  /// Checks under the ufrag before are good until one under this has nominated a path (RFC 8445 section 9).
  void setRemote(const RemoteParameters& remote, util::TimePoint now) override;

  bool onRequest(const StunMessage& request, const Path& from, util::TimePoint now) override;
  bool onResponse(const StunMessage& response, const Path& from, util::TimePoint now) override;

  [[nodiscard]] PeerTransport::PathStanding standingOf(const Path& path) const noexcept override;
  void received(const Path& from, std::size_t size, util::TimePoint now) override;
  void heard(const Path& from, util::TimePoint now) noexcept override;
  [[nodiscard]] bool maySend(const Path& path, std::size_t size) noexcept override;

  [[nodiscard]] const std::optional<Path>& selected() const noexcept override { return selected_; }
  /// As good as a nomination: a browser that has begun anew may not have nominated yet. No proof of the path, for the
  /// last datagram of a handshake can be forged like a check.
  void onKeys(const Path& path) override { nominate(path); }

  void tick(util::TimePoint now) override;
  [[nodiscard]] util::TimePoint deadline() const noexcept override;
  /// A peer that is silent may come back; its session decides how long it lives.
  [[nodiscard]] bool isOver(util::TimePoint /*now*/) const noexcept override { return false; }

  void remove(const Path& path) override;
  void removeAll() override;

 private:
  struct Entry {
    Path path;
    util::TimePoint heard;
    /// By which the peer names itself there.
    std::string ufrag;
    bool proven = false;
    /// Until it is proven: the bytes that have come from there, less those that have gone there.
    std::size_t credit = 0;
    StunTransactionId check{};
    util::TimePoint checkAt;
    std::chrono::milliseconds checkAgain;
  };

  [[nodiscard]] bool isForUs(std::string_view username) const noexcept;
  [[nodiscard]] const IceCredentials* credentialsOf(std::string_view ufrag) const noexcept;
  [[nodiscard]] std::size_t checkSize(const IceCredentials& remote) const noexcept;
  void check(Entry& entry, util::TimePoint now);
  Entry& add(const Path& path, util::TimePoint now);
  void nominate(const Path& path);
  void removeAt(std::size_t index);
  [[nodiscard]] const Entry* find(const Path& path) const noexcept;
  [[nodiscard]] Entry* find(const Path& path) noexcept;

  IceCredentials local_;
  DatagramSink& sink_;
  PeerTransport::Listener& listener_;
  /// RFC 8445 section 16.1; a lite agent's role does not hang on it.
  const std::uint64_t tieBreaker_;
  /// The ufrag is empty before the peer's description: then anybody with our password is taken.
  IceCredentials remote_;
  IceCredentials previous_;
  std::vector<Entry> paths_;
  std::optional<Path> selected_;
  /// What the peer has chosen and is yet to be proven.
  std::optional<Path> nominated_;
};

}  // namespace akbuzat::transport
