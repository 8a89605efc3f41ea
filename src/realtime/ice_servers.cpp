#include "akbuzat/realtime/ice_servers.hpp"

#include <algorithm>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "akbuzat/util/log.hpp"
#include "akbuzat/util/random.hpp"

namespace akbuzat::realtime {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using TimePoint = std::chrono::system_clock::time_point;

/// Some kilobytes each. Whoever is dropped gets new credentials when they ask again.
constexpr std::size_t kMaxUsers = 4096;
/// After a failure of the TURN service a user's list is one of this life, so that it is asked again at half of it.
constexpr seconds kLifeAfterFailure{60};
constexpr seconds kShortestLife{60};

/// What one user has got.
struct Entry {
  std::string owner;
  std::vector<IceServer> servers;
  TimePoint expires;
  TimePoint renewAt;
  /// Of the TURN service, and until when they are valid.
  std::vector<IceServer> fromService;
  TimePoint serviceExpires;
};

/// The entries of the users who got credentials last.
class Users {
 public:
  /// nullptr for nobody known. Valid until the next `put`.
  [[nodiscard]] const Entry* find(const std::string& owner) const {
    const auto found = byOwner_.find(owner);
    return found == byOwner_.end() ? nullptr : &*found->second;
  }

  const Entry& put(Entry entry) {
    if (const auto old = byOwner_.find(entry.owner); old != byOwner_.end()) {
      byAge_.erase(old->second);
      byOwner_.erase(old);
    }
    byAge_.push_back(std::move(entry));
    byOwner_.emplace(byAge_.back().owner, std::prev(byAge_.end()));
    if (byAge_.size() > kMaxUsers) {
      byOwner_.erase(byAge_.front().owner);
      byAge_.pop_front();
    }
    return byAge_.back();
  }

 private:
  /// Oldest first.
  std::list<Entry> byAge_;
  /// The keys are the entries' own.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> byOwner_;
};

IceServerList listOf(const Entry& entry, TimePoint now) {
  return {entry.servers, std::max(floor<seconds>(entry.expires - now), seconds{1})};
}

/// What the host has named. Its form was checked when the settings were read.
std::vector<IceServer> fixedServers(const std::string& json) {
  if (json.empty()) return {};
  auto servers = parseIceServers(json);
  if (!servers) util::log().warn("ICE_SERVERS is longer than pages take, and left out.");
  return servers.value_or(std::vector<IceServer>{});
}

/// The host hears of addresses that no browser takes, rather than nobody.
void tellOfLeftOut(const std::vector<IceServer>& servers) {
  const std::vector<IceServer> used = arrange(servers);
  for (const IceServer& server : servers) {
    for (const std::string& url : server.urls) {
      const auto has = [&url](const IceServer& one) { return std::ranges::find(one.urls, url) != one.urls.end(); };
      if (!std::ranges::any_of(used, has))
        util::log().warn("The ICE server {} is left out: it is no address, has no credential, or uses port 53.", url);
    }
  }
}

}  // namespace

class IceServers::Impl : public std::enable_shared_from_this<Impl> {
 public:
  using Executor = boost::asio::any_io_executor;

  Impl(Executor executor, Options options)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        life_(std::max(floor<seconds>(options_.settings.ttl), kShortestLife)),
        hasService_(hasTurnService(options_.settings)) {
    fixed_ = fixedServers(options_.settings.iceServers);
    tellOfLeftOut(fixed_);
    tellOfLeftOut(sharedSecretServers(options_.settings, "", {}));
  }

  void post(auto task) {
    boost::asio::post(executor_, [self = shared_from_this(), task = std::move(task)]() mutable { task(*self); });
  }

  void forUser(const std::string& owner, const Handler& handler) {
    const TimePoint now = options_.now();
    const Entry* const entry = users_.find(owner);
    if (entry != nullptr && now < entry->renewAt) return handler(listOf(*entry, now));
    if (!hasService_) return handler(listOf(users_.put(compose(owner, now, now + life_, {}, {})), now));
    const auto [call, isNew] = calls_.try_emplace(owner, executor_);
    // The answer may still come, so nothing is kept meanwhile.
    if (call->second.late) return handler(listOf(afterFailure(owner, now), now));
    call->second.waiting.push_back(handler);
    if (isNew) callFor(owner, call->second, now);
  }

  void forProgram(seconds ttl, const Handler& handler) {
    const seconds life = std::clamp(ttl, std::min(kShortestLife, life_), life_);
    const auto give = [life, asked = options_.now(), handler](Impl& self,
                                                              const std::optional<std::vector<IceServer>>& servers) {
      handler({self.all(util::randomUuid(), asked + life, servers.value_or(std::vector<IceServer>{})), life});
    };
    if (hasService_) return ask(life, give);
    give(*this, std::nullopt);
  }

 private:
  /// A request to the TURN service for one user, and who waits for it.
  struct Call {
    explicit Call(const Executor& executor) : patience(executor) {}

