#include "config/table.hpp"

#include <algorithm>
#include <iterator>

#include "config/rows.hpp"
#include "config/values.hpp"

namespace akbuzat::config {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kGiB = 1024 * kMiB;
constexpr milliseconds kSecond{1000};
constexpr milliseconds kHour = 3600 * kSecond;
/// Switches a list or a header off, because an empty value counts as not given.
constexpr std::string_view kNone = "none";

constexpr std::string_view kServer = "Server";
constexpr std::string_view kSecurity = "Identity and security";
constexpr std::string_view kHttp = "HTTP limits";
constexpr std::string_view kWebSocket = "WebSocket limits";
constexpr std::string_view kRoom = "Rooms";
constexpr std::string_view kMedia = "Media";
constexpr std::string_view kPages = "What the pages are told";

Setting listen() {
  auto setting = row(
      {"LISTEN", "ADDRESS:PORT", kServer, "Where the server listens; [::]:8787 is IPv6 and IPv4, port 0 any free port"},
      "an IP address and a port, such as 0.0.0.0:8787 or [::]:8787");
  setting.apply = [](Config& config, std::string_view value) {
    const auto endpoint = parseEndpoint(value);
    if (!endpoint) return false;
    config.listenAddress = endpoint->address;
    config.listenPort = endpoint->port;
    return true;
  };
  setting.print = [](const Config& config) { return printEndpoint(config.listenAddress, config.listenPort); };
  return setting;
}

Setting publicUrl() {
  auto setting = row({"PUBLIC_URL", "URL", kServer, "The site's address as browsers see it"},
                     "http:// or https:// and a host, without a path, such as https://meet.example.org");
  setting.defaultText = "what each request's Host says";
  setting.apply = [](Config& config, std::string_view value) {
    const auto origin = parseOrigin(value);
    if (!origin) return false;
    config.publicUrl = *origin;
    return true;
  };
  setting.print = [](const Config& config) { return config.publicUrl; };
  return setting;
}

Setting sessionSecret() {
  auto setting = secret(
      {"SESSION_SECRET", "TEXT", kSecurity, "Key that signs the cookie with the visitor's name"},
      [](auto& c) -> auto& { return c.sessionSecret; });
  setting.defaultText = "made once and kept in DATA_DIR/session_secret";
  return setting;
}

Setting trustedProxies() {
  auto setting = row({"TRUSTED_PROXIES", "NETWORKS", kSecurity,
                      "Proxies whose X-Forwarded-For, X-Forwarded-Proto and identity header are believed"},
                     "addresses or networks with commas between them, such as 127.0.0.1, 10.0.0.0/8, or none");
  setting.defaultText = kNone;
  setting.apply = [](Config& config, std::string_view value) {
    const auto networks = value == kNone ? TrustedProxies{} : parseNetworks(value);
    if (!networks) return false;
    config.trustedProxies = *networks;
    return true;
  };
  setting.print = [](const Config& config) { return printNetworks(config.trustedProxies); };
  return setting;
}

Setting identityHeader() {
  auto setting =
      row({"IDENTITY_HEADER", "NAME", kSecurity,
           "Header in which a trusted proxy names the user; the proxy must remove it from what clients send"},
          "the name of a header, or none");
  setting.apply = [](Config& config, std::string_view value) {
    if (!isHeaderName(value)) return false;
    config.identityHeader = value == kNone ? std::string{} : std::string(value);
    return true;
  };
  setting.print = [](const Config& config) {
    return config.identityHeader.empty() ? std::string(kNone) : config.identityHeader;
  };
  return setting;
}

Setting shards() {
  auto setting = number(
      {"SHARDS", "NUMBER", kServer, "Threads that serve connections and rooms"}, 1, kMostShards,
      [](auto& c) -> auto& { return c.shards; });
  setting.defaultText = "one for each processor";
  return setting;
}

Setting webRoot() {
  auto setting = text(
      {"WEB_ROOT", "FOLDER", kServer, "The built web client"}, "a folder", [](auto& c) -> auto& { return c.webRoot; });
  setting.defaultText = "web/dist in a build tree, else ../share/akbuzat/web beside the program";
  return setting;
}

Setting mediaUdpPort() {
  auto setting = number(
      {"MEDIA_UDP_PORT", "PORT", kMedia,
       "UDP port of the first shard; each further one takes the next, and 0 is any free ones"},
      0, 65535, [](auto& c) -> auto& { return c.media.udpPort; });
  setting.defaultText = "the number of the HTTP port";
  return setting;
}

Setting mediaAnnouncedIps() {
  auto setting = row({"MEDIA_ANNOUNCED_IPS", "ADDRESSES", kMedia, "Addresses under which browsers reach the media"},
                     "IP addresses with commas between them, such as 203.0.113.5, 2001:db8::5");
  setting.defaultText = "LISTEN's if it is a single one, else those of the machine";
  setting.apply = [](Config& config, std::string_view value) {
    auto addresses = parseAddresses(value);
    if (!addresses) return false;
    config.media.announcedIps = std::move(*addresses);
    return true;
  };
  setting.print = [](const Config& config) { return printAddresses(config.media.announcedIps); };
  return setting;
}

}  // namespace

