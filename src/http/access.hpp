#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "akbuzat/https/client.hpp"
#include "http/request.hpp"

namespace akbuzat::http {

struct AccessTimes {
  /// Keys that are withdrawn stop to count within it. Access changes its keys every six weeks.
  std::chrono::milliseconds refreshAfter{3'600'000};
  /// Whoever sends tokens of invented keys makes us fetch no more often.
  std::chrono::milliseconds unknownKeyInterval{30'000};
  /// As long as there are no keys, nobody can come in.
  std::chrono::milliseconds firstKeysInterval{3'000};
};

/// Cloudflare Access in front of the site: who a request comes from is what the token says that Access has signed, and
/// nothing else. Fetches Access's keys at once, every hour, and when a token names one that is not known; the last good
/// ones are kept. Owned by the site; any thread.
class Access {
 public:
  /// `teamDomain`: the team's origin. `client` outlives the object.
  Access(https::Client& client, std::string teamDomain, std::string audience, AccessTimes times = {});
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  /// Sets the request's identity from the header Cf-Access-Jwt-Assertion, else from the cookie CF_Authorization
  /// (developers.cloudflare.com, "Validate JWTs"); leaves it empty if there is no valid token. Sets `identityPending`
  /// if that cannot be told before keys have come.
  void identify(Request& request) const;

  /// Calls `handler` once, on the client's executor, when the fetch that is under way has ended; at once if none is.
  /// False if too many wait already: the handler is not called.
  [[nodiscard]] bool whenKeysCome(std::function<void()> handler) const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace akbuzat::http
