#include "akbuzat/config/load.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

#include "config/assignment.hpp"
#include "config/files.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

namespace {

/// A value that breaks a line would forge log lines and headers; one with a NUL is cut short by the system.
bool hasControlCharacters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

ConfigError notAllowed(const Setting& setting, const Assignment& assignment) {
  std::string sentence = assignment.name + " (from " + assignment.source + ")";
  if (!setting.secret) sentence += " is " + quote(assignment.value) + ", but";
  const bool control = hasControlCharacters(assignment.value);
  return ConfigError{sentence + " must be " + (control ? "text without control characters" : setting.allowed) + "."};
}

/// The effective assignment of `name`: the last one of `sources`, weakest first, that is not empty.
const Assignment* choose(std::string_view name, const std::vector<Assignment>& assignments) {
  const auto found = std::find_if(assignments.rbegin(), assignments.rend(), [name](const Assignment& assignment) {
    return assignment.name == name && !assignment.value.empty();
  });
  return found == assignments.rend() ? nullptr : &*found;
}

/// Settings of which both or neither must be given.
std::optional<ConfigError> checkPairs(const Config& config) {
  struct Member {
    std::string_view name;
    bool given;
  };
  struct Pair {
    Member one, other;
    std::string_view why;
  };
  const std::array pairs{
      Pair{{"REALTIME_APP_ID", !config.realtimeAppId.empty()},
           {"REALTIME_APP_SECRET", !config.realtimeAppSecret.empty()},
           "for other programs to use the SFU, neither if none does"},
      Pair{{"CALLS_APP_ID", !config.calls.appId.empty()},
           {"CALLS_APP_SECRET", !config.calls.appSecret.empty()},
           "to use Cloudflare's SFU, neither to use this server's own"},
      Pair{{"TURN_SERVICE_ID", !config.ice.turnKeyId.empty()},
           {"TURN_SERVICE_TOKEN", !config.ice.turnKeyToken.empty()},
           "to use Cloudflare's relays"},
      Pair{{"TURN_URLS", !config.ice.turnUrls.empty()},
           {"TURN_SHARED_SECRET", !config.ice.turnSharedSecret.empty()},
           "to use relays of your own; those with fixed names and passwords belong into ICE_SERVERS"},
      Pair{{"OPENAI_API_TOKEN", !config.ai.token.empty()},
           {"OPENAI_MODEL_ENDPOINT", !config.ai.endpoint.empty()},
           "to have a voice AI"},
      Pair{{"ACCESS_TEAM_DOMAIN", !config.accessTeamDomain.empty()},
           {"ACCESS_AUD", !config.accessAudience.empty()},
           "to let Cloudflare Access say who visits"},
  };
  for (const auto& [one, other, why] : pairs) {
    if (one.given == other.given) continue;
    const auto& [given, missing] = one.given ? std::pair{one, other} : std::pair{other, one};
    return ConfigError{std::string(given.name) + " is set, but " + std::string(missing.name) +
                       " is not; both are needed " + std::string(why) + "."};
  }
  return std::nullopt;
}

/// Rules about more than one setting.
std::optional<ConfigError> checkTogether(const Config& config) {
  if (config.tlsCertFile.empty() != config.tlsKeyFile.empty()) {
    const bool cert = !config.tlsCertFile.empty();
    return ConfigError{std::string(cert ? "TLS_CERT_FILE" : "TLS_KEY_FILE") + " is " +
                       quote((cert ? config.tlsCertFile : config.tlsKeyFile).string()) + ", but " +
                       (cert ? "TLS_KEY_FILE" : "TLS_CERT_FILE") +
                       " is not set; both are needed for HTTPS, neither for HTTP."};
  }
  if (config.webSocket.maxQueuedBytes < config.webSocket.maxMessageBytes) {
    return ConfigError{"WEBSOCKET_MAX_QUEUED_BYTES is " + printSize(config.webSocket.maxQueuedBytes) +
                       ", but must be at least WEBSOCKET_MAX_MESSAGE_BYTES, which is " +
                       printSize(config.webSocket.maxMessageBytes) + ", so that a message can be delivered at all."};
  }
  if (config.webSocket.pingInterval >= config.room.heartbeatTimeout) {
    return ConfigError{"WEBSOCKET_PING_INTERVAL is " + printDuration(config.webSocket.pingInterval) +
                       ", but must be less than ROOM_HEARTBEAT_TIMEOUT, which is " +
                       printDuration(config.room.heartbeatTimeout) + ", so that hidden pages keep their place."};
  }
  constexpr unsigned kHighestPort = 65535;
  const unsigned mediaPort = config.media.udpPort.value_or(config.listenPort);
  if (mediaPort != 0 && mediaPort + config.shards - 1 > kHighestPort) {
    return ConfigError{"MEDIA_UDP_PORT is " + std::to_string(mediaPort) + ", but each of the " +
                       std::to_string(config.shards) + " shards needs a port of its own, and none is above 65535."};
  }
  if (config.media.backend == MediaBackendRule::cloudflare && !config.calls.configured())
    return ConfigError{"MEDIA_BACKEND is cloudflare, but CALLS_APP_ID is not set; it names the app to be used."};
  return checkPairs(config);
}

std::variant<std::string, FileError> readConfigFile(const std::filesystem::path& path) {
  // A configuration is a page or two; more is another file, named by mistake.
  constexpr std::size_t kLargest = 1024 * 1024;
  return readSmallFile(path, kLargest);
}

}  // namespace

