// What pages report: counted reloads, faults that people noticed, and tracks without anything in them.

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "akbuzat/util/random.hpp"
#include "akbuzat/util/text.hpp"
#include "akbuzat/util/utf8.hpp"
#include "http/form.hpp"
#include "http/realtime_calls.hpp"
#include "http/report_limiter.hpp"
#include "http/report_reader.hpp"
#include "http/site.hpp"
#include "http/text.hpp"

namespace akbuzat::http {
namespace {

/// 132 random bits.
constexpr std::size_t kIdLength = 22;
/// Browsers' are about 120 bytes long.
constexpr std::size_t kMaxUserAgent = 512;

/// A person writes one report and then thinks; thousands of them would only cover the ones that matter.
constexpr ReportLimiter::Rate kBugsPerVisitor{1.0 / 60, 10};
constexpr ReportLimiter::Rate kBugs{1.0 / 6, 100};
/// When the SFU fails in a meeting of ten, each page misses nine voices and nine pictures at once.
constexpr ReportLimiter::Rate kDeadTracksPerVisitor{1.0 / 60, 20};
constexpr ReportLimiter::Rate kDeadTracks{1.0 / 6, 200};
/// Whoever reloads again and again tells nothing new; in an office all share one address.
constexpr ReportLimiter::Rate kRefreshesPerVisitor{1.0 / 6, 60};
constexpr ReportLimiter::Rate kRefreshes{10, 600};

using Limits = std::shared_ptr<ReportLimiter>;

Limits limits(ReportLimiter::Rate visitor, ReportLimiter::Rate all) {
  return std::make_shared<ReportLimiter>(visitor, all, std::chrono::steady_clock::now());
}

/// The answer instead, unless this visitor may report now.
std::optional<Response> refuse(const Site& site, const Request& request, ReportLimiter& limiter) {
  if (auto refusal = refuseForeignOrigin(request, site.config)) return refusal;
  if (limiter.take(request.client, std::chrono::steady_clock::now())) return std::nullopt;
  Response response = jsonError(429, "too_many_reports", "Too many reports came from here. Please wait a while.");
  response.add("Retry-After", "60");
  return response;
}

std::function<void(storage::ReportResult)> answerStored(Responder responder, std::function<Response()> success) {
  return [answer = answerBy(std::move(responder)), success = std::move(success)](storage::ReportResult result) {
    answer(result == storage::ReportResult::stored ? success()
                                                   : jsonError(503, "not_saved", "The report could not be stored."));
  };
}

void reportRefresh(const Site& site, const Request& request, Responder responder, ReportLimiter& limiter) {
  if (auto refusal = refuse(site, request, limiter)) return responder(std::move(*refusal));
  site.reports.addRefresh(site.version, answerStored(std::move(responder), [] { return emptyResponse(201); }));
}

/// One that can be written on a command line, where a hyphen begins something else.
std::string newId() {
  std::string id = util::randomToken(kIdLength);
  while (id.front() == '-') id = util::randomToken(kIdLength);
  return id;
}

/// Adds what the server knows itself.
storage::Report completed(storage::Report report, const Site& site, const Request& request) {
  report.id = newId();
  report.created = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  report.userName = request.identity->name;
  report.host = request.origin;
  report.version = site.version;
  report.userAgent = request.headers.get("User-Agent").substr(0, kMaxUserAgent);
  std::erase_if(report.userAgent, isControlCharacter);
  if (!util::isValidUtf8(report.userAgent)) report.userAgent.clear();
  return report;
}

using Reader = std::optional<storage::Report> (*)(std::string_view body);

void reportFault(const Site& site, const Request& request, Responder responder, ReportLimiter& limiter, Reader read) {
  if (!request.identity) return responder(jsonError(401, "no_name", "Only visitors with a name can report."));
  if (auto refusal = refuse(site, request, limiter)) return responder(std::move(*refusal));
  auto report = read(request.body);
  if (!report) return responder(jsonError(400, "bad_report", "The report lacks something, or is too long."));
  site.reports.addReport(completed(std::move(*report), site, request), !site.config.feedbackUrl.empty(),
                         answerStored(std::move(responder), [] { return jsonResponse(200, R"({"status":"ok"})"); }));
}

/// For whoever came by the link of a card in the host's chat.
void debugInfo(const Site& site, const Request& request, Responder responder) {
  if (!request.identity) return responder(jsonError(401, "no_name", "Only visitors with a name can read reports."));
  std::string id = formValue(request.query, "id").value_or("");
  if (!util::isIdentifier(id)) return responder(jsonError(400, "no_id", "The address names no report."));
  site.reports.findReport(
      std::move(id), [answer = answerBy(std::move(responder))](std::optional<storage::Report> report, bool readable) {
        if (!readable) return answer(jsonError(503, "not_readable", "The report could not be read."));
        if (!report || report->kind != storage::Report::Kind::bug)
          return answer(jsonError(404, "not_found", "There is no such report."));
        answer(jsonResponse(200, roomHistoryOf(*report)));
      });
}

}  // namespace

void addReports(Router& router, const Site& site) {
  router.add("POST", "/api/reportRefresh",
             [&site, limiter = limits(kRefreshesPerVisitor, kRefreshes)](const Request& request, Responder responder) {
               reportRefresh(site, request, std::move(responder), *limiter);
             });
  const auto addFault = [&](std::string_view path, const Limits& limiter, Reader read) {
    router.add("POST", path, [&site, limiter, read](const Request& request, Responder responder) {
      reportFault(site, request, std::move(responder), *limiter, read);
    });
  };
  addFault("/api/bugReport", limits(kBugsPerVisitor, kBugs), readBugReport);
  addFault("/api/deadTrack", limits(kDeadTracksPerVisitor, kDeadTracks), readDeadTrack);
  router.add("GET", "/api/debugInfo",
             [&site](const Request& request, Responder responder) { debugInfo(site, request, std::move(responder)); });
}

}  // namespace akbuzat::http
