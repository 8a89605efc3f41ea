#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/https/client.hpp"
#include "akbuzat/realtime/realtime.hpp"
#include "akbuzat/room/media_sessions.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::realtime {

struct CloudflareSession;

/// The Realtime API on another server, over HTTPS (protocol D), and what rooms ask of it. Upstream knows one app; which
/// session is of which scope and owner is kept here, on the scope's shard, so that rooms stay apart. Owned by the
/// server; any shard.
///
/// Nothing of a browser's request but its JSON goes upstream, and that rewritten. What fails upstream is an Error of
/// ours: temporarilyUnavailable or internalError if the upstream itself is at fault, anything else if it is the
/// request.
class CloudflareRealtime final : public Realtime, public room::MediaSessions {
 public:
  /// Calls of one session that wait for their turn; the next one is refused. The web client's library has three: its
  /// queue sends one at a time, and an update may come in between.
  static constexpr std::size_t kMaxWaiting = 16;
  /// Of one owner in one scope; one more ends the oldest, which has long died upstream.
  static constexpr std::size_t kMaxSessionsOfOwner = 32;

  /// `shards` and `client` outlive it. `calls` is configured.
  CloudflareRealtime(util::Shards& shards, https::Client& client, config::CallsSettings calls);

  void newSession(const Scope& scope, std::string owner, SessionKind kind, Reply<std::string> reply) override;
  void newTracks(const Scope& scope, std::string session, TracksRequest request, Reply<TracksAnswer> reply) override;
  void renegotiate(const Scope& scope, std::string session, SessionDescription description,
                   Reply<std::monostate> reply) override;
  void closeTracks(const Scope& scope, std::string session, CloseRequest request, Reply<TracksAnswer> reply) override;
  void updateTracks(const Scope& scope, std::string session, std::vector<TrackObject> tracks,
                    Reply<TracksAnswer> reply) override;
  void state(const Scope& scope, std::string session, Reply<SessionState> reply) override;

  [[nodiscard]] bool belongs(util::ShardIndex shard, std::string_view session, std::string_view room,
                             std::string_view owner) const override;
  /// 0: the upstream keeps its sessions whatever happens to this process.
  [[nodiscard]] std::uint64_t generation(util::ShardIndex, std::string_view) const override { return 0; }
  /// Closes what is open upstream as far as it answers; the upstream collects the rest itself within 30 s (D.2).
  void end(util::ShardIndex shard, const std::string& session) override;
  void endAll(util::ShardIndex shard, std::string_view room, std::string_view owner) override;

  /// A session that an earlier process has opened. Before the shards run, or on the scope's shard.
  void restore(const Scope& scope, const std::string& session, std::string owner);
  // On the scope's shard.
  [[nodiscard]] bool knows(const Scope& scope, std::string_view session) const;
  [[nodiscard]] bool hasSessions(const Scope& scope) const;

 private:
  using Session = std::shared_ptr<CloudflareSession>;
  using Sessions = std::map<std::string, Session, std::less<>>;
  /// What to do when a session's turn has come, or why it never will.
  using Turn = std::function<void(const Error* refusal)>;

  /// Asks upstream and tells `reply`, on the scope's shard, what `read` makes of the answer.
  template <class Answer>
  void ask(const Scope& scope, https::Request&& request, Result<Answer> (*read)(unsigned, std::string_view),
           Reply<Answer> reply);
  /// The same for one mutation of a session: in its turn.
  template <class Answer>
  void mutate(const Session& session, https::Request request, Result<Answer> (*read)(unsigned, std::string_view),
              Reply<Answer> reply);
  /// On the scope's shard: calls `work` with the session, or tells `reply` that there is none.
  template <class Answer, class Work>
  void onSession(const Scope& scope, const std::string& session, Reply<Answer> reply, Work work);

  [[nodiscard]] https::Request request(const Scope& scope, std::string_view method, const std::string& path,
                                       std::string body) const;
  /// What has come, read; faults of the upstream are noted.
  template <class Answer>
  Result<Answer> understand(const https::Outcome& outcome, Result<Answer> (*read)(unsigned, std::string_view));
  /// `fault` is for the log; empty: there is none.
  void noteHealth(const std::string& fault);

  /// Does `turn` when all that was given before is done, or refuses it at once.
  static void take(const Session& session, Turn turn);
  /// What was under way is done.
  static void next(const Session& session);
  void add(const Scope& scope, const std::string& session, std::string owner, bool used);
  /// Takes the tracks out that are not of the session's scope. They come back with their errors.
  [[nodiscard]] std::vector<TrackObject> takeForeign(const CloudflareSession& session,
                                                     std::vector<TrackObject>& tracks) const;
  /// Nobody can use it any more; what waits is refused.
  void forget(const Session& session);
  /// The same, and closes its tracks upstream.
  void finish(Sessions::iterator entry);
  void closeEverything(const Session& session, const SessionState& state);

  util::Shards& shards_;
  https::Client& client_;
  const config::CallsSettings calls_;
  const std::string baseUrl_;
  std::vector<Sessions> sessions_;
  /// Whether the upstream has failed last; so that the log has one line for each change.
  std::atomic<bool> failing_ = false;
};

}  // namespace akbuzat::realtime
