#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "akbuzat/config/config.hpp"
#include "akbuzat/http/http_server.hpp"
#include "akbuzat/realtime/realtime.hpp"
#include "akbuzat/room/room_directory.hpp"
#include "akbuzat/storage/reports.hpp"
#include "http/access.hpp"
#include "http/connection_limiter.hpp"
#include "http/lock_cookie.hpp"
#include "http/router.hpp"
#include "http/security_headers.hpp"
#include "http/session_cookie.hpp"
#include "http/static_files.hpp"
#include "http/user_directory.hpp"

namespace akbuzat::http {

/// What all shards of the server share. Owned by the server; immutable once it serves but for what is thread-safe
/// itself.
struct Site : Services, std::enable_shared_from_this<Site> {
  /// Loads WEB_ROOT; throws as StaticFiles does.
  Site(const config::Config& config, Services services);

  /// Answers one request: static files first, then the routes (protocol B.7). May take the request with it.
  void handle(Request& request, Responder responder) const;

  const config::Config& config;
  const StaticFiles files;
  const SessionCookie cookie;
  const LockCookie lockCookie;
  const SecurityHeaders securityHeaders;
  /// Empty if the server has no media.
  IceTcpHandler iceTcp;
  ConnectionLimiter limiter;
  /// Null unless Cloudflare Access says who visits.
  const std::unique_ptr<const Access> access;
  /// Null unless the host has one.
  const std::unique_ptr<const UserDirectory> directory;
  Router router;
  /// Set once the server takes no new work.
  std::atomic<bool> draining{false};

 private:
  /// Once it can be told who sends the request.
  void routeWhenKnown(Request request, Responder responder) const;
};

// Each fills in a part of the routes; `site` outlives its router's handlers.

void addPages(Router& router, const Site& site);
void addApi(Router& router, const Site& site);
void addIceServers(Router& router, const Site& site);
void addReports(Router& router, const Site& site);
void addUserDirectory(Router& router, const Site& site);
void addRoomSocket(Router& router, Site& site);
void addPartytracks(Router& router, const Site& site);
void addRealtimeApi(Router& router, const Site& site);

/// Where the web client's media library asks for a session. It takes any JSON for one (protocol C.3), so that every
/// refusal at this address, wherever in the server it comes from, is plain text.
inline constexpr std::string_view kMediaSessionsPath = "/partytracks/sessions/new";

/// Identifiers of meetings are UUIDs; nothing longer is looked up.
inline constexpr std::size_t kMaxMeetingId = 36;

/// The page (index.html) for a path of the client's own router, or the sentence that says how to build it.
Response answerWithPage(const Site& site, const Request& request);

/// 403 if the request says that another site's page sent it, else nothing. For everything that changes something.
std::optional<Response> refuseForeignOrigin(const Request& request, const config::Config& config);

/// True if `origin`, from an Origin header, is the request's own site.
bool isOwnOrigin(std::string_view origin, const Request& request, const config::Config& config);

}  // namespace akbuzat::http
