// What it costs that a room's media is at another server: tracks/new through a server to the SFU of a second one,
// beside the same call made there directly. Both go over HTTPS to the second server, and come from the same client.

#include <chrono>
#include <cmath>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "akbuzat/https/client.hpp"
#include "bench/meeting.hpp"
#include "bench/scenarios.hpp"
#include "support/media_peer.hpp"
#include "support/peer_description.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_authority.hpp"

namespace akbuzat::bench {

namespace {

constexpr const char* kSecret = "the bench's own secret";
/// So many that no session comes near the API's 50 calls a second.
constexpr std::size_t kSessions = 16;
constexpr double kDefaultRate = 200;

/// The client that asks both servers, on a thread of its own.
class Asker {
 public:
  explicit Asker(const std::filesystem::path& authorities)
      : client_(io_.get_executor(), {.extraAuthorities = authorities}), thread_([this] { io_.run(); }) {}
  ~Asker() {
    client_.stop();
    guard_.reset();
    thread_.join();
  }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  void send(https::Request request, https::Handler handler) { client_.send(std::move(request), std::move(handler)); }
  /// Throws unless the status is 2xx.
  https::Response ask(https::Request request) {
    auto promise = std::make_shared<std::promise<https::Outcome>>();
    auto outcome = promise->get_future();
    send(std::move(request), [promise](https::Outcome result) { promise->set_value(std::move(result)); });
    const https::Outcome result = outcome.get();
    const auto* response = std::get_if<https::Response>(&result);
    if (response == nullptr) throw std::runtime_error(std::string{https::describe(std::get<https::Failure>(result))});
    if (response->status / 100 != 2) throw std::runtime_error("A server refuses: " + response->body.substr(0, 200));
    return *response;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  https::Client client_;
  std::thread thread_;
};

/// A push that is sent again and again, as the web client does when an answer is lost: each has the same to do.
https::Request pushTo(const std::string& sessionUrl, const std::string& query,
                      std::vector<std::pair<std::string, std::string>> headers) {
  test::MediaPeer peer;
  test::PeerDescription description;
  const std::string offer =
      description.offer(peer.parameters(), {{.name = "voice", .video = false, .rids = {}, .ssrcs = {1}},
                                            {.name = "camera", .video = true, .rids = {}, .ssrcs = {2}}});
  Json body{{"sessionDescription", {{"type", "offer"}, {"sdp", offer}}}, {"tracks", Json::array()}};
  for (const auto& [mid, name] : {std::pair{"0", "voice"}, std::pair{"1", "camera"}})
    body["tracks"].push_back({{"location", "local"}, {"mid", mid}, {"trackName", name}});
  https::Request request;
  request.method = "POST";
  request.url = sessionUrl + "/tracks/new" + query;
  request.headers = std::move(headers);
  request.body = body.dump();
  return request;
}

std::string sessionIn(const https::Response& response) { return Json::parse(response.body)["sessionId"]; }

std::vector<https::Request> directPushes(Asker& asker, std::uint16_t port) {
  const std::string app = "https://127.0.0.1:" + std::to_string(port) + "/v1/apps/bench";
  const std::vector<std::pair<std::string, std::string>> headers{{"Authorization", std::string{"Bearer "} + kSecret}};
  std::vector<https::Request> pushes;
  for (std::size_t i = 0; i < kSessions; ++i) {
    const auto opened = asker.ask({.method = "POST", .url = app + "/sessions/new", .headers = headers, .body = {}});
    pushes.push_back(pushTo(app + "/sessions/" + sessionIn(opened), "", headers));
  }
  return pushes;
}

/// Of one member of a room.
std::vector<https::Request> proxiedPushes(Asker& asker, std::uint16_t port, const std::string& cookie,
                                          const std::string& meeting) {
  const std::string base = "http://127.0.0.1:" + std::to_string(port) + "/partytracks/sessions/";
  const std::string query = "?correlationId=" + meeting;
  std::vector<https::Request> pushes;
  for (std::size_t i = 0; i < kSessions; ++i) {
    const auto opened =
        asker.ask({.method = "POST", .url = base + "new" + query, .headers = {{"Cookie", cookie}}, .body = {}});
    std::string lock{opened.header("Set-Cookie")};
    lock.resize(lock.find(';'));
    pushes.push_back(pushTo(base + sessionIn(opened), query, {{"Cookie", cookie + "; " + lock}}));
  }
  return pushes;
}

/// Brings one member into a room and returns the meeting's id.
std::string enterRoom(Clients& clients) {
  clients.begin(clients.add("proxy", 0));
  const auto deadline = Clock::now() + std::chrono::seconds{10};
  std::string meeting;
  while (meeting.empty()) {
    if (Clock::now() > deadline) throw std::runtime_error("The server lets nobody into a room.");
    clients.poll(std::chrono::milliseconds{50}, [&meeting](Connection&, std::string_view text, std::size_t, auto) {
      if (isRoomState(text)) meeting = Json::parse(text)["state"]["meetingId"];
    });
  }
  return meeting;
}

/// What one way has taken. Written by the client's thread.
struct Way {
  std::vector<https::Request> pushes;
  Histogram latency = {};
  std::uint64_t errors = 0;
  std::uint64_t answered = 0;
};

void send(Asker& asker, Way& way, std::size_t turn, std::mutex& mutex) {
  const auto begun = Clock::now();
  asker.send(way.pushes[turn % kSessions], [&way, &mutex, begun](const https::Outcome& outcome) {
    const auto taken = Clock::now() - begun;
    const auto* response = std::get_if<https::Response>(&outcome);
    const std::lock_guard lock(mutex);
    ++way.answered;
    if (response == nullptr || response->status != 200) {
      ++way.errors;
    } else {
      way.latency.add(taken);
    }
  });
}

/// At this rate on each way, by turns, so that what else the machine does meanwhile falls on both.
void play(Asker& asker, Way& direct, Way& proxied, double rate, std::chrono::duration<double> time) {
  std::mutex mutex;
  const auto step = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(0.5 / rate));
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(time);
  std::size_t sent = 0;
  for (auto next = begin; next < end; next += 2 * step, ++sent) {
    std::this_thread::sleep_until(next);
    send(asker, direct, sent, mutex);
    std::this_thread::sleep_until(next + step);
    send(asker, proxied, sent, mutex);
  }
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds{1})) {
    const std::lock_guard lock(mutex);
    // The client's own time limit has each answered.
    if (direct.answered == sent && proxied.answered == sent) return;
  }
}

}  // namespace

