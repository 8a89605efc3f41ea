#include "akbuzat/server/server.hpp"

#include <future>
#include <optional>
#include <utility>
#include <vector>

#include "akbuzat/ai/calls.hpp"
#include "akbuzat/feedback/delivery.hpp"
#include "akbuzat/http/http_server.hpp"
#include "akbuzat/https/client.hpp"
#include "akbuzat/realtime/ice_servers.hpp"
#include "akbuzat/realtime/media_backends.hpp"
#include "akbuzat/room/room_directory.hpp"
#include "akbuzat/sfu/sfu.hpp"
#include "akbuzat/storage/storage.hpp"
#include "akbuzat/util/shards.hpp"

namespace akbuzat::server {
namespace {

/// Runs `start`, which takes a function to call when it is done, and waits for that call until `deadline`.
void waitFor(std::chrono::steady_clock::time_point deadline, auto start) {
  const auto done = std::make_shared<std::promise<void>>();
  start([done] { done->set_value(); });
  done->get_future().wait_until(deadline);
}

sdp::CodecName codecOf(config::VideoCodec codec) {
  switch (codec) {
    case config::VideoCodec::vp8: return sdp::CodecName::vp8;
    case config::VideoCodec::vp9: return sdp::CodecName::vp9;
    case config::VideoCodec::h264: return sdp::CodecName::h264;
    case config::VideoCodec::av1: return sdp::CodecName::av1;
  }
  return sdp::CodecName::vp8;
}

sfu::SfuOptions sfuOptions(const config::Config& config) {
  return {.address = config.listenAddress,
          .udpPort = config.media.udpPort.value_or(config.listenPort),
          .announcedIps = config.media.announcedIps,
          .videoCodec = codecOf(config.media.codec)};
}

/// nullptr if rooms are to use our own SFU alone.
std::unique_ptr<realtime::CloudflareRealtime> cloudflareOf(util::Shards& shards, https::Client& client,
                                                           const config::Config& config) {
  if (config.media.backend == config::MediaBackendRule::embedded || !config.calls.configured()) return nullptr;
  return std::make_unique<realtime::CloudflareRealtime>(shards, client, config.calls);
}

}  // namespace

std::string_view version() { return AKBUZAT_VERSION; }

struct Server::Parts {
  explicit Parts(config::Config given)
      : config(std::move(given)),
        shards(config.shards),
        storage(config.dataDir, config.reportTtl),
        client(shards.context(0).get_executor()),
        iceServers(
            shards.context(0).get_executor(),
            {.settings = config.ice,
             .send = [this](auto request, auto handler) { client.send(std::move(request), std::move(handler)); }}),
        sfu(shards, sfuOptions(config)),
        embedded(shards, sfu),
        sfuClient(shards.context(0).get_executor()),
        cloudflare(cloudflareOf(shards, sfuClient, config)),
        media(shards, embedded, cloudflare.get(), config.media.backend == config::MediaBackendRule::automatic),
        ai({.shards = shards, .client = client, .realtime = media, .media = media, .log = storage}, config.ai),
        rooms(shards, storage, media, ai, config.room, config.media.path),
        http(shards, config,
             {.rooms = rooms,
              .realtime = media,
              .reports = storage,
              .client = client,
              .iceServers = iceServers,
              .version = std::string{version()},
              .stunUrls = sfu.stunUrls()}) {
    if (!config.feedbackUrl.empty())
      delivery.emplace(shards.context(0).get_executor(), client, storage,
                       feedback::DeliveryOptions{
                           .url = config.feedbackUrl, .publicUrl = config.publicUrl, .traceLink = config.traceLink});
    http.onIceTcp([this](int fd, std::string early) { sfu.adoptTcp(fd, std::move(early)); });
    media.onMoved([this](const std::string& room) { rooms.mediaMoved(room::RoomName{room}); });
    std::vector<room::StoredRoom> stored = storage.loadAll();
    // The rooms ask for their members' sessions when they come back.
    for (const room::StoredRoom& room : stored) media.restore(rooms.shardOf(room::RoomName{room.name}), room);
    rooms.restore(std::move(stored));
    ai.restore(storage.openAiCalls());
  }

  const config::Config config;
  /// Outlives the storage, whose thread posts to it until it has ended.
  util::Shards shards;
  storage::Storage storage;
  /// To all upstreams but the SFU's. On a shard, and not on a thread of its own: it has a few requests for each person
  /// who comes, and a handshake, its one piece of work that takes a millisecond, only where no kept connection will do.
  https::Client client;
  realtime::IceServers iceServers;
  std::optional<feedback::Delivery> delivery;
  sfu::Sfu sfu;
  realtime::EmbeddedRealtime embedded;
  /// Of its own, so that the rest of what Cloudflare offers at the same address can fail without a call noticing.
  https::Client sfuClient;
  std::unique_ptr<realtime::CloudflareRealtime> cloudflare;
  realtime::MediaBackends media;
  ai::Calls ai;
  room::RoomDirectory rooms;
  http::HttpServer http;
  bool running = false;
};

Server::Server(config::Config config) : parts_(std::make_unique<Parts>(std::move(config))) {}

Server::~Server() { shutDown(std::chrono::seconds{5}); }

void Server::start() {
  parts_->http.start();
  parts_->sfu.start(parts_->http.port());
  parts_->shards.start();
  parts_->running = true;
}

std::uint16_t Server::port() const noexcept { return parts_->http.port(); }

std::optional<std::string> Server::reloadCertificates() { return parts_->http.reloadCertificates(); }

void Server::shutDown(std::chrono::milliseconds limit) {
  if (!std::exchange(parts_->running, false)) return;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  parts_->http.drain();
  waitFor(deadline, [this](auto done) { parts_->rooms.shutDown(done); });
  waitFor(deadline, [this](auto done) { parts_->ai.stop(done); });
  parts_->delivery.reset();
  // Whoever still waits for an upstream gets an answer before the connections end.
  parts_->client.stop();
  parts_->sfuClient.stop();
  waitFor(deadline, [this](auto done) { parts_->http.stop(done); });
  waitFor(deadline, [this](auto done) { parts_->sfu.stop(done); });
  parts_->shards.stop();
  parts_->shards.join();
}

}  // namespace akbuzat::server