    std::vector<Handler> waiting;
    boost::asio::steady_timer patience;
    bool late = false;
  };

  /// `answered` is called on the executor, with nothing if the service has failed.
  void ask(seconds life, std::function<void(Impl&, std::optional<std::vector<IceServer>>)> answered) {
    options_.send(turnServiceRequest(options_.settings, life),
                  [self = shared_from_this(), answered = std::move(answered)](const https::Outcome& outcome) mutable {
                    auto result = readTurnServiceAnswer(outcome);
                    self->post([answered = std::move(answered), result = std::move(result)](Impl& here) mutable {
                      here.note(std::get_if<std::string>(&result));
                      auto* const servers = std::get_if<std::vector<IceServer>>(&result);
                      answered(here, servers == nullptr ? std::nullopt : std::optional{std::move(*servers)});
                    });
                  });
  }

  void callFor(const std::string& owner, Call& call, TimePoint now) {
    call.patience.expires_after(options_.patience);
    call.patience.async_wait([self = shared_from_this(), owner](const boost::system::error_code& error) {
      if (!error) self->losePatience(owner);
    });
    ask(life_, [owner, asked = now](Impl& self, std::optional<std::vector<IceServer>> servers) {
      self.finish(owner, asked, std::move(servers));
    });
  }

  void losePatience(const std::string& owner) {
    const auto call = calls_.find(owner);
    if (call == calls_.end()) return;
    call->second.late = true;
    const TimePoint now = options_.now();
    answer(std::exchange(call->second.waiting, {}), listOf(afterFailure(owner, now), now));
  }

  /// `servers` live from when they were asked for.
  void finish(const std::string& owner, TimePoint asked, std::optional<std::vector<IceServer>> servers) {
    const auto waiting = std::move(calls_.extract(owner).mapped().waiting);
    const TimePoint now = options_.now();
    if (!servers) return answer(waiting, listOf(users_.put(afterFailure(owner, now)), now));
    const TimePoint expires = asked + std::min(life_, kLongestTurnServiceLife);
    answer(waiting, listOf(users_.put(compose(owner, now, expires, std::move(*servers), expires)), now));
  }

  /// What the service gave last, as long as it is valid, and what there is without it.
  Entry afterFailure(const std::string& owner, TimePoint now) const {
    const Entry* const last = users_.find(owner);
    const bool lives = last != nullptr && now < last->serviceExpires;
    return compose(owner, now, now + kLifeAfterFailure, lives ? last->fromService : std::vector<IceServer>{},
                   lives ? last->serviceExpires : TimePoint{});
  }

  Entry compose(const std::string& owner, TimePoint now, TimePoint expires, std::vector<IceServer> fromService,
                TimePoint serviceExpires) const {
    std::vector<IceServer> servers = all(owner, now + life_, fromService);
    return {.owner = owner,
            .servers = std::move(servers),
            .expires = expires,
            .renewAt = now + (expires - now) / 2,
            .fromService = std::move(fromService),
            .serviceExpires = serviceExpires};
  }

  [[nodiscard]] std::vector<IceServer> all(const std::string& owner, TimePoint expires,
                                           const std::vector<IceServer>& fromService) const {
    std::vector<IceServer> servers = fromService;
    for (auto& server : sharedSecretServers(options_.settings, owner, floor<seconds>(expires)))
      servers.push_back(std::move(server));
    servers.insert(servers.end(), fixed_.begin(), fixed_.end());
    return arrange(servers);
  }

  static void answer(const std::vector<Handler>& waiting, const IceServerList& list) {
    for (const Handler& handler : waiting) handler(list);
  }

  /// Tells the host when the TURN service begins to fail, and when it works again.
  void note(const std::string* failure) {
    if (failure != nullptr && !failing_)
      util::log().warn("The TURN service gives no credentials: {}. Pages do without.", *failure);
    if (failure == nullptr && failing_) util::log().info("The TURN service gives credentials again.");
    failing_ = failure != nullptr;
  }

  Executor executor_;
  Options options_;
  seconds life_;
  bool hasService_;
  /// Those that the host has named once and for all.
  std::vector<IceServer> fixed_;
  Users users_;
  /// By owner. As many as the HTTPS client takes; it refuses the others at once.
  std::unordered_map<std::string, Call> calls_;
  bool failing_ = false;
};

IceServers::IceServers(boost::asio::any_io_executor executor, Options options)
    : impl_(std::make_shared<Impl>(std::move(executor), std::move(options))) {}

IceServers::~IceServers() = default;

void IceServers::forUser(std::string owner, Handler handler) {
  impl_->post([owner = std::move(owner), handler = std::move(handler)](Impl& impl) { impl.forUser(owner, handler); });
}

void IceServers::forProgram(seconds ttl, Handler handler) {
  impl_->post([ttl, handler = std::move(handler)](Impl& impl) { impl.forProgram(ttl, handler); });
}

}  // namespace akbuzat::realtime
