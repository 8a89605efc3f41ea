// Requests from their first byte to the head of their answer: target, Host, static files, routes, forms, return-url.
// The input is either a whole request, or a target and a form for one that is otherwise sound.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "../support/fake_ai_calls.hpp"
#include "../support/fake_media_sessions.hpp"
#include "../support/temporary_folder.hpp"
#include "akbuzat/util/log.hpp"
#include "http/http_exchange.hpp"
#include "http/return_url.hpp"
#include "http/site.hpp"

namespace {

using namespace akbuzat;

class NoStore final : public room::RoomStore {
 public:
  void commit(const std::string&, std::vector<room::StoreChange>, CommitHandler) override {}
  void load(const std::string&, LoadHandler) override {}
};

class NoReports final : public storage::Reports {
 public:
  void addRefresh(std::string, Handler handler) override { handler(storage::ReportResult::stored); }
  void addFeedback(std::string, bool, std::string, Handler handler) override {
    handler(storage::ReportResult::unknownMeeting);
  }
  void addReport(storage::Report, bool, Handler handler) override { handler(storage::ReportResult::stored); }
  void findReport(std::string, FindHandler handler) override { handler(std::nullopt, true); }
  [[nodiscard]] bool writable() const noexcept override { return true; }
};

/// No request here gets as far as a session.
class NoRealtime final : public realtime::Realtime {
 public:
  void newSession(const realtime::Scope&, std::string, realtime::SessionKind,
                  realtime::Reply<std::string> reply) override {
    reply(gone());
  }
  void newTracks(const realtime::Scope&, std::string, realtime::TracksRequest,
                 realtime::Reply<realtime::TracksAnswer> reply) override {
    reply(gone());
  }
  void renegotiate(const realtime::Scope&, std::string, realtime::SessionDescription,
                   realtime::Reply<std::monostate> reply) override {
    reply(gone());
  }
  void closeTracks(const realtime::Scope&, std::string, realtime::CloseRequest,
                   realtime::Reply<realtime::TracksAnswer> reply) override {
    reply(gone());
  }
  void updateTracks(const realtime::Scope&, std::string, std::vector<realtime::TrackObject>,
                    realtime::Reply<realtime::TracksAnswer> reply) override {
    reply(gone());
  }
  void state(const realtime::Scope&, std::string, realtime::Reply<realtime::SessionState> reply) override {
    reply(gone());
  }

 private:
  static realtime::Error gone() { return {realtime::ErrorCode::sessionGone, "There is no session."}; }
};

struct Sink final : http::AnswerSink {
  void answer(std::uint64_t, http::Response response) override { last = std::move(response); }
  std::optional<http::Response> last;
};

struct World {
  test::TemporaryFolder root;
  config::Config config;
  util::Shards shards{1};
  NoStore store;
  test::FakeMediaSessions media;
  test::FakeAiCalls ai;
  NoReports reports;
  https::Client client{shards.context(0).get_executor()};
  realtime::IceServers iceServers{shards.context(0).get_executor(), {.settings = config.ice, .send = {}}};
  NoRealtime realtime;
  std::unique_ptr<room::RoomDirectory> rooms;
  std::unique_ptr<http::Site> site;

  World() {
    util::log().set_level(spdlog::level::off);
    std::filesystem::create_directories(root.path() / "assets");
    std::ofstream(root.path() / "index.html") << "page";
    std::ofstream(root.path() / "assets/app-12345678.js") << "0123456789";
    config.webRoot = root.path();
    config.sessionSecret = "secret";
    config.http.requestsPerSecondPerAddress = 0;
    config.http.socketsPerSecondPerAddress = 0;
    config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
    rooms = std::make_unique<room::RoomDirectory>(shards, store, media, ai, config.room, config.media.path);
    site = std::make_unique<http::Site>(config, http::Services{.rooms = *rooms,
                                                               .realtime = realtime,
                                                               .reports = reports,
                                                               .client = client,
                                                               .iceServers = iceServers,
                                                               .version = "fuzz",
                                                               .stunUrls = {}});
  }
};

void require(bool condition) {
  if (!condition) std::abort();
}

/// Each line of the head is ours; a client's text never begins one, and never leads away from the site.
void checkHead(std::string_view fields) {
  while (!fields.empty()) {
    const auto end = fields.find("\r\n");
    require(end != std::string_view::npos);
    const std::string_view line = fields.substr(0, end);
    fields.remove_prefix(end + 2);
    require(line.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos);
    require(line.find(": ") != std::string_view::npos);
    if (!line.starts_with("Location: ")) continue;
    const std::string_view location = line.substr(10);
    require(location.starts_with('/') && !location.starts_with("//") && location.find('\\') == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  std::string_view input{reinterpret_cast<const char*>(data), size};
  std::string text;
  if (!input.empty() && (input[0] & 1) != 0) {
    text = input.substr(1);
  } else if (!input.empty()) {
    const auto line = input.find('\n', 1);
    const std::string body{line == std::string_view::npos ? std::string_view{} : input.substr(line + 1)};
    text = std::string{(input[0] & 2) != 0 ? "POST " : "GET "} + std::string{input.substr(1, line - 1)} +
           " HTTP/1.1\r\nHost: meet.example\r\nX-Forwarded-For: " + std::string{input.substr(0, 20)} +
           "\r\nIf-None-Match: \"a\"\r\nCf-Access-Authenticated-User-Email: k@example.org\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  http::HttpExchange exchange(world.config.http, 1);
  exchange.reader.put(text);
  if (exchange.reader.status() != http::RequestReader::Status::done) return 0;
  const http::Peer peer{boost::asio::ip::make_address("127.0.0.1"), true, false};
  auto taken = exchange.takeRequest(*world.site, peer);
  const auto sink = std::make_shared<Sink>();
  if (auto* request = std::get_if<http::Request>(&taken)) {
    http::safeReturnPath(request->query, request->origin);
    checkHead("Location: " + http::safeReturnPath(request->body, request->origin) + "\r\n");
    world.site->handle(*request, http::Responder(sink, 1));
    require(sink->last.has_value());
  } else {
    sink->last = std::move(std::get<http::Response>(taken));
  }
  checkHead(sink->last->fields);
  exchange.setAnswer(std::move(*sink->last), *world.site, "Thu, 01 Jan 1970 00:00:00 GMT");
  require(!exchange.unsent().empty());
  return 0;
}
