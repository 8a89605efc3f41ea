#include "akbuzat/http/http_server.hpp"

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "akbuzat/util/log.hpp"
#include "http/listen_socket.hpp"
#include "http/shard_server.hpp"
#include "http/site.hpp"
#include "http/tls_context.hpp"

namespace akbuzat::http {

struct HttpServer::Impl {
  Impl(util::Shards& shards, const config::Config& configuration, Services services)
      : config(configuration),
        site(std::make_shared<Site>(configuration, std::move(services))),
        tls(std::make_shared<CurrentTlsContext>()) {
    if (config.tls()) tls->set(loadTlsContext(config.tlsCertFile, config.tlsKeyFile));
    for (util::ShardIndex i = 0; i < shards.size(); ++i)
      servers.push_back(std::make_shared<ShardServer>(site, tls, shards.context(i), i));
  }

  const config::Config& config;
  std::shared_ptr<Site> site;
  std::shared_ptr<CurrentTlsContext> tls;
  std::vector<std::shared_ptr<ShardServer>> servers;
  std::uint16_t port = 0;
};

HttpServer::HttpServer(util::Shards& shards, const config::Config& config, Services services)
    : impl_(std::make_unique<Impl>(shards, config, std::move(services))) {}

HttpServer::~HttpServer() {
  for (const auto& server : impl_->servers) server->abandon();
}

void HttpServer::onIceTcp(IceTcpHandler handler) { impl_->site->iceTcp = std::move(handler); }

void HttpServer::start() {
  auto sockets = listenOn(impl_->config.listenAddress, impl_->config.listenPort, impl_->servers.size());
  impl_->port = localPort(sockets[0].get());
  for (std::size_t i = 0; i < sockets.size(); ++i) impl_->servers[i]->start(std::move(sockets[i]));
}

std::uint16_t HttpServer::port() const noexcept { return impl_->port; }

std::optional<std::string> HttpServer::reloadCertificates() {
  if (!impl_->config.tls()) return std::nullopt;
  try {
    impl_->tls->set(loadTlsContext(impl_->config.tlsCertFile, impl_->config.tlsKeyFile));
    return std::nullopt;
  } catch (const std::runtime_error& failure) {
    return failure.what();
  }
}

void HttpServer::drain() {
  impl_->site->draining = true;
  for (const auto& server : impl_->servers) server->drain();
}

void HttpServer::stop(std::function<void()> done) {
  impl_->site->draining = true;
  const auto left = std::make_shared<std::atomic<std::size_t>>(impl_->servers.size());
  for (const auto& server : impl_->servers) {
    server->stop([left, done] {
      if (left->fetch_sub(1) == 1) done();
    });
  }
}

}  // namespace akbuzat::http
