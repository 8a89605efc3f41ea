#include "ai/provider.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "akbuzat/util/json_depth.hpp"
#include "akbuzat/util/log.hpp"
#include "akbuzat/util/percent.hpp"

namespace akbuzat::ai {
namespace {

using config::AiApiStyle;

constexpr std::string_view kOpenAi = "https://api.openai.com";
/// The path that OpenAI has retired, in configurations of the originals (protocol D.6).
constexpr std::string_view kRetiredPath = "/v1/realtime";
constexpr std::string_view kDefaultModel = "gpt-realtime";
/// Of the provider's own words in the log.
constexpr std::size_t kMaxLogged = 200;
/// An answer with every candidate there is stays far below.
constexpr std::size_t kMaxAnswerBytes = 64 * 1024;

struct Url {
  std::string_view origin;
  std::string_view path;
  std::string_view query;
};

/// Of an address that the configuration has accepted.
Url split(std::string_view url) {
  const auto hostStart = url.find("://") + 3;
  const auto pathStart = std::min(url.find_first_of("/?", hostStart), url.size());
  const auto question = std::min(url.find('?', pathStart), url.size());
  return {url.substr(0, pathStart), url.substr(pathStart, question - pathStart),
          url.substr(std::min(question + 1, url.size()))};
}

bool isAzure(std::string_view origin) {
  const auto host = origin.substr(origin.find("://") + 3);
  const auto name = host.substr(0, host.find(':'));
  return name.ends_with(".azure.com");
}

void authorize(https::Request& request, const config::AiSettings& settings) {
  if (styleOf(settings) == AiApiStyle::azure) {
    request.headers.emplace_back("api-key", settings.token);
  } else {
    request.headers.emplace_back("Authorization", "Bearer " + settings.token);
  }
}

std::string json(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string modelOf(const config::AiSettings& settings) {
  return settings.model.empty() ? std::string{kDefaultModel} : settings.model;
}

void askByForm(https::Request& request, const config::AiSettings& settings, const std::string& offer,
               const room::AiWish& wish, std::string_view boundary) {
  nlohmann::json session{{"type", "realtime"}, {"model", modelOf(settings)}};
  if (!wish.instructions.empty()) session["instructions"] = wish.instructions;
  if (!wish.voice.empty()) session["audio"] = {{"output", {{"voice", wish.voice}}}};
  const auto part = [&](std::string_view name, std::string_view type, const std::string& text) {
    request.body.append("--").append(boundary).append("\r\nContent-Disposition: form-data; name=\"").append(name);
    request.body.append("\"\r\nContent-Type: ").append(type).append("\r\n\r\n").append(text).append("\r\n");
  };
  part("sdp", "application/sdp", offer);
  part("session", "application/json", json(session));
  request.body.append("--").append(boundary).append("--\r\n");
  request.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + std::string{boundary});
}

void askBySdp(https::Request& request, const config::AiSettings& settings, const std::string& offer,
              const room::AiWish& wish) {
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    request.url += request.url.find('?') == std::string::npos ? '?' : '&';
    request.url.append(name).append("=").append(util::percentEncode(value));
  };
  add("voice", wish.voice);
  add("instructions", wish.instructions);
  // Azure's addresses name the deployment themselves.
  if (!isAzure(split(settings.endpoint).origin)) add("model", modelOf(settings));
  request.headers.emplace_back("Content-Type", "application/sdp");
  request.body = offer;
}

/// {"error":{"code","message"}} in one short line of printable characters.
std::string reasonIn(std::string_view body) {
  constexpr int kDepth = 16;
  if (util::nestsDeeperThan(body, kDepth)) return {};
  const auto parsed = nlohmann::json::parse(body, nullptr, false);
  const auto error = parsed.is_object() ? parsed.find("error") : parsed.end();
  if (!parsed.is_object() || error == parsed.end() || !error->is_object()) return {};
  std::string reason;
  for (const char* name : {"code", "message"}) {
    const auto member = error->find(name);
    if (member == error->end() || !member->is_string()) continue;
    reason += (reason.empty() ? "" : ": ") + member->get_ref<const std::string&>().substr(0, kMaxLogged);
  }
  std::ranges::replace_if(
      reason, [](char c) { return c < ' ' || c == 0x7f; }, ' ');
  return reason;
}

/// The address of the call, which the header names relative to the endpoint or whole; empty if it is elsewhere: the
/// token goes to nobody else.
std::string callUrl(const config::AiSettings& settings, std::string_view location) {
  const Url endpoint = split(settings.endpoint);
  if (location.starts_with('/') && !location.starts_with("//")) return std::string{endpoint.origin}.append(location);
  if (location.starts_with(std::string{endpoint.origin} + "/")) return std::string{location};
  return {};
}

}  // namespace