Environment processEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

std::variant<Invocation, ConfigError> parse(const std::vector<std::string>& arguments, const Environment& environment,
                                            const FileReader& readFile) {
  auto parsedLine = parseCommandLine(arguments);
  if (auto* error = std::get_if<ConfigError>(&parsedLine)) return std::move(*error);
  auto& line = std::get<CommandLine>(parsedLine);
  Invocation invocation{.command = line.command, .config = {}, .reportId = line.reportId, .given = {}};
  if (line.command == Command::help || line.command == Command::version) return invocation;

  std::vector<Assignment> assignments;
  if (!line.configFile.empty()) {
    const auto text = readFile(line.configFile);
    if (const auto* error = std::get_if<FileError>(&text)) {
      return ConfigError{"--config is " + quote(line.configFile) +
                         ", but must be a readable file of KEY=VALUE lines: " + error->reason + "."};
    }
    auto fromFile = parseEnvFile(std::get<std::string>(text), line.configFile);
    if (auto* error = std::get_if<ConfigError>(&fromFile)) return std::move(*error);
    assignments = std::get<std::vector<Assignment>>(std::move(fromFile));
  }
  for (const auto& setting : settings()) {
    const std::string name(setting.name);
    if (auto value = environment(name)) assignments.push_back({name, std::move(*value), "the environment"});
  }
  assignments.insert(assignments.end(), line.assignments.begin(), line.assignments.end());

  invocation.config.shards = std::clamp(std::thread::hardware_concurrency(), 1U, kMostShards);
  for (const auto& setting : settings()) {
    const Assignment* assignment = choose(setting.name, assignments);
    if (assignment == nullptr) continue;
    if (hasControlCharacters(assignment->value) || !setting.apply(invocation.config, assignment->value))
      return notAllowed(setting, *assignment);
    invocation.given.push_back({&setting, assignment->value, assignment->source});
  }
  if (auto error = checkTogether(invocation.config)) return std::move(*error);
  return invocation;
}

std::variant<Invocation, ConfigError> load(const std::vector<std::string>& arguments, const Environment& environment,
                                           const std::filesystem::path& programFolder) {
  auto parsed = parse(arguments, environment, readConfigFile);
  auto* invocation = std::get_if<Invocation>(&parsed);
  if (invocation == nullptr) return parsed;
  if (invocation->command == Command::serve || invocation->command == Command::checkConfig) {
    const auto mode = invocation->command == Command::serve ? FileMode::make : FileMode::check;
    if (auto error = prepareFiles(invocation->config, programFolder, mode)) return std::move(*error);
  }
  return parsed;
}

std::vector<std::string_view> settingsWithoutEffect(const Invocation& invocation) {
  std::vector<std::string_view> names;
  for (const auto& given : invocation.given) {
    if (!given.setting->hasEffect) names.push_back(given.setting->name);
  }
  return names;
}

}  // namespace akbuzat::config