Json runProxy(const Options& options) {
  const test::TemporaryFolder folder;
  const test::TestAuthority authority;
  authority.issue(folder.path(), {.names = {"IP:127.0.0.1"}});
  const auto file = [&folder](const char* name) { return (folder.path() / name).string(); };
  authority.write(file("authority.pem"));

  const ServerProcess sfu(options, {"TLS_CERT_FILE=" + file("cert.pem"), "TLS_KEY_FILE=" + file("key.pem"),
                                    "REALTIME_APP_ID=bench", std::string{"REALTIME_APP_SECRET="} + kSecret});
  const ServerProcess rooms(options, {"SSL_CERT_FILE=" + file("authority.pem"), "MEDIA_BACKEND=cloudflare",
                                      "CALLS_APP_ID=bench", std::string{"CALLS_APP_SECRET="} + kSecret,
                                      "CALLS_API_URL=https://127.0.0.1:" + std::to_string(sfu.port()) + "/v1"});
  const Target target = loopbackTarget(rooms.port());
  const std::string cookie = fetchCookie(target);
  Clients member(target, cookie);
  const std::string meeting = enterRoom(member);

  Asker asker(file("authority.pem"));
  Way direct{.pushes = directPushes(asker, sfu.port())};
  Way proxied{.pushes = proxiedPushes(asker, rooms.port(), cookie, meeting)};
  const double rate = options.rate > 0 ? options.rate : kDefaultRate;
  // Until every connection that is needed is there.
  Way directWarm{.pushes = direct.pushes};
  Way proxiedWarm{.pushes = proxied.pushes};
  play(asker, directWarm, proxiedWarm, rate, std::chrono::duration<double>{std::min(options.time.count(), 2.0)});
  play(asker, direct, proxied, rate, options.time);

  const auto added = [&](double share) {
    return std::llround(proxied.latency.percentile(share) - direct.latency.percentile(share));
  };
  return {{"mode", "proxy"},
          {"seconds", options.time.count()},
          {"rate", rate},
          {"addedMicroseconds", {{"p50", added(0.50)}, {"p99", added(0.99)}}},
          {"direct", latencyJson(direct.latency)},
          {"proxied", latencyJson(proxied.latency)},
          {"errors", direct.errors + proxied.errors + directWarm.errors + proxiedWarm.errors}};
}

}  // namespace akbuzat::bench
