#include <set>

#include <catch2/catch.hpp>

#include "unit/config/support.hpp"

namespace akbuzat::config {

using test::Given;
using namespace Catch::Matchers;

TEST_CASE("every name of a setting is written in capitals once, and has a flag of its own") {
  std::set<std::string> flags{"--config", "--help", "--version"};
  for (const auto& setting : settings()) {
    INFO(setting.name);
    CHECK(setting.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos);
    CHECK(flags.insert(flagOf(setting.name)).second);
    CHECK(findSetting(setting.name) == &setting);
    CHECK_FALSE(setting.meaning.empty());
    CHECK_FALSE(setting.meaning.ends_with('.'));
    CHECK_FALSE(setting.allowed.empty());
  }
}

TEST_CASE("without any setting the defaults hold") {
  const auto invocation = Given{}.invocation();
  CHECK(invocation.command == Command::serve);
  CHECK(invocation.given.empty());
  CHECK(invocation.config.listenAddress == "0.0.0.0");
  CHECK(invocation.config.listenPort == 8787);
  CHECK(invocation.config.dataDir == "./data");
  CHECK(invocation.config.shards >= 1);
  CHECK(invocation.config.shards <= 64);
  CHECK_FALSE(invocation.config.tls());
  CHECK_FALSE(invocation.config.media.udpPort);
  CHECK(invocation.config.media.announcedIps.empty());
  CHECK(invocation.config.media.path == MediaPathRule::automatic);
  CHECK(invocation.config.media.codec == VideoCodec::vp8);
  CHECK(invocation.config.realtimeAppId.empty());
}

TEST_CASE("what a setting prints, it reads as the same value") {
  const Config defaults;
  for (const auto& setting : settings()) {
    const auto printed = setting.print(defaults);
    if (printed.empty()) continue;
    INFO(setting.name << "=" << printed);
    Config config;
    CHECK(setting.apply(config, printed));
    CHECK(setting.print(config) == printed);
  }
}

TEST_CASE("values of each setting") {
  struct Row {
    const char* name;
    const char* value;
    const char* printed;  // nullptr: not allowed
  };
  const Row row = GENERATE(
      Row{"LISTEN", "[::]:80", "[::]:80"}, Row{"LISTEN", "8787", nullptr},
      Row{"PUBLIC_URL", "https://Meet.Example.org/", "https://meet.example.org"},
      Row{"PUBLIC_URL", "meet.example.org", nullptr}, Row{"DATA_DIR", "/var/lib/a b", "/var/lib/a b"},
      Row{"SHARDS", "64", "64"}, Row{"SHARDS", "0", nullptr}, Row{"SHARDS", "65", nullptr},
      Row{"LOG_LEVEL", "debug", "debug"}, Row{"LOG_LEVEL", "DEBUG", nullptr}, Row{"LOG_FORMAT", "json", "json"},
      Row{"LOG_FORMAT", "xml", nullptr}, Row{"SESSION_SECRET", "sixteen-bytes-ok", "sixteen-bytes-ok"},
      Row{"SESSION_SECRET", "fifteen-bytes-x", nullptr}, Row{"TRUSTED_PROXIES", "10.0.0.0/8", "10.0.0.0/8"},
      Row{"TRUSTED_PROXIES", "none", ""}, Row{"TRUSTED_PROXIES", "proxy", nullptr},
      Row{"IDENTITY_HEADER", "X-User", "X-User"}, Row{"IDENTITY_HEADER", "none", "none"},
      Row{"IDENTITY_HEADER", "X User", nullptr}, Row{"HTTP_MAX_HEADER_BYTES", "8192", "8k"},
      Row{"HTTP_MAX_HEADER_BYTES", "1023", nullptr}, Row{"HTTP_MAX_BODY_BYTES", "65M", nullptr},
      Row{"HTTP_HEADER_TIMEOUT", "5", "5s"}, Row{"HTTP_HEADER_TIMEOUT", "99ms", nullptr},
      Row{"HTTP_BODY_TIMEOUT", "250ms", "250ms"}, Row{"HTTP_IDLE_TIMEOUT", "3601", nullptr},
      Row{"HTTP_MAX_CONNECTIONS", "1000000", "1000000"}, Row{"HTTP_MAX_CONNECTIONS", "0", nullptr},
      Row{"HTTP_MAX_CONNECTIONS_PER_ADDRESS", "1", "1"}, Row{"HTTP_MAX_CONNECTIONS_PER_ADDRESS", "-1", nullptr},
      Row{"HTTP_REQUESTS_PER_SECOND_PER_ADDRESS", "0", "0"}, Row{"HTTP_REQUESTS_PER_SECOND_PER_ADDRESS", "0.5", "0.5"},
      Row{"WEBSOCKET_CONNECTS_PER_SECOND_PER_ADDRESS", "-1", nullptr},
      Row{"WEBSOCKET_MESSAGES_PER_SECOND", "1000001", nullptr}, Row{"WEBSOCKET_MAX_MESSAGE_BYTES", "256k", "256k"},
      Row{"WEBSOCKET_MAX_QUEUED_BYTES", "1G", "1G"}, Row{"WEBSOCKET_PING_INTERVAL", "1", "1s"},
      Row{"ROOM_MAX_MEMBERS", "5000", "5000"}, Row{"ROOM_MAX_MEMBERS", "0", nullptr}, Row{"ROOM_GRACE", "0", "0s"},
      Row{"ROOM_RESTART_GRACE", "1m", nullptr}, Row{"ROOM_HEARTBEAT_TIMEOUT", "999ms", nullptr},
      Row{"ROOM_EMPTY_MEETING", "100ms", "100ms"}, Row{"MEDIA_UDP_PORT", "0", "0"},
      Row{"MEDIA_UDP_PORT", "40000", "40000"}, Row{"MEDIA_UDP_PORT", "65536", nullptr},
      Row{"MEDIA_UDP_PORT", "-1", nullptr}, Row{"MEDIA_ANNOUNCED_IPS", "::1,192.0.2.1", "::1, 192.0.2.1"},
      Row{"MEDIA_ANNOUNCED_IPS", "meet.example.org", nullptr}, Row{"MEDIA_PATH", "auto", "auto"},
      Row{"MEDIA_PATH", "p2p", "p2p"}, Row{"MEDIA_PATH", "sfu", "sfu"}, Row{"MEDIA_PATH", "turn", nullptr},
      Row{"MEDIA_VIDEO_CODEC", "av1", "av1"}, Row{"MEDIA_VIDEO_CODEC", "h264", "h264"},
      Row{"MEDIA_VIDEO_CODEC", "VP8", nullptr}, Row{"REALTIME_APP_ID", "a/b", nullptr},
      Row{"REALTIME_APP_SECRET", "fifteen-bytes-x", nullptr}, Row{"MAX_WEBCAM_BITRATE", "800000", "800000"},
      Row{"MAX_WEBCAM_BITRATE", "0", nullptr}, Row{"MAX_WEBCAM_FRAMERATE", "30fps", nullptr},
      Row{"MAX_WEBCAM_QUALITY_LEVEL", "720", "720"}, Row{"MAX_API_HISTORY", "0", "0"}, Row{"E2EE_ENABLED", "true", ""},
      Row{"E2EE_ENABLED", "1", nullptr}, Row{"DB", "anything", ""});
  INFO(row.name << "=" << row.value);
  const Given given{.arguments = {}, .environment = {{row.name, row.value}}, .files = {}};
  if (row.printed == nullptr) {
    const auto* setting = findSetting(row.name);
    const auto error = given.error();
    CHECK_THAT(error, StartsWith(std::string(row.name) + " (from the environment)"));
    CHECK_THAT(error, EndsWith("must be " + setting->allowed + "."));
    CHECK((error.find(row.value) == std::string::npos) == setting->secret);
  } else {
    CHECK(findSetting(row.name)->print(given.invocation().config) == row.printed);
  }
}

TEST_CASE("a value with a control character is refused, and no error repeats a secret") {
  CHECK_THAT((Given{{}, {{"DATA_DIR", "a\nb"}}, {}}.error()), Contains("\"a?b\"") && Contains("control characters"));
  const auto error = Given{{}, {{"SESSION_SECRET", "a long enough secret\n"}}, {}}.error();
  CHECK_THAT(error, Contains("control characters") && !Contains("enough"));
}

TEST_CASE("the command line goes over the environment, the environment over the file") {
  Given given{.arguments = {"--config", "f", "--log-level", "error"},
              .environment = {{"LOG_LEVEL", "warn"}, {"LISTEN", "127.0.0.1:1"}},
              .files = {{"f", "LOG_LEVEL=debug\nLISTEN=127.0.0.2:2\nSHARDS=3\n"}}};
  const auto invocation = given.invocation();
  CHECK(invocation.config.logLevel == LogLevel::error);
  CHECK(invocation.config.listenAddress == "127.0.0.1");
  CHECK(invocation.config.shards == 3);
  REQUIRE(invocation.given.size() == 3);
  CHECK(invocation.given[0].source == "the environment");
  CHECK(invocation.given[1].source == "f line 3");
  CHECK(invocation.given[2].source == "the command line");

  SECTION("an empty value counts as not given") {
    given.environment["LOG_LEVEL"] = "";
    given.arguments = {"--config=f", "--listen="};
    const auto again = given.invocation();
    CHECK(again.config.logLevel == LogLevel::debug);
    CHECK(again.config.listenAddress == "127.0.0.1");
  }
  SECTION("a wrong value that another one overrides does no harm") {
    given.environment["LOG_LEVEL"] = "loud";
    CHECK(given.invocation().config.logLevel == LogLevel::error);
  }
  SECTION("the last of a repeated flag counts") {
    given.arguments.insert(given.arguments.end(), {"--log-level", "info"});
    CHECK(given.invocation().config.logLevel == LogLevel::info);
  }
}

TEST_CASE("commands and flags") {
  const auto command = [](std::vector<std::string> arguments) { return Given{arguments, {}, {}}.invocation().command; };
  CHECK(command({}) == Command::serve);
  CHECK(command({"serve"}) == Command::serve);
  CHECK(command({"check-config"}) == Command::checkConfig);
  CHECK(command({"--shards=2", "check-config"}) == Command::checkConfig);
  CHECK(command({"reports"}) == Command::reports);
  CHECK(Given{{"reports", "--data-dir=/d", "an-id"}, {}, {}}.invocation().reportId == "an-id");
  CHECK(command({"--version"}) == Command::version);
  CHECK(command({"serve", "--help", "--nonsense"}) == Command::help);
  CHECK(command({"-h"}) == Command::help);
  CHECK(Given{{"--data-dir", "/x", "--web-root=/y=z"}, {}, {}}.invocation().config.webRoot == "/y=z");

  struct Row {
    std::vector<std::string> arguments;
    const char* sentence;
  };
  const std::vector<Row> rows{
      {{"start"}, "\"start\" is not a command; those are serve, check-config and reports, once."},
      {{"serve", "serve"}, "\"serve\" is not a command; those are serve, check-config and reports, once."},
      {{"--data-dirs", "x"}, "\"--data-dirs\" is not a setting; did you mean --data-dir?"},
      {{"--LISTEN", "x"}, "\"--LISTEN\" is not a setting; did you mean --listen?"},
      {{"--frobnicate"}, "\"--frobnicate\" is not a setting; `akbuzat --help` lists all settings."},
      {{"--"}, "\"--\" is not a setting; `akbuzat --help` lists all settings."},
      {{"--shards"}, "--shards must be followed by its value, which is a whole number from 1 to 64."},
      {{"--shards", "--listen"}, "--shards must be followed by its value, which is a whole number from 1 to 64."},
      {{"--shards", "x"}, "SHARDS (from the command line) is \"x\", but must be a whole number from 1 to 64."},
      {{"--config"}, "--config must be followed by its value, which is a file."},
      {{"--config", "none"},
       "--config is \"none\", but must be a readable file of KEY=VALUE lines: No such file or directory."},
  };
  for (const auto& [arguments, sentence] : rows) CHECK(Given{arguments, {}, {}}.error() == sentence);
}

TEST_CASE("lines of a file") {
  const auto level = [](const std::string& text) {
    return Given{{"--config", "f"}, {}, {{"f", text}}}.invocation().config.dataDir.string();
  };
  CHECK(level("DATA_DIR=/a b") == "/a b");
  CHECK(level("\xef\xbb\xbf# comment\r\n\r\n  DATA_DIR = /a \r\n") == "/a");
  CHECK(level("DATA_DIR='/a #b'") == "/a #b");
  CHECK(level("DATA_DIR=\"/a'b\"  # why") == "/a'b");
  CHECK(level("DATA_DIR=/a # why") == "/a");
  CHECK(level("DATA_DIR=/a#b") == "/a#b");
  CHECK(level("DATA_DIR=/a=b$c\\n") == "/a=b$c\\n");
  CHECK(level("DATA_DIR=\n") == "./data");
  CHECK(level("DATA_DIR=# nothing") == "./data");
  CHECK(level("DATA_DIR=''") == "./data");
  CHECK(level("") == "./data");

  struct Row {
    const char* text;
    const char* sentence;
  };
  const std::vector<Row> rows{
      {"\nLISTN=x", "f line 2: \"LISTN\" is not a setting; did you mean LISTEN?"},
      {"listen=x", "f line 1: \"listen\" is not a setting; did you mean LISTEN?"},
      {"HTTP_MAX_BODY=1", "f line 1: \"HTTP_MAX_BODY\" is not a setting; did you mean HTTP_MAX_BODY_BYTES?"},
      {"PATH=x", "f line 1: \"PATH\" is not a setting; `akbuzat --help` lists all settings."},
      {"=x", "f line 1: \"\" is not a setting; `akbuzat --help` lists all settings."},
      {"hunter2", "f line 1 must be KEY=VALUE, a comment that begins with #, or empty."},
      {"export LISTEN=x", "f line 1 begins with export, but must be KEY=VALUE alone."},
      {"SESSION_SECRET=\"hunter2",
       "f line 1: the value of SESSION_SECRET must end with the quote that it begins with, and only a # comment may "
       "follow."},
      {"SESSION_SECRET='a'b",
       "f line 1: the value of SESSION_SECRET must end with the quote that it begins with, and only a # comment may "
       "follow."},
      {"SHARDS=1\nSHARDS=1", "f line 2 sets SHARDS, which line 1 has set already; remove one of them."},
      {"\n\nSHARDS=many", "SHARDS (from f line 3) is \"many\", but must be a whole number from 1 to 64."},
      {"SESSION_SECRET=hunter2", "SESSION_SECRET (from f line 1) must be at least 16 characters."},
  };
  for (const auto& [text, sentence] : rows) CHECK(Given{{"--config", "f"}, {}, {{"f", text}}}.error() == sentence);
}

TEST_CASE("an unknown variable of the environment is nobody's business") {
  CHECK(Given{{}, {{"PATH", "/bin"}, {"LISTN", "x"}}, {}}.invocation().given.empty());
}

TEST_CASE("settings that only make sense together") {
  CHECK_THAT((Given{{"--tls-cert-file", "c.pem"}, {}, {}}.error()),
             StartsWith("TLS_CERT_FILE is \"c.pem\", but TLS_KEY_FILE is not set"));
  CHECK_THAT((Given{{"--tls-key-file", "k.pem"}, {}, {}}.error()),
             StartsWith("TLS_KEY_FILE is \"k.pem\", but TLS_CERT_FILE is not set"));
  CHECK_THAT((Given{{"--websocket-max-queued-bytes", "512k"}, {}, {}}.error()),
             StartsWith("WEBSOCKET_MAX_QUEUED_BYTES is 512k, but must be at least WEBSOCKET_MAX_MESSAGE_BYTES"));
  CHECK_THAT((Given{{"--room-heartbeat-timeout", "5"}, {}, {}}.error()),
             StartsWith("WEBSOCKET_PING_INTERVAL is 5s, but must be less than ROOM_HEARTBEAT_TIMEOUT, which is 5s"));
  CHECK_THAT((Given{{"--realtime-app-id", "app"}, {}, {}}.error()),
             StartsWith("REALTIME_APP_ID is set, but REALTIME_APP_SECRET is not;"));
  const auto error = Given{{"--realtime-app-secret", "sixteen-bytes-ok"}, {}, {}}.error();
  CHECK_THAT(error, StartsWith("REALTIME_APP_SECRET is set, but REALTIME_APP_ID is not;"));
  CHECK_THAT(error, !Contains("sixteen"));
}

TEST_CASE("every shard has a media port") {
  const auto error = [](std::vector<std::string> arguments) { return Given{std::move(arguments), {}, {}}.error(); };
  CHECK(error({"--media-udp-port", "65532", "--shards", "4"}).empty());
  CHECK_THAT(error({"--media-udp-port", "65533", "--shards", "4"}),
             StartsWith("MEDIA_UDP_PORT is 65533, but each of the 4 shards needs a port of its own"));
  CHECK(error({"--media-udp-port", "0", "--shards", "64"}).empty());
  // Without a number of its own it has the one of the HTTP port.
  CHECK_THAT(error({"--listen", "127.0.0.1:65535", "--shards", "2"}), StartsWith("MEDIA_UDP_PORT is 65535"));
  CHECK(error({"--listen", "127.0.0.1:65535", "--shards", "1"}).empty());
}

TEST_CASE("an app for other programs has an id and a secret") {
  const auto config =
      Given{{}, {{"REALTIME_APP_ID", "my_app-1"}, {"REALTIME_APP_SECRET", "sixteen-bytes-ok"}}, {}}.invocation().config;
  CHECK(config.realtimeAppId == "my_app-1");
  CHECK(config.realtimeAppSecret == "sixteen-bytes-ok");
}

TEST_CASE("Cloudflare's app, its address and its parameters are understood in both forms") {
  const std::map<std::string, std::string> app{{"CALLS_APP_ID", "abc"}, {"CALLS_APP_SECRET", "sixteen-bytes-ok"}};
  const auto base = [&](std::string_view url) {
    auto given = app;
    if (!url.empty()) given["CALLS_API_URL"] = url;
    return Given{{}, given, {}}.invocation().config.calls.baseUrl();
  };
  CHECK(base("") == "https://rtc.live.cloudflare.com/v1/apps/abc");
  CHECK(base("https://sfu.example.org/v1/") == "https://sfu.example.org/v1/apps/abc");
  CHECK(base("https://sfu.example.org/v1/apps/abc") == "https://sfu.example.org/v1/apps/abc");
  CHECK(base("http://localhost:8080/v1") == "http://localhost:8080/v1/apps/abc");
  CHECK(Given{{}, app, {}}.invocation().config.calls.configured());
  CHECK_FALSE(Given{}.invocation().config.calls.configured());

  const auto error = [&](const std::string& name, const std::string& value) {
    return Given{{}, {{name, value}}, {}}.error();
  };
  // A secret goes there: not over a network in the clear.
  CHECK_THAT(error("CALLS_API_URL", "http://sfu.example.org/v1"),
             StartsWith("CALLS_API_URL (from the environment) is"));
  CHECK_THAT(error("CALLS_API_URL", "https://user@sfu.example.org"), StartsWith("CALLS_API_URL"));
  CHECK_THAT(error("API_EXTRA_PARAMS", "a=b#c"), StartsWith("API_EXTRA_PARAMS"));
  CHECK_THAT(error("MEDIA_BACKEND", "cloudflare"),
             StartsWith("MEDIA_BACKEND is cloudflare, but CALLS_APP_ID is not set"));
}

TEST_CASE("what belongs together is given together") {
  const auto [given, missing, value] = GENERATE(table<std::string, std::string, std::string>(
      {{"REALTIME_APP_ID", "REALTIME_APP_SECRET", "app"},
       {"CALLS_APP_ID", "CALLS_APP_SECRET", "app"},
       {"CALLS_APP_SECRET", "CALLS_APP_ID", "sixteen-bytes-ok"},
       {"TURN_SERVICE_ID", "TURN_SERVICE_TOKEN", "key"},
       {"TURN_SHARED_SECRET", "TURN_URLS", "sixteen-bytes-ok"},
       {"TURN_URLS", "TURN_SHARED_SECRET", "turn:a.example.org"},
       {"OPENAI_MODEL_ENDPOINT", "OPENAI_API_TOKEN", "https://a.example.org"},
       {"ACCESS_AUD", "ACCESS_TEAM_DOMAIN", "tag"}}));
  CHECK_THAT((Given{{}, {{given, value}}, {}}.error()),
             StartsWith(given + " is set, but " + missing + " is not; both are needed"));
}

TEST_CASE("relays are URLs with commas between them, or JSON as pages take it") {
  const auto ice = Given{{},
                         {{"TURN_URLS", "turns:a.example.org:443?transport=tcp, turn:b.example.org"},
                          {"TURN_SHARED_SECRET", "sixteen-bytes-ok"}},
                         {}}
                       .invocation()
                       .config.ice;
  CHECK(ice.turnUrls == std::vector<std::string>{"turns:a.example.org:443?transport=tcp", "turn:b.example.org"});
  const auto servers = [](const std::string& json) {
    const auto parsed = Given{{}, {{"ICE_SERVERS", json}}, {}}.parsed();
    const auto* invocation = std::get_if<Invocation>(&parsed);
    return invocation == nullptr ? "" : invocation->config.ice.iceServers;
  };
  CHECK(servers(R"([ {"urls": "stun:c.example.org"} ])") == R"([{"urls":"stun:c.example.org"}])");
  CHECK(servers(R"([{"urls":["turn:d"],"username":"u","credential":"p"}])") ==
        R"([{"credential":"p","urls":["turn:d"],"username":"u"}])");
  CHECK(servers(R"([{"urls":"http://d"}])").empty());
  CHECK(servers(R"([{"urls":[]}])").empty());
  CHECK(servers(R"([{"urls":"turn:d","password":"p"}])").empty());
  CHECK(servers(R"({"urls":"turn:d"})").empty());
  CHECK(servers("[").empty());
  CHECK_THAT((Given{{}, {{"TURN_URLS", "turn.example.org"}}, {}}.error()), StartsWith("TURN_URLS"));
  CHECK_THAT((Given{{}, {{"TURN_TTL", "49h"}}, {}}.error()), StartsWith("TURN_TTL"));
}

TEST_CASE("known settings without effect are told apart") {
  const auto invocation =
      Given{{}, {{"FEEDBACK_QUEUE", "x"}, {"DB", ""}, {"E2EE_ENABLED", "true"}, {"SHARDS", "1"}}, {}}.invocation();
  CHECK(settingsWithoutEffect(invocation) == std::vector<std::string_view>{"E2EE_ENABLED", "FEEDBACK_QUEUE"});
}

}  // namespace akbuzat::config
