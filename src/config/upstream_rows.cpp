#include "config/rows.hpp"
#include "config/table.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMinute{60'000};
constexpr milliseconds kDay = 24 * 60 * kMinute;

constexpr std::string_view kCalls = "Cloudflare's Realtime SFU";
constexpr std::string_view kIce = "Relays (TURN)";
constexpr std::string_view kAi = "Voice AI";
constexpr std::string_view kReports = "Reports and directories";

Setting extraParams() {
  auto setting = text(
      {"API_EXTRA_PARAMS", "QUERY", kCalls, "Query added to every call of its API"}, "pairs such as a=b&c=d",
      [](auto& c) -> auto& { return c.calls.extraParams; });
  setting.apply = [](Config& config, std::string_view value) {
    if (!isQuery(value)) return false;
    config.calls.extraParams = std::string(value);
    return true;
  };
  return setting;
}

Setting turnUrls() {
  auto setting = row({"TURN_URLS", "URLS", kIce, "Relays of your own, such as coturn with use-auth-secret"},
                     "URLs with commas between them, such as turns:turn.example.org:5349, turn:turn.example.org:3478");
  setting.apply = [](Config& config, std::string_view value) {
    auto urls = parseTurnUrls(value);
    if (!urls) return false;
    config.ice.turnUrls = std::move(*urls);
    return true;
  };
  setting.print = [](const Config& config) { return printAddresses(config.ice.turnUrls); };
  return setting;
}

Setting iceServers() {
  auto setting = row({"ICE_SERVERS", "JSON", kIce, "Further servers as pages take them, with what is secret in them"},
                     R"(a JSON array such as [{"urls":"turn:a.example.org","username":"u","credential":"c"}])");
  setting.secret = true;
  setting.apply = [](Config& config, std::string_view value) {
    auto servers = parseIceServers(value);
    if (!servers) return false;
    config.ice.iceServers = std::move(*servers);
    return true;
  };
  setting.print = [](const Config& config) { return config.ice.iceServers; };
  return setting;
}

Setting accessTeamDomain() {
  auto setting = row({"ACCESS_TEAM_DOMAIN", "URL", kReports, "Cloudflare Access: the team, whose keys sign who visits"},
                     "an https address without a path, such as https://team.cloudflareaccess.com");
  setting.apply = [](Config& config, std::string_view value) {
    // As the other services', and without a path: it is compared with what the tokens say of their issuer.
    auto url = parseServiceUrl(value);
    if (!url || parseOrigin(*url) != url) return false;
    config.accessTeamDomain = std::move(*url);
    return true;
  };
  setting.print = [](const Config& config) { return config.accessTeamDomain; };
  return setting;
}

}  // namespace

std::vector<Setting> upstreamSettings() {
  // The address of a chat room's webhook holds its key.
  auto feedbackUrl = serviceUrl(
      {"FEEDBACK_URL", "URL", kReports, "Webhook of a chat room that gets bug reports as cards"},
      [](auto& c) -> auto& { return c.feedbackUrl; });
  feedbackUrl.secret = true;
  constexpr std::int64_t kMostMinutes = 100'000;
  auto model = text(
      {"OPENAI_MODEL_ID", "TEXT", kAi, "Its model; at Azure the name of the deployment"}, "text",
      [](auto& c) -> auto& { return c.ai.model; });
  model.defaultText = "gpt-realtime";
  return {
      choice<MediaBackendRule>(
          {"MEDIA_BACKEND", "BACKEND", kCalls,
           "Whose SFU rooms use: auto is Cloudflare's where its app is set, and this server's when that one fails"},
          {{"auto", MediaBackendRule::automatic},
           {"embedded", MediaBackendRule::embedded},
           {"cloudflare", MediaBackendRule::cloudflare}},
          [](auto& c) -> auto& { return c.media.backend; }),
      appId(
          {"CALLS_APP_ID", "TEXT", kCalls, "App of Cloudflare's Realtime SFU"},
          [](auto& c) -> auto& { return c.calls.appId; }),
      secret(
          {"CALLS_APP_SECRET", "TEXT", kCalls, "Secret of that app"},
          [](auto& c) -> auto& { return c.calls.appSecret; }),
      serviceUrl(
          {"CALLS_API_URL", "URL", kCalls, "Base of its API, with or without /apps/ID at the end"},
          [](auto& c) -> auto& { return c.calls.apiUrl; }),
      extraParams(),

      appId(
          {"TURN_SERVICE_ID", "TEXT", kIce, "Key of Cloudflare's TURN"},
          [](auto& c) -> auto& { return c.ice.turnKeyId; }),
      secret(
          {"TURN_SERVICE_TOKEN", "TEXT", kIce, "Token of that key"},
          [](auto& c) -> auto& { return c.ice.turnKeyToken; }),
      serviceUrl(
          {"TURN_API_URL", "URL", kIce, "Base of its API"}, [](auto& c) -> auto& { return c.ice.turnApiUrl; }),
      turnUrls(),
      secret(
          {"TURN_SHARED_SECRET", "TEXT", kIce, "Secret that those relays share with this server"},
          [](auto& c) -> auto& { return c.ice.turnSharedSecret; }),
      iceServers(),
      duration(
          {"TURN_TTL", "TIME", kIce, "How long a page's access to the relays is valid"}, 10 * kMinute, 2 * kDay,
          [](auto& c) -> auto& { return c.ice.ttl; }),

      secret(
          {"OPENAI_API_TOKEN", "TEXT", kAi, "Key of the AI's provider"}, [](auto& c) -> auto& { return c.ai.token; }),
      serviceUrl(
          {"OPENAI_MODEL_ENDPOINT", "URL", kAi, "Where it takes calls, at OpenAI, Azure or elsewhere"},
          [](auto& c) -> auto& { return c.ai.endpoint; }),
      std::move(model),
      choice<AiApiStyle>(
          {"OPENAI_API_STYLE", "STYLE", kAi, "How it is asked; auto is what its address says"},
          {{"auto", AiApiStyle::automatic},
           {"openai", AiApiStyle::openai},
           {"azure", AiApiStyle::azure},
           {"sdp", AiApiStyle::sdp}},
          [](auto& c) -> auto& { return c.ai.style; }),
      number(
          {"AI_MAX_MINUTES_PER_ROOM", "NUMBER", kAi, "How long it may be in one meeting"}, 1, kMostMinutes,
          [](auto& c) -> auto& { return c.ai.maxMinutesPerRoom; }),
      number(
          {"AI_MAX_MINUTES_PER_DAY", "NUMBER", kAi, "How long it may be in all meetings of a day (UTC) together"}, 1,
          kMostMinutes, [](auto& c) -> auto& { return c.ai.maxMinutesPerDay; }),

      std::move(feedbackUrl),
      duration(
          {"REPORT_TTL", "TIME", kReports, "How long bug reports are kept"}, kDay, 3650 * kDay,
          [](auto& c) -> auto& { return c.reportTtl; }),
      serviceUrl(
          {"USER_DIRECTORY_URL", "URL", kReports, "Where users' names and photos are looked up, by ?email=NAME"},
          [](auto& c) -> auto& { return c.userDirectoryUrl; }),
      serviceUrl(
          {"TRACE_LINK", "URL", kReports, "Base of links to the trace of a media session"},
          [](auto& c) -> auto& { return c.traceLink; }),
      accessTeamDomain(),
      text(
          {"ACCESS_AUD", "TEXT", kReports, "Cloudflare Access: the application's audience tag"}, "text",
          [](auto& c) -> auto& { return c.accessAudience; }),
  };
}

}  // namespace akbuzat::config
