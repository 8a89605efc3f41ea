#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "akbuzat/https/client.hpp"
#include "akbuzat/realtime/ice_servers.hpp"
#include "akbuzat/util/log.hpp"
#include "support/https_upstream.hpp"

namespace akbuzat::test {
namespace {

using namespace std::chrono_literals;
using Certificate = HttpsUpstream::Certificate;
using realtime::IceServerList;

/// As Cloudflare answers now, and as it did at first.
const std::string kArray = R"({"iceServers":[{"urls":["stun:stun.service.example:3478","stun:stun.service.example:53"]},
  {"urls":["turn:service.example:3478?transport=udp","turn:service.example:53?transport=udp",
   "turns:service.example:443?transport=tcp","turns:service.example:5349?transport=tcp"],
   "username":"u","credential":"c"}]})";
const std::string kObject =
    R"({"iceServers":{"urls":["stun:stun.service.example:3478","turns:service.example:5349?transport=tcp"],)"
    R"("username":"u","credential":"c"}})";

UpstreamAnswer jsonAnswer(unsigned status, std::string body) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body), .raw = {}};
}
HttpsUpstream::Script always(const UpstreamAnswer& answer) {
  return [answer](const UpstreamRequest&) { return answer; };
}

/// The server's part, on a thread of its own, beside a relay with a shared secret.
class Asker {
 public:
  explicit Asker(const HttpsUpstream& upstream, std::chrono::milliseconds patience = 30s) {
    util::log().set_level(spdlog::level::off);
    client_ = std::make_unique<https::Client>(
        io_.get_executor(),
        https::ClientOptions{.maxBodyBytes = 128 * 1024, .extraAuthorities = upstream.authorities()});
    config::IceSettings settings;
    settings.turnKeyId = "key";
    settings.turnKeyToken = "token";
    settings.turnApiUrl = upstream.url("/v1");
    settings.turnUrls = {"turn:own.example"};
    settings.turnSharedSecret = "secret";
    servers_ = std::make_unique<realtime::IceServers>(
        io_.get_executor(),
        realtime::IceServers::Options{
            .settings = std::move(settings),
            .send = [this](auto request, auto handler) { client_->send(std::move(request), std::move(handler)); },
            .now = [this] { return now_.load(); },
            .patience = patience});
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Asker() {
    io_.stop();
    thread_.join();
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  std::future<IceServerList> ask(const std::string& owner) {
    auto promise = std::make_shared<std::promise<IceServerList>>();
    servers_->forUser(owner, [promise](IceServerList list) { promise->set_value(std::move(list)); });
    return promise->get_future();
  }
  static IceServerList wait(std::future<IceServerList> list) {
    if (list.wait_for(60s) != std::future_status::ready) throw std::runtime_error("no ICE servers");
    return list.get();
  }
  IceServerList get(const std::string& owner) { return wait(ask(owner)); }
  void pass(std::chrono::seconds time) { now_ = now_.load() + time; }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  std::atomic<std::chrono::system_clock::time_point> now_{std::chrono::system_clock::now()};
  std::unique_ptr<https::Client> client_;
  std::unique_ptr<realtime::IceServers> servers_;
  std::thread thread_;
};

/// All addresses, in their order.
std::vector<std::string> urlsOf(const IceServerList& list) {
  std::vector<std::string> urls;
  for (const auto& server : list.servers) urls.insert(urls.end(), server.urls.begin(), server.urls.end());
  return urls;
}
const std::vector<std::string> kOwnOnly{"turn:own.example"};

TEST_CASE("a TURN service is asked over HTTPS, and understood in both of its forms") {
  HttpsUpstream upstream(always(jsonAnswer(201, kArray)));
  Asker asker(upstream);
  CHECK(urlsOf(asker.get("kevin")) == std::vector<std::string>{"turns:service.example:5349?transport=tcp",
                                                               "turns:service.example:443?transport=tcp",
                                                               "turn:service.example:3478?transport=udp",
                                                               "turn:own.example", "stun:stun.service.example:3478"});
  const UpstreamRequest request = upstream.requests().at(0);
  CHECK(request.method == "POST");
  CHECK(request.target == "/v1/turn/keys/key/credentials/generate-ice-servers");
  CHECK(request.headers.at("authorization") == "Bearer token");
  CHECK(request.headers.at("content-type") == "application/json");
  CHECK(request.headers.count("cookie") == 0);
  CHECK(request.body == R"({"ttl":86400})");

  upstream.answerWith(always(jsonAnswer(200, kObject)));
  CHECK(urlsOf(asker.get("other")) == std::vector<std::string>{"turns:service.example:5349?transport=tcp",
                                                               "turn:own.example", "stun:stun.service.example:3478"});
}

TEST_CASE("many requests of one user are one to the TURN service, and later ones none") {
  UpstreamAnswer slow = jsonAnswer(201, kArray);
  slow.delay = 200ms;
  HttpsUpstream upstream(always(slow));
  Asker asker(upstream);
  std::vector<std::future<IceServerList>> lists;
  for (int i = 0; i < 50; ++i) lists.push_back(asker.ask("kevin"));
  for (auto& list : lists) CHECK(urlsOf(Asker::wait(std::move(list))).size() == 5);
  asker.get("kevin");
  CHECK(upstream.requests().size() == 1);
}

TEST_CASE("whatever a TURN service does, users get what there is without it") {
  HttpsUpstream upstream(always({}));
  Asker asker(upstream);
  const std::vector<UpstreamAnswer> answers{jsonAnswer(401, R"({"errors":[]})"),
                                            jsonAnswer(404, ""),
                                            jsonAnswer(302, kArray),
                                            jsonAnswer(201, ""),
                                            jsonAnswer(201, "<html>"),
                                            jsonAnswer(201, R"({"iceServers":[]})"),
                                            jsonAnswer(201, kArray + std::string(100'000, ' ')),
                                            jsonAnswer(201, kArray + std::string(200'000, ' ')),
                                            jsonAnswer(201, std::string(60'000, '['))};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    upstream.answerWith(always(answers[i]));
    const IceServerList list = asker.get("user " + std::to_string(i));
    CHECK(urlsOf(list) == kOwnOnly);
    CHECK(list.ttl == 60s);
  }
  CHECK(upstream.requests().size() == answers.size());
}

TEST_CASE("the token goes to nobody but the TURN service") {
  for (const Certificate certificate : {Certificate::otherName, Certificate::expired, Certificate::unknown}) {
    const HttpsUpstream upstream(always(jsonAnswer(201, kArray)), certificate);
    Asker asker(upstream);
    CHECK(urlsOf(asker.get("kevin")) == kOwnOnly);
    CHECK(upstream.requests().empty());
  }
}

TEST_CASE("nobody waits long for a TURN service that does not answer") {
  UpstreamAnswer never;
  never.manner = UpstreamAnswer::Manner::never;
  const HttpsUpstream upstream(always(never));
  Asker asker(upstream, 50ms);
  CHECK(urlsOf(asker.get("kevin")) == kOwnOnly);
  CHECK(urlsOf(asker.get("kevin")) == kOwnOnly);
  CHECK(upstream.requests().size() <= 1);
}

TEST_CASE("credentials outlive the failure of the TURN service that gave them, and are renewed when it is back") {
  HttpsUpstream upstream(always(jsonAnswer(201, kObject)));
  Asker asker(upstream);
  const auto good = urlsOf(asker.get("kevin"));
  CHECK(good.size() == 3);
  upstream.answerWith(always(jsonAnswer(403, "")));
  asker.pass(13h);
  CHECK(urlsOf(asker.get("kevin")) == good);
  CHECK(upstream.requests().size() == 2);
  asker.pass(11h);
  CHECK(urlsOf(asker.get("kevin")) == kOwnOnly);
  upstream.answerWith(always(jsonAnswer(201, kArray)));
  asker.pass(30s);
  CHECK(urlsOf(asker.get("kevin")).size() == 5);
}

}  // namespace
}  // namespace akbuzat::test
