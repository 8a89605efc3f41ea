#include "http/access.hpp"

#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "akbuzat/util/hmac.hpp"
#include "akbuzat/util/log.hpp"
#include "http/access_token.hpp"
#include "http/session_cookie.hpp"

namespace akbuzat::http {
namespace {

using std::chrono::steady_clock;
using std::chrono::sys_seconds;
using std::chrono::system_clock;

/// A token is checked once; so many people are not in a meeting server at once.
constexpr std::size_t kMaxKnown = 8192;
/// Requests that wait for keys; they come within seconds, or not.
constexpr std::size_t kMaxWaiting = 512;

constexpr std::string_view kHeader = "Cf-Access-Jwt-Assertion";
constexpr std::string_view kCookie = "CF_Authorization";

std::string tokenOf(const Headers& headers) {
  if (headers.has(kHeader)) return std::string{headers.get(kHeader)};
  for (const std::string_view header : headers.all("Cookie")) {
    for (const std::string_view value : cookieValues(header, kCookie)) return std::string{value};
  }
  return {};
}

}  // namespace

class Access::State : public std::enable_shared_from_this<Access::State> {
 public:
  struct Judgement {
    std::optional<std::string> email;
    bool pending = false;
  };

  State(https::Client& client, std::string teamDomain, std::string audience, AccessTimes times)
      : client_(client),
        keysUrl_(teamDomain + "/cdn-cgi/access/certs"),
        rules_{std::move(teamDomain), std::move(audience)},
        times_(times) {}

  void start() {
    {
      const std::lock_guard lock(mutex_);
      beginFetch();
    }
    sendFetch();
  }

  Judgement judge(const std::string& token) {
    const auto hash = util::sha256(token);
    const std::string key{hash.begin(), hash.end()};
    const auto now = std::chrono::floor<std::chrono::seconds>(system_clock::now());
    refreshIfOld();
    std::shared_ptr<const AccessKeys> keys;
    {
      const std::lock_guard lock(mutex_);
      const auto known = known_.find(key);
      if (known != known_.end() && now < known->second.expires) return {known->second.email};
      keys = keys_;
    }
    auto verified = verifyAccessToken(token, *keys, rules_, now);
    if (const auto* fault = std::get_if<TokenFault>(&verified))
      return {std::nullopt, *fault == TokenFault::unknownKey && awaitsOthers(keys)};
    auto& claims = std::get<AccessClaims>(verified);
    const std::lock_guard lock(mutex_);
    // What was verified with keys that have gone meanwhile is not kept.
    if (keys == keys_) remember(key, claims, now);
    return {std::move(claims.email)};
  }

  bool whenKeysCome(std::function<void()> handler) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= kMaxWaiting) return false;
      if (fetching_) {
        waiting_.push_back(std::move(handler));
        return true;
      }
    }
    handler();
    return true;
  }

 private:
  // With the mutex locked.

  void beginFetch() {
    fetching_ = true;
    lastFetch_ = steady_clock::now();
  }

  void remember(const std::string& key, const AccessClaims& claims, sys_seconds now) {
    if (known_.size() >= kMaxKnown)
      std::erase_if(known_, [now](const auto& item) { return item.second.expires <= now; });
    if (known_.size() >= kMaxKnown) known_.clear();
    known_.insert_or_assign(key, claims);
  }

  // Without it.

  void refreshIfOld() {
    {
      const std::lock_guard lock(mutex_);
      if (fetching_ || keys_->empty() || steady_clock::now() - lastFetch_ < times_.refreshAfter) return;
      beginFetch();
    }
    sendFetch();
  }

  /// True if there may be other keys than `tried` in a moment.
  bool awaitsOthers(const std::shared_ptr<const AccessKeys>& tried) {
    {
      const std::lock_guard lock(mutex_);
      if (fetching_ || keys_ != tried) return true;
      const auto interval = keys_->empty() ? times_.firstKeysInterval : times_.unknownKeyInterval;
      if (steady_clock::now() - lastFetch_ < interval) return keys_->empty();
      beginFetch();
    }
    sendFetch();
    return true;
  }

  void sendFetch() {
    https::Request request;
    request.url = keysUrl_;
    request.headers.emplace_back("Accept", "application/json");
    request.repeatable = true;
    client_.send(std::move(request), [weak = weak_from_this()](const https::Outcome& outcome) {
      if (const auto self = weak.lock()) self->fetched(outcome);
    });
  }

  void fetched(const https::Outcome& outcome) {
    std::string reason;
    std::optional<AccessKeys> keys;
    if (const auto* response = std::get_if<https::Response>(&outcome)) {
      if (response->status == 200) keys = AccessKeys::parse(response->body);
      reason = response->status == 200 ? "no key in the answer" : "status " + std::to_string(response->status);
    } else {
      reason = describe(std::get<https::Failure>(outcome));
    }
    std::vector<std::function<void()>> waiting;
    bool tell = false;
    {
      const std::lock_guard lock(mutex_);
      fetching_ = false;
      waiting.swap(waiting_);
      tell = !keys && !failing_;
      failing_ = !keys;
      if (keys) {
        if (!keys->sameIds(*keys_)) known_.clear();
        keys_ = std::make_shared<const AccessKeys>(std::move(*keys));
      }
    }
    if (tell) util::log().warn("The keys of Cloudflare Access (ACCESS_TEAM_DOMAIN) could not be fetched: {}", reason);
    for (const auto& handler : waiting) handler();
  }

  https::Client& client_;
  const std::string keysUrl_;
  const AccessRules rules_;
  const AccessTimes times_;
  std::mutex mutex_;
  std::shared_ptr<const AccessKeys> keys_ = std::make_shared<const AccessKeys>();
  bool fetching_ = false;
  bool failing_ = false;
  steady_clock::time_point lastFetch_;
  std::vector<std::function<void()>> waiting_;
  /// What tokens said, by their SHA-256.
  std::unordered_map<std::string, AccessClaims> known_;
};

Access::Access(https::Client& client, std::string teamDomain, std::string audience, AccessTimes times)
    : state_(std::make_shared<State>(client, std::move(teamDomain), std::move(audience), times)) {
  state_->start();
}

Access::~Access() = default;

void Access::identify(Request& request) const {
  request.identity.reset();
  request.identityPending = false;
  const std::string token = tokenOf(request.headers);
  if (token.empty()) return;
  State::Judgement judgement = state_->judge(token);
  request.identityPending = judgement.pending;
  if (!judgement.email) return;
  // As for the identity header, so that nobody becomes another person when a host sets this up.
  std::string owner = "header:" + *judgement.email;
  request.identity.emplace(Identity{std::move(*judgement.email), std::move(owner), Identity::Source::header});
}

bool Access::whenKeysCome(std::function<void()> handler) const { return state_->whenKeysCome(std::move(handler)); }

}  // namespace akbuzat::http
