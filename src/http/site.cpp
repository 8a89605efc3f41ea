#include "http/site.hpp"

#include "akbuzat/util/log.hpp"
#include "akbuzat/util/percent.hpp"
#include "akbuzat/util/text.hpp"
#include "http/media_refusal.hpp"

namespace akbuzat::http {

Site::Site(const config::Config& configuration, Services services)
    : Services(std::move(services)),
      config(configuration),
      files(configuration.webRoot),
      cookie(configuration.sessionSecret),
      lockCookie(configuration.sessionSecret),
      securityHeaders(configuration),
      limiter(configuration.http),
      access(configuration.accessAudience.empty()
                 ? nullptr
                 : std::make_unique<Access>(client, configuration.accessTeamDomain, configuration.accessAudience)),
      directory(configuration.userDirectoryUrl.empty()
                    ? nullptr
                    : std::make_unique<UserDirectory>(client, configuration.userDirectoryUrl)) {
  if (files.page() == nullptr)
    util::log().warn("There is no index.html in WEB_ROOT ({}): pages answer 503 until the web client is built.",
                     configuration.webRoot.string());
  addApi(router, *this);
  addIceServers(router, *this);
  addReports(router, *this);
  addUserDirectory(router, *this);
  addRoomSocket(router, *this);
  addPartytracks(router, *this);
  addRealtimeApi(router, *this);
  // Last, because every other single segment is a room's page.
  addPages(router, *this);
}

void Site::handle(Request& request, Responder responder) const {
  // Probes go on being answered: one says that the process lives, the other that it takes no new work.
  if (draining && request.path != "/healthz" && request.path != "/readyz") {
    constexpr std::string_view kWhy = "The server is shutting down.";
    Response response =
        isMediaCall(request)
            ? refuseMediaCall(request, 503, {realtime::ErrorCode::temporarilyUnavailable, std::string{kWhy}})
            : jsonError(503, "draining", kWhy);
    response.add("Retry-After", "5");
    return responder(std::move(response));
  }
  if (request.method == "GET" || request.method == "HEAD") {
    const auto path = util::percentDecode(request.path);
    const StaticFile* file = path ? files.find(*path) : nullptr;
    if (file != nullptr) return responder(answerWithFile(*file, request));
  }
  if (request.identityPending) return routeWhenKnown(std::move(request), std::move(responder));
  router.route(request, std::move(responder));
}

void Site::routeWhenKnown(Request request, Responder responder) const {
  struct Held {
    Request request;
    Responder responder;
  };
  const auto held = std::make_shared<Held>(Held{std::move(request), std::move(responder)});
  const auto refuse = [held] {
    constexpr std::string_view kWhy = "Who you are cannot be verified at the moment.";
    Response response =
        isMediaCall(held->request)
            ? refuseMediaCall(held->request, 503, {realtime::ErrorCode::temporarilyUnavailable, std::string{kWhy}})
            : jsonError(503, "no_access_keys", std::string{kWhy});
    response.add("Retry-After", "5");
    held->responder(std::move(response));
  };
  const bool waits = access->whenKeysCome([site = weak_from_this(), held, refuse] {
    const auto self = site.lock();
    if (!self) return;
    self->access->identify(held->request);
    if (held->request.identityPending) return refuse();
    try {
      self->router.route(held->request, std::move(held->responder));
    } catch (const std::exception& failure) {
      // The responder has answered 500 by being dropped.
      util::log().error("A request failed: {}", failure.what());
    }
  });
  if (!waits) refuse();
}

namespace {

std::string_view withoutScheme(std::string_view origin) {
  const auto end = origin.find("://");
  return end == std::string_view::npos ? std::string_view{} : origin.substr(end + 3);
}

}  // namespace

bool isOwnOrigin(std::string_view origin, const Request& request, const config::Config& config) {
  if (!config.publicUrl.empty()) return util::equalIgnoringCase(origin, config.publicUrl);
  if (!origin.starts_with("http://") && !origin.starts_with("https://")) return false;
  // Without PUBLIC_URL only the host decides: behind a proxy that nobody declared we do not know the browser's scheme.
  const std::string_view own = withoutScheme(request.origin);
  return !own.empty() && util::equalIgnoringCase(withoutScheme(origin), own);
}

std::optional<Response> refuseForeignOrigin(const Request& request, const config::Config& config) {
  if (!request.headers.has("Origin") || isOwnOrigin(request.headers.get("Origin"), request, config))
    return std::nullopt;
  return jsonError(403, "foreign_origin", "Requests from pages of other sites are not taken.");
}

}  // namespace akbuzat::http
