#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "akbuzat/http/http_server.hpp"
#include "akbuzat/util/log.hpp"
#include "support/fake_ai_calls.hpp"
#include "support/fake_media_sessions.hpp"
#include "support/http_client.hpp"
#include "support/raw_client.hpp"
#include "support/scripted_realtime.hpp"
#include "support/temporary_folder.hpp"
#include "support/web_socket_client.hpp"

namespace akbuzat::test {

/// A disk that takes everything and keeps nothing: rooms are not what these tests are about.
class NoStore final : public room::RoomStore {
 public:
  void commit(const std::string&, std::vector<room::StoreChange>, CommitHandler handler) override { handler(true); }
  void load(const std::string&, LoadHandler handler) override { handler(std::nullopt, true); }
};

/// Reports that the test answers, from its own thread, when it likes.
class HeldReports final : public storage::Reports {
 public:
  void addRefresh(std::string version, Handler handler) override { add("refresh " + version, std::move(handler)); }
  void addFeedback(std::string version, bool issues, std::string meeting, Handler handler) override {
    add("feedback " + version + (issues ? " issues " : " fine ") + meeting, std::move(handler));
  }
  void addReport(storage::Report report, bool deliver, Handler handler) override {
    const std::string kind = report.kind == storage::Report::Kind::bug ? "bug " : "dead track ";
    const std::string text = kind + report.userName + (deliver ? " to deliver" : " to keep");
    {
      const std::lock_guard lock(mutex_);
      kept_.push_back(std::move(report));
    }
    add(text, std::move(handler));
  }
  void findReport(std::string id, FindHandler handler) override {
    std::unique_lock lock(mutex_);
    const auto found = std::ranges::find(kept_, id, &storage::Report::id);
    std::optional<storage::Report> report;
    if (found != kept_.end()) report = *found;
    lock.unlock();
    handler(std::move(report), true);
  }
  [[nodiscard]] bool writable() const noexcept override { return canWrite; }
  /// The reports of faults, in their order.
  std::vector<storage::Report> kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

  /// Waits for the next report; its text and what answers it.
  std::pair<std::string, Handler> next() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, std::chrono::seconds(30), [this] { return !reports_.empty(); }))
      throw std::runtime_error("no report came");
    auto report = std::move(reports_.front());
    reports_.erase(reports_.begin());
    return report;
  }
  /// Answers every report at once from now on.
  void answerAtOnce(storage::ReportResult result) {
    const std::lock_guard lock(mutex_);
    atOnce_ = result;
  }

  std::atomic<bool> canWrite{true};

 private:
  void add(std::string text, Handler handler) {
    std::unique_lock lock(mutex_);
    if (atOnce_) {
      const auto result = *atOnce_;
      lock.unlock();
      return handler(result);
    }
    reports_.emplace_back(std::move(text), std::move(handler));
    arrived_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::pair<std::string, Handler>> reports_;
  std::optional<storage::ReportResult> atOnce_;
  std::vector<storage::Report> kept_;
};

/// The HTTP server with real rooms on two shards, on a free port of 127.0.0.1.
class SiteUnderTest {
 public:
  explicit SiteUnderTest(const std::function<void(config::Config&)>& adjust = {},
                         std::vector<std::string> stunUrls = {"stun:192.0.2.1:8787"}, http::IceTcpHandler iceTcp = {}) {
    config.listenAddress = "127.0.0.1";
    config.listenPort = 0;
    config.sessionSecret = "a secret of the tests";
    config.shards = 2;
    config.http.requestsPerSecondPerAddress = 0;
    config.http.socketsPerSecondPerAddress = 0;
    if (adjust) adjust(config);
    util::log().set_level(spdlog::level::off);
    shards_ = std::make_unique<util::Shards>(config.shards);
    rooms_ = std::make_unique<room::RoomDirectory>(*shards_, store_, media, ai, config.room, config.media.path);
    client_ = std::make_unique<https::Client>(shards_->context(0).get_executor());
    iceServers_ = std::make_unique<realtime::IceServers>(
        shards_->context(0).get_executor(),
        realtime::IceServers::Options{.settings = config.ice, .send = [this](auto request, auto handler) {
                                        client_->send(std::move(request), std::move(handler));
                                      }});
    server_ = std::make_unique<http::HttpServer>(*shards_, config,
                                                 http::Services{.rooms = *rooms_,
                                                                .realtime = realtime,
                                                                .reports = reports,
                                                                .client = *client_,
                                                                .iceServers = *iceServers_,
                                                                .version = "1.2.3",
                                                                .stunUrls = std::move(stunUrls)});
    if (iceTcp) server_->onIceTcp(std::move(iceTcp));
    server_->start();
    shards_->start();
  }
  ~SiteUnderTest() {
    if (server_) stop();
    shards_->stop();
    shards_->join();
  }
  SiteUnderTest(const SiteUnderTest&) = delete;
  SiteUnderTest& operator=(const SiteUnderTest&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] http::HttpServer& server() { return *server_; }

  /// Stops the server, and lets its object go while the shards still run.
  void stop() {
    std::promise<void> stopped;
    server_->stop([&stopped] { stopped.set_value(); });
    stopped.get_future().get();
    forget();
  }
  /// Lets go of a server that has been stopped.
  void forget() { server_.reset(); }

  HttpAnswer get(const std::string& target, const std::map<std::string, std::string>& headers = {}) const {
    return request(port(), "GET", target, headers);
  }
  HttpAnswer post(const std::string& target, const std::string& body,
                  const std::map<std::string, std::string>& headers = {}) const {
    return request(port(), "POST", target, headers, body);
  }
  WebSocketClient enter(const std::string& id, WebSocketClient::Options options = {}) {
    if (cookie_.empty()) cookie_ = takeName(port(), "Kevin");
    options.headers["Cookie"] = cookie_;
    return {port(), "/parties/rooms/r?_pk=" + id, std::move(options)};
  }
  /// The same by hand, past the answer to the handshake.
  RawClient enterRaw(const std::string& id, RawClient::Options options = {}, const std::string& fields = {}) {
    RawClient client(port(), options);
    if (!client.send(handshake(id, fields))) throw std::runtime_error("the server has closed");
    if (client.read(true).status != 101) throw std::runtime_error("no upgrade");
    return client;
  }
  std::string handshake(const std::string& id, const std::string& fields = {}) {
    if (cookie_.empty() && !config.tls()) cookie_ = takeName(port(), "Kevin");
    return "GET /parties/rooms/r?_pk=" + id + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port()) +
           "\r\nCookie: " + cookie_ + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + fields + "\r\n";
  }
  void useCookie(std::string cookie) { cookie_ = std::move(cookie); }

  config::Config config;
  FakeMediaSessions media;
  FakeAiCalls ai;
  HeldReports reports;
  ScriptedRealtime realtime;

 private:
  NoStore store_;
  std::string cookie_;
  std::unique_ptr<util::Shards> shards_;
  std::unique_ptr<room::RoomDirectory> rooms_;
  std::unique_ptr<https::Client> client_;
  std::unique_ptr<realtime::IceServers> iceServers_;
  std::unique_ptr<http::HttpServer> server_;
};

}  // namespace akbuzat::test
