#include <chrono>
#include <memory>

#include "akbuzat/util/percent.hpp"
#include "akbuzat/util/random.hpp"
#include "akbuzat/util/text.hpp"
#include "akbuzat/util/utf8.hpp"
#include "http/access_renewal.hpp"
#include "http/form.hpp"
#include "http/identity.hpp"
#include "http/report_limiter.hpp"
#include "http/return_url.hpp"
#include "http/site.hpp"

namespace akbuzat::http {
namespace {

/// Random bits of a session's uid: 22 characters of 6 bits.
constexpr std::size_t kUidLength = 22;
constexpr std::size_t kNewRoomLength = 8;
/// Everybody is asked once a call, and in an office all may share one address.
constexpr ReportLimiter::Rate kFeedbackPerVisitor{1, 250};
constexpr ReportLimiter::Rate kFeedback{10, 2500};

bool wantsHtml(const Request& request) {
  return request.headers.joined("Accept").find("text/html") != std::string::npos;
}

/// A refusal of what a person typed into a form. `message` is our own ASCII sentence.
Response formError(const Request& request, std::string_view code, std::string_view message) {
  if (!wantsHtml(request)) return jsonError(400, code, message);
  std::string html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Akbuzat</title><p>";
  html += message;
  html += "</p><p><a href=\"/set-username\">Back</a></p></html>";
  return htmlResponse(400, std::move(html));
}

/// To whoever got here past Cloudflare Access, and so has no name and cannot choose one.
Response notByAccess() {
  return htmlResponse(403,
                      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Akbuzat</title><p>This site is "
                      "behind Cloudflare Access, and your browser has not come by it. Please open the site's own "
                      "address, or sign in again.</p></html>");
}

/// The page for those who have a name; others are asked for it first (protocol B.2).
Response guardedPage(const Site& site, const Request& request) {
  if (auto renewal = renewAccess(request, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())))
    return std::move(*renewal);
  if (!request.identity) return site.access ? notByAccess() : redirect(namePageFor(request));
  return answerWithPage(site, request);
}

Response enterRoom(const Site& site, const Request& request) {
  if (auto refusal = refuseForeignOrigin(request, site.config)) return std::move(*refusal);
  auto room = formValue(request.body, "room");
  if (!room) return formError(request, "bad_room", "The form names no room.");
  std::string name{util::trim(*room)};
  for (char& c : name) c = c == ' ' ? '-' : c;
  const std::string segment = util::percentEncode(name);
  if (!isRoomName(segment))
    return formError(request, "bad_room", "A room's name is 1 to 256 bytes of text when it stands in an address.");
  return redirect("/" + segment);
}

Response newRoom(const Request& request) {
  std::string location = "/" + util::randomToken(kNewRoomLength);
  if (!request.query.empty()) location += "?" + request.query;
  return redirect(location);
}

Response setUsername(const Site& site, const Request& request) {
  if (auto refusal = refuseForeignOrigin(request, site.config)) return std::move(*refusal);
  Response response = redirect(safeReturnPath(formValue(request.query, "return-url").value_or("/"), request.origin));
  if (site.access && !request.identity) return notByAccess();
  // Whoever is named by the proxy cannot choose a name.
  if (request.identity && request.identity->source == Identity::Source::header) return response;
  const auto name = cleanUsername(formValue(request.body, "username").value_or(""));
  if (!name)
    return formError(request, "bad_username",
                     "A name is 1 to 64 characters long and has no control characters. Please choose another one.");
  Session session{*name, ""};
  // A new name does not make another person: what belongs to the session stays its own.
  if (const auto before = sessionOf(request.headers, site.cookie)) session.uid = before->uid;
  if (session.uid.empty()) session.uid = util::randomToken(kUidLength);
  std::string cookie{kSessionCookie};
  cookie += "=" + site.cookie.write(session) + "; Path=/; HttpOnly; SameSite=Strict";
  if (request.https) cookie += "; Secure";
  response.add("Set-Cookie", cookie);
  return response;
}

void feedback(const Site& site, const Request& request, Responder responder, ReportLimiter& limiter) {
  if (auto refusal = refuseForeignOrigin(request, site.config)) return responder(std::move(*refusal));
  if (!limiter.take(request.client, std::chrono::steady_clock::now())) return responder(redirect("/"));
  const bool issues = formValue(request.body, "experiencedIssues") == "true";
  const auto meeting = formValue(request.body, "meetingId");
  // Identifiers of meetings are UUIDs; nothing longer is looked up.
  constexpr std::size_t kMaxMeetingId = 36;
  if (!meeting || meeting->empty() || meeting->size() > kMaxMeetingId || !util::isValidUtf8(*meeting))
    return responder(redirect("/"));
  // The visitor goes on whether or not the answer could be kept; it is shared because a std::function is copyable.
  const auto shared = std::make_shared<Responder>(std::move(responder));
  site.reports.addFeedback(site.version, issues, *meeting,
                           [shared](storage::ReportResult) { (*shared)(redirect("/")); });
}

void notFound(const Site& site, const Request& request, Responder responder) {
  const StaticFile* page = site.files.page();
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (get && page != nullptr && wantsHtml(request)) return responder(answerWithFile(*page, request, 404));
  responder(jsonError(404, "not_found", "There is nothing at this address."));
}

}  // namespace

Response answerWithPage(const Site& site, const Request& request) {
  if (const StaticFile* page = site.files.page()) return answerWithFile(*page, request);
  return textResponse(503,
                      "The web client is not built. Run scripts/run, or build it (npm run build in the folder web) and "
                      "start the server with WEB_ROOT set to web/dist.\n");
}

void addPages(Router& router, const Site& site) {
  const auto answer = [](auto make) {
    return [make](const Request& request, Responder responder) { responder(make(request)); };
  };
  const auto guarded = answer([&site](const Request& request) { return guardedPage(site, request); });
  const auto open = answer([&site](const Request& request) { return answerWithPage(site, request); });

  router.add("GET", "/", guarded);
  router.add("POST", "/", answer([&site](const Request& request) { return enterRoom(site, request); }));
  // The page is found at its routes; by its own name the client would take it for a room.
  router.add("GET", "/index.html", answer([](const Request&) { return redirect("/"); }));
  router.add("GET", "/new", answer(newRoom));
  router.add("GET", "/set-username", open);
  router.add("POST", "/set-username", answer([&site](const Request& request) { return setUsername(site, request); }));
  router.add("GET", "/legal/terms", open);
  router.add("GET", "/legal/privacy", open);
  router.add("GET", "/call-quality-feedback", guarded);
  const auto limiter =
      std::make_shared<ReportLimiter>(kFeedbackPerVisitor, kFeedback, std::chrono::steady_clock::now());
  router.add("POST", "/call-quality-feedback", [&site, limiter](const Request& request, Responder responder) {
    feedback(site, request, std::move(responder), *limiter);
  });
  // Served from the web root if it is there; it is never a room.
  router.add("GET", "/site.webmanifest",
             answer([](const Request&) { return jsonError(404, "not_found", "There is nothing at this address."); }));
  router.add("GET", "/{room}", guarded);
  router.add("GET", "/{room}/room", guarded);
  router.setFallback(
      [&site](const Request& request, Responder responder) { notFound(site, request, std::move(responder)); });
}

}  // namespace akbuzat::http
