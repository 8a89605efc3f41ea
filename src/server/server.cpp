#include "akbuzat/server/server.hpp"

#include <future>
#include <utility>

#include "akbuzat/http/http_server.hpp"
#include "akbuzat/realtime/embedded_realtime.hpp"
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

}  // namespace

std::string_view version() { return AKBUZAT_VERSION; }

struct Server::Parts {
  explicit Parts(config::Config given)
      : config(std::move(given)),
        shards(config.shards),
        storage(config.dataDir),
        sfu(shards, sfuOptions(config)),
        realtime(shards, sfu),
        rooms(shards, storage, realtime, config.room, config.media.path),
        http(shards, config, rooms, realtime, storage, std::string{version()}, sfu.stunUrls()) {
    http.onIceTcp([this](int fd, std::string early) { sfu.adoptTcp(fd, std::move(early)); });
    rooms.restore(storage.loadAll());
  }

  const config::Config config;
  /// Outlives the storage, whose thread posts to it until it has ended.
  util::Shards shards;
  storage::Storage storage;
  sfu::Sfu sfu;
  realtime::EmbeddedRealtime realtime;
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
  waitFor(deadline, [this](auto done) { parts_->http.stop(done); });
  waitFor(deadline, [this](auto done) { parts_->sfu.stop(done); });
  parts_->shards.stop();
  parts_->shards.join();
}

}  // namespace akbuzat::server