AiApiStyle styleOf(const config::AiSettings& settings) {
  if (settings.style != AiApiStyle::automatic) return settings.style;
  const Url url = split(settings.endpoint);
  if (url.origin == kOpenAi && url.path == kRetiredPath) return AiApiStyle::openai;
  if (!url.path.ends_with("/realtime/calls")) return AiApiStyle::sdp;
  return isAzure(url.origin) ? AiApiStyle::azure : AiApiStyle::openai;
}

https::Request callRequest(const config::AiSettings& settings, const std::string& offer, const room::AiWish& wish,
                           std::string_view boundary) {
  https::Request request;
  request.method = "POST";
  request.url = settings.endpoint;
  authorize(request, settings);
  if (styleOf(settings) == AiApiStyle::sdp) {
    askBySdp(request, settings, offer, wish);
    return request;
  }
  const Url url = split(settings.endpoint);
  if (url.path == kRetiredPath) {
    request.url = std::string{url.origin}.append(url.path).append("/calls");
    if (!url.query.empty()) request.url.append("?").append(url.query);
  }
  askByForm(request, settings, offer, wish, boundary);
  return request;
}

std::variant<Answered, room::AiFailure> understand(const config::AiSettings& settings, const https::Outcome& outcome) {
  if (const auto* failure = std::get_if<https::Failure>(&outcome)) {
    util::log().warn("The voice AI's provider could not be asked: {}", https::describe(*failure));
    return room::AiFailure::provider;
  }
  const auto& response = std::get<https::Response>(outcome);
  if (response.status == 401 || response.status == 403) {
    util::log().error("The voice AI's provider refused OPENAI_API_TOKEN (status {}) {}", response.status,
                      reasonIn(response.body));
    return room::AiFailure::refused;
  }
  const bool isAnswer = response.body.starts_with("v=0") && response.body.size() <= kMaxAnswerBytes;
  if (response.status < 200 || response.status > 299 || !isAnswer) {
    util::log().warn("The voice AI's provider did not answer the call (status {}) {}", response.status,
                     reasonIn(response.body));
    return room::AiFailure::provider;
  }
  Answered answered{response.body, {}};
  if (std::string url = callUrl(settings, response.header("Location")); !url.empty()) {
    const auto question = url.find('?');
    if (question != std::string::npos) url.resize(question);
    answered.hangUpUrl = url + "/hangup";
  }
  return answered;
}

https::Request hangUpRequest(const config::AiSettings& settings, const std::string& hangUpUrl) {
  https::Request request;
  request.method = "POST";
  request.url = hangUpUrl;
  // A call that has ended ends no further.
  request.repeatable = true;
  authorize(request, settings);
  return request;
}

bool hasHungUp(const https::Outcome& outcome) {
  const auto* response = std::get_if<https::Response>(&outcome);
  if (response == nullptr) return false;
  const unsigned status = response->status;
  // What the provider does not know or take has ended, or never will by asking again; busy servers and wrong tokens
  // are another matter.
  const bool mayHelp = status == 401 || status == 403 || status == 408 || status == 429 || status >= 500;
  return !mayHelp;
}

}  // namespace akbuzat::ai