std::vector<Setting> makeTable() {
  constexpr std::int64_t kMostConnections = 1'000'000;
  std::vector<Setting> table{
      listen(),
      publicUrl(),
      text(
          {"DATA_DIR", "FOLDER", kServer, "Where the database and the made secret are kept; made if missing"},
          "a folder that can be written", [](auto& c) -> auto& { return c.dataDir; }),
      webRoot(),
      text(
          {"TLS_CERT_FILE", "FILE", kServer, "Certificate chain (PEM) for HTTPS; read again on SIGHUP"},
          "a readable PEM file", [](auto& c) -> auto& { return c.tlsCertFile; }),
      text(
          {"TLS_KEY_FILE", "FILE", kServer, "Private key (PEM) of the certificate"}, "a readable PEM file",
          [](auto& c) -> auto& { return c.tlsKeyFile; }),
      shards(),
      choice<LogLevel>(
          {"LOG_LEVEL", "LEVEL", kServer, "The least important events that are logged"},
          {{"debug", LogLevel::debug}, {"info", LogLevel::info}, {"warn", LogLevel::warn}, {"error", LogLevel::error}},
          [](auto& c) -> auto& { return c.logLevel; }),
      choice<LogFormat>(
          {"LOG_FORMAT", "FORMAT", kServer, "How a line of the log is written"},
          {{"text", LogFormat::text}, {"json", LogFormat::json}}, [](auto& c) -> auto& { return c.logFormat; }),

      sessionSecret(),
      trustedProxies(),
      identityHeader(),

      size(
          {"HTTP_MAX_HEADER_BYTES", "SIZE", kHttp, "Request line and headers of one request"}, kKiB, kMiB,
          [](auto& c) -> auto& { return c.http.maxHeaderBytes; }),
      size(
          {"HTTP_MAX_BODY_BYTES", "SIZE", kHttp, "Body of one request"}, kKiB, 64 * kMiB,
          [](auto& c) -> auto& { return c.http.maxBodyBytes; }),
      duration(
          {"HTTP_HEADER_TIMEOUT", "TIME", kHttp, "For a request's headers to arrive, and for the TLS handshake"},
          milliseconds(100), kHour, [](auto& c) -> auto& { return c.http.headerTimeout; }),
      duration(
          {"HTTP_BODY_TIMEOUT", "TIME", kHttp, "For a request's body to arrive"}, milliseconds(100), kHour,
          [](auto& c) -> auto& { return c.http.bodyTimeout; }),
      duration(
          {"HTTP_IDLE_TIMEOUT", "TIME", kHttp,
           "Between two requests of one connection, and for a response that the client does not read"},
          milliseconds(100), kHour, [](auto& c) -> auto& { return c.http.idleTimeout; }),
      number(
          {"HTTP_MAX_CONNECTIONS", "NUMBER", kHttp, "Open connections in all, WebSockets included"}, 1,
          kMostConnections, [](auto& c) -> auto& { return c.http.maxConnections; }),
      number(
          {"HTTP_MAX_CONNECTIONS_PER_ADDRESS", "NUMBER", kHttp,
           "Open connections from one IPv4 address or IPv6 /64; trusted proxies are exempt"},
          1, kMostConnections, [](auto& c) -> auto& { return c.http.maxConnectionsPerAddress; }),
      rate(
          {"HTTP_REQUESTS_PER_SECOND_PER_ADDRESS", "NUMBER", kHttp,
           "Requests from one client address, on average; ten seconds' worth may come at once"},
          [](auto& c) -> auto& { return c.http.requestsPerSecondPerAddress; }),
      rate(
          {"WEBSOCKET_CONNECTS_PER_SECOND_PER_ADDRESS", "NUMBER", kHttp,
           "WebSockets opened from one client address, on average; ten seconds' worth may come at once"},
          [](auto& c) -> auto& { return c.http.socketsPerSecondPerAddress; }),

      size(
          {"WEBSOCKET_MAX_MESSAGE_BYTES", "SIZE", kWebSocket, "One message of a client; old clients send up to 1M"},
          kKiB, 16 * kMiB, [](auto& c) -> auto& { return c.webSocket.maxMessageBytes; }),
      rate(
          {"WEBSOCKET_MESSAGES_PER_SECOND", "NUMBER", kWebSocket,
           "Messages of one client, on average; twenty seconds' worth may come at once"},
          [](auto& c) -> auto& { return c.webSocket.messagesPerSecond; }),
      size(
          {"WEBSOCKET_MAX_QUEUED_BYTES", "SIZE", kWebSocket,
           "What may wait for a client that reads too slowly before it is disconnected"},
          64 * kKiB, kGiB, [](auto& c) -> auto& { return c.webSocket.maxQueuedBytes; }),
      duration(
          {"WEBSOCKET_PING_INTERVAL", "TIME", kWebSocket,
           "A client silent for so long is pinged; its answer counts as a heartbeat"},
          milliseconds(100), kHour, [](auto& c) -> auto& { return c.webSocket.pingInterval; }),

      number(
          {"ROOM_MAX_MEMBERS", "NUMBER", kRoom, "People in one room, those in its lobby included"}, 1, 5000,
          [](auto& c) -> auto& { return c.room.maxMembers; }),
      duration(
          {"ROOM_GRACE", "TIME", kRoom, "From a lost connection until its user has left the room"}, milliseconds(0),
          kHour, [](auto& c) -> auto& { return c.room.grace; }),
      duration(
          {"ROOM_RESTART_GRACE", "TIME", kRoom,
           "The same after a restart of the server; browsers come back within 10 s or so"},
          milliseconds(0), kHour, [](auto& c) -> auto& { return c.room.restartGrace; }),
      duration(
          {"ROOM_HEARTBEAT_TIMEOUT", "TIME", kRoom,
           "A user without heartbeats for so long has left; browsers send one every 5 s"},
          kSecond, kHour, [](auto& c) -> auto& { return c.room.heartbeatTimeout; }),
      duration(
          {"ROOM_EMPTY_MEETING", "TIME", kRoom, "From the last user's leaving until the meeting has ended"},
          milliseconds(0), kHour, [](auto& c) -> auto& { return c.room.emptyMeeting; }),

      mediaUdpPort(),
      mediaAnnouncedIps(),
      choice<MediaPathRule>(
          {"MEDIA_PATH", "PATH", kMedia,
           "Which way media goes: p2p is directly, sfu through this server, auto whichever fits"},
          {{"auto", MediaPathRule::automatic}, {"p2p", MediaPathRule::p2p}, {"sfu", MediaPathRule::sfu}},
          [](auto& c) -> auto& { return c.media.path; }),
      choice<VideoCodec>(
          {"MEDIA_VIDEO_CODEC", "CODEC", kMedia, "What cameras send through the SFU"},
          {{"vp8", VideoCodec::vp8}, {"vp9", VideoCodec::vp9}, {"h264", VideoCodec::h264}, {"av1", VideoCodec::av1}},
          [](auto& c) -> auto& { return c.media.codec; }),
      appId(
          {"REALTIME_APP_ID", "TEXT", kMedia,
           "App under which other programs use this server as a Realtime SFU (/v1/apps/...)"},
          [](auto& c) -> auto& { return c.realtimeAppId; }),
      secret(
          {"REALTIME_APP_SECRET", "TEXT", kMedia, "Bearer token of that app"},
          [](auto& c) -> auto& { return c.realtimeAppSecret; }),

      number(
          {"MAX_WEBCAM_BITRATE", "NUMBER", kPages, "Bits per second of one camera (2500000 if not set)"}, 1,
          1'000'000'000, [](auto& c) -> auto& { return c.maxWebcamBitrate; }),
      number(
          {"MAX_WEBCAM_FRAMERATE", "NUMBER", kPages, "Frames per second of a camera (24 if not set)"}, 1, 240,
          [](auto& c) -> auto& { return c.maxWebcamFramerate; }),
      number(
          {"MAX_WEBCAM_QUALITY_LEVEL", "NUMBER", kPages,
           "Pixels along the shorter side of a camera's picture (1080 if not set)"},
          1, 8640, [](auto& c) -> auto& { return c.maxWebcamQualityLevel; }),
      number(
          {"MAX_API_HISTORY", "NUMBER", kPages,
           "Calls of the SFU's API that a page keeps for a bug report (100 if not set)"},
          0, 10'000, [](auto& c) -> auto& { return c.maxApiHistory; }),
  };
  std::ranges::move(upstreamSettings(), std::back_inserter(table));
  std::ranges::move(unusedSettings(), std::back_inserter(table));
  return table;
}

}  // namespace akbuzat::config
