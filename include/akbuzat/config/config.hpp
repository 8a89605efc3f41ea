#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace akbuzat::config {

enum class LogFormat { text, json };
enum class LogLevel { debug, info, warn, error };

/// An address range whose requests may tell us who and where the client is.
struct TrustedProxies {
  std::vector<boost::asio::ip::network_v4> v4;
  std::vector<boost::asio::ip::network_v6> v6;

  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
};

/// Bounds on what one HTTP peer may cost us.
struct HttpLimits {
  std::size_t maxHeaderBytes = 16 * 1024;
  std::size_t maxBodyBytes = 1024 * 1024;
  std::chrono::milliseconds headerTimeout{10'000};
  std::chrono::milliseconds bodyTimeout{30'000};
  /// Between two requests of one connection, and for a response that the client does not read.
  std::chrono::milliseconds idleTimeout{75'000};
  std::size_t maxConnections = 10'000;
  std::size_t maxConnectionsPerAddress = 256;
  /// Averages; a burst of ten seconds' worth is let through. 0 switches a rate limit off.
  double requestsPerSecondPerAddress = 100;
  double socketsPerSecondPerAddress = 10;
};

/// Bounds on one member's WebSocket.
struct WebSocketLimits {
  std::size_t maxMessageBytes = 1024 * 1024;
  /// Averages; a burst of twenty seconds' worth is let through: a browser that was offline sends what it queued
  /// at once. 0 switches the limit off.
  double messagesPerSecond = 100;
  /// What may wait for a client that reads too slowly before it is closed.
  std::size_t maxQueuedBytes = 4 * 1024 * 1024;
  /// After so much silence the client is asked for a sign of life (RFC 6455 section 5.5.2).
  std::chrono::milliseconds pingInterval{5'000};
};

/// How many a room holds, and how long it waits for what.
struct RoomRules {
  /// Everybody with a record: in the call, in the lobby, or reconnecting. A state has about half a kilobyte for each.
  std::size_t maxMembers = 250;
  /// From a socket's close until its user has left.
  std::chrono::milliseconds grace{8'000};
  /// The same after a restart of the server, when browsers come back with a growing delay of up to 10 s.
  std::chrono::milliseconds restartGrace{30'000};
  /// A user whose heartbeats stay away for so long is gone even if the socket looks open.
  std::chrono::milliseconds heartbeatTimeout{15'000};
  /// From the last user's leaving until the meeting has ended.
  std::chrono::milliseconds emptyMeeting{15'000};
};

/// Which way the media of a room goes. `automatic`: directly while two joined people can connect, else through the SFU.
enum class MediaPathRule { automatic, p2p, sfu };

/// What the SFU lets cameras send.
enum class VideoCodec { vp8, vp9, h264, av1 };

/// Whose SFU rooms use. `automatic`: Cloudflare's if its app is set, and ours when that one fails.
enum class MediaBackendRule { automatic, embedded, cloudflare };

/// How media reaches this machine, and what it is made of.
struct MediaSettings {
  /// UDP port of the first shard, the others take the following ones; 0: any free ones. Not set: the number of the HTTP
  /// port.
  std::optional<std::uint16_t> udpPort;
  /// Addresses that peers are told, in canonical form and each once; empty: those of the interfaces.
  std::vector<std::string> announcedIps;
  MediaPathRule path = MediaPathRule::automatic;
  MediaBackendRule backend = MediaBackendRule::automatic;
  VideoCodec codec = VideoCodec::vp8;
};

/// Cloudflare's Realtime SFU, or any server with its API.
struct CallsSettings {
  std::string appId;
  std::string appSecret;
  /// With or without "/apps/{id}" at its end; no slash there.
  std::string apiUrl = "https://rtc.live.cloudflare.com/v1";
  /// "a=b&c=d", added to the query of every call, or empty.
  std::string extraParams;

  [[nodiscard]] bool configured() const { return !appId.empty(); }
  /// Up to and including "/apps/{id}". The originals' CALLS_API_URL ends before it in one and behind it in the other
  /// (protocol B.6): both are understood.
  [[nodiscard]] std::string baseUrl() const;
};

/// Where pages get relays from. Any of the three kinds may be set.
struct IceSettings {
  /// Cloudflare's TURN key and its token: both or neither is set.
  std::string turnKeyId;
  std::string turnKeyToken;
  /// Base of the API of that key, "https://rtc.live.cloudflare.com/v1" unless the host says otherwise.
  std::string turnApiUrl = "https://rtc.live.cloudflare.com/v1";
  /// A relay of one's own with time-limited names (coturn's use-auth-secret): its URLs and the secret, both or neither.
  std::vector<std::string> turnUrls;
  std::string turnSharedSecret;
  /// A JSON array of RTCIceServer objects (W3C WebRTC section 4.2.2), validated; empty: none.
  std::string iceServers;
  /// How long credentials are valid.
  std::chrono::milliseconds ttl{24 * 3600 * 1000};
};

/// How a voice AI is asked for.
enum class AiApiStyle {
  /// What the endpoint's address says.
  automatic,
  /// OpenAI's /v1/realtime/calls: a multipart form.
  openai,
  /// The same at Azure, with its own header for the key.
  azure,
  /// A bare SDP as the body; model, voice and instructions in the query.
  sdp,
};

struct AiSettings {
  std::string token;
  std::string endpoint;
  std::string model;
  AiApiStyle style = AiApiStyle::automatic;
  std::int64_t maxMinutesPerRoom = 60;
  std::int64_t maxMinutesPerDay = 240;

  [[nodiscard]] bool configured() const { return !token.empty() && !endpoint.empty(); }
};

/// Everything that the host can set, validated; made once at start and never changed.
/// Names of the settings and their meaning: config/akbuzat.env.example.
struct Config {
  std::string listenAddress = "0.0.0.0";
  std::uint16_t listenPort = 8787;
  /// Origin of the site as browsers see it ("https://meet.example.org"), or empty: what each request's Host says.
  std::string publicUrl;
  std::filesystem::path dataDir = "./data";
  std::filesystem::path webRoot;
  std::filesystem::path tlsCertFile;
  std::filesystem::path tlsKeyFile;
  /// Key of the session cookie. Never empty after loading.
  std::string sessionSecret;
  TrustedProxies trustedProxies;
  /// Header that names the user when the request came through a trusted proxy.
  std::string identityHeader = "Cf-Access-Authenticated-User-Email";
  unsigned shards = 1;
  LogLevel logLevel = LogLevel::info;
  LogFormat logFormat = LogFormat::text;

  HttpLimits http;
  WebSocketLimits webSocket;
  RoomRules room;
  MediaSettings media;

  /// The app under which other programs use the SFU (/v1/apps/…), and its secret: both or neither is set.
  std::string realtimeAppId;
  std::string realtimeAppSecret;

  CallsSettings calls;
  IceSettings ice;
  AiSettings ai;

  /// Webhook of a chat room that gets bug reports, or empty. Its address holds a key.
  std::string feedbackUrl;
  /// How long reports are kept.
  std::chrono::milliseconds reportTtl{30LL * 24 * 3600 * 1000};
  /// Answers {firstName, lastName, photob64?, timeZone?} to ?email={name}, or empty.
  std::string userDirectoryUrl;
  /// Cloudflare Access: the team's origin ("https://team.cloudflareaccess.com") and the application's audience tag:
  /// both or neither is set.
  std::string accessTeamDomain;
  std::string accessAudience;

  // What the pages are told (protocol of the originals).
  /// Base of links to a session's trace, or empty.
  std::string traceLink;
  std::optional<std::int64_t> maxWebcamBitrate;
  std::optional<std::int64_t> maxWebcamFramerate;
  std::optional<std::int64_t> maxWebcamQualityLevel;
  std::optional<std::int64_t> maxApiHistory;

  [[nodiscard]] bool tls() const { return !tlsCertFile.empty(); }
};

}  // namespace akbuzat::config
