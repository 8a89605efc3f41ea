#include <nlohmann/json.hpp>

#include "http/site.hpp"

namespace akbuzat::http {
namespace {

// What pages use when the host sets nothing (protocol B.6).
constexpr std::int64_t kDefaultBitrate = 2'500'000;
constexpr std::int64_t kDefaultFramerate = 24;
constexpr std::int64_t kDefaultQualityLevel = 1080;
constexpr std::int64_t kDefaultApiHistory = 100;

std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Response session(const Request& request) {
  nlohmann::json json{{"username", nullptr}, {"source", nullptr}};
  if (request.identity) {
    json["username"] = request.identity->name;
    json["source"] = request.identity->source == Identity::Source::header ? "header" : "cookie";
  }
  return jsonResponse(200, dump(json));
}

/// For direct calls: RTCConfiguration's iceServers (W3C WebRTC section 4.2.1), one entry with all URLs, or none. A list
/// that is there but empty keeps a page from asking a third party's server.
nlohmann::json iceServers(const std::vector<std::string>& stunUrls) {
  nlohmann::json servers = nlohmann::json::array();
  if (!stunUrls.empty()) servers.push_back({{"urls", stunUrls}});
  return servers;
}

std::string configuration(const Site& site) {
  const config::Config& config = site.config;
  return dump({{"version", site.version},
               {"iceServers", iceServers(site.stunUrls)},
               {"maxWebcamBitrate", config.maxWebcamBitrate.value_or(kDefaultBitrate)},
               {"maxWebcamFramerate", config.maxWebcamFramerate.value_or(kDefaultFramerate)},
               {"maxWebcamQualityLevel", config.maxWebcamQualityLevel.value_or(kDefaultQualityLevel)},
               {"maxApiHistory", config.maxApiHistory.value_or(kDefaultApiHistory)},
               {"traceLink", config.traceLink},
               {"hasAi", config.ai.configured() && config.media.path != config::MediaPathRule::p2p},
               {"hasUserDirectory", !config.userDirectoryUrl.empty()},
               {"hasFeedback", true}});
}

Response ready(const Site& site) {
  if (site.draining) return jsonError(503, "draining", "The server is shutting down.");
  if (!site.reports.writable()) return jsonError(503, "not_writable", "The database cannot be written.");
  return jsonResponse(200, R"({"status":"ok"})");
}

}  // namespace

void addApi(Router& router, const Site& site) {
  router.add("GET", "/healthz",
             [](const Request&, Responder responder) { responder(jsonResponse(200, R"({"status":"ok"})")); });
  router.add("GET", "/readyz", [&site](const Request&, Responder responder) { responder(ready(site)); });
  router.add("GET", "/api/session", [](const Request& request, Responder responder) { responder(session(request)); });
  router.add("GET", "/api/config",
             [json = configuration(site)](const Request&, Responder responder) { responder(jsonResponse(200, json)); });
}

}  // namespace akbuzat::http
