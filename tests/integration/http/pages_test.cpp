#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/util/percent.hpp"
#include "site_under_test.hpp"

namespace akbuzat::test {
namespace {

const std::map<std::string, std::string> kHtml{{"Accept", "text/html"}};

/// A built client of three files.
struct Site {
  TemporaryFolder root;
  std::unique_ptr<SiteUnderTest> server;

  explicit Site(const std::function<void(config::Config&)>& adjust = {}) {
    std::filesystem::create_directories(root.path() / "assets");
    std::ofstream(root.path() / "index.html") << "<!doctype html>page";
    std::ofstream(root.path() / "index.html.br") << "compressed";
    std::ofstream(root.path() / "assets/app-12345678.js") << "script";
    std::ofstream(root.path() / "site.webmanifest") << "{}";
    server = std::make_unique<SiteUnderTest>([&](config::Config& config) {
      config.webRoot = root.path();
      if (adjust) adjust(config);
    });
  }
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
  [[nodiscard]] std::map<std::string, std::string> kevin() const {
    return {{"Cookie", takeName(server->port(), "Kevin")}};
  }
};

TEST_CASE("visitors without a name are asked for it first") {
  const Site site;
  for (const std::string path : {"/", "/room", "/room/", "/room/room", "/call-quality-feedback?meetingId=1",
                                 "/%D0%B9?voice=ash", "/robots.txt"}) {
    const HttpAnswer answer = site.server->get(path);
    CHECK(answer.status == 302);
    const std::string back = "return-url=" + util::percentEncode(site.origin() + path);
    CHECK(answer.headers.at("location").starts_with("/set-username?"));
    CHECK(answer.headers.at("location").ends_with(back));
  }
  CHECK(site.server->get("/r?voice=ash").headers.at("location").starts_with("/set-username?voice=ash&return-url="));
  for (const char* path : {"/set-username", "/set-username?return-url=x", "/legal/terms", "/legal/privacy"}) {
    const HttpAnswer answer = site.server->get(path);
    CHECK(answer.status == 200);
    CHECK(answer.body == "<!doctype html>page");
    CHECK(answer.headers.at("cache-control") == "no-cache");
    CHECK(answer.headers.at("content-type") == "text/html; charset=utf-8");
  }
}

TEST_CASE("with a name the same page is everywhere") {
  const Site site;
  auto headers = site.kevin();
  for (const char* path : {"/", "/room", "/room/room", "/call-quality-feedback", "/some.thing"})
    CHECK(site.server->get(path, headers).body == "<!doctype html>page");
  headers["Accept-Encoding"] = "gzip, br";
  const HttpAnswer compressed = site.server->get("/room", headers);
  CHECK(compressed.body == "compressed");
  CHECK(compressed.headers.at("content-encoding") == "br");
  headers["If-None-Match"] = compressed.headers.at("etag");
  CHECK(site.server->get("/room", headers).status == 304);
  CHECK(site.server->get("/index.html", headers).headers.at("location") == "/");
}

TEST_CASE("taking a name sets the cookie and leads back") {
  const Site site;
  const auto take = [&site](const std::string& query, const std::string& name,
                            std::map<std::string, std::string> headers = {}) {
    return site.server->post("/set-username" + query, "username=" + name, headers);
  };
  const HttpAnswer answer = take("?return-url=" + util::percentEncode(site.origin() + "/room?x=1"), "%D0%90%D0%B9+K.");
  CHECK(answer.status == 302);
  CHECK(answer.headers.at("location") == "/room?x=1");
  const std::string cookie = answer.headers.at("set-cookie");
  CHECK(cookie.starts_with("__session="));
  CHECK(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"));
  const std::map<std::string, std::string> headers{{"Cookie", cookie.substr(0, cookie.find(';'))}};
  CHECK(site.server->get("/api/session", headers).body == R"({"source":"cookie","username":"Ай K."})");

  CHECK(take("", "Kevin").headers.at("location") == "/");
  for (const std::string target : {"https://evil.example/", "//evil.example", "/\\evil", "javascript:alert(1)"})
    CHECK(take("?return-url=" + util::percentEncode(target), "Kevin").headers.at("location") == "/");
  CHECK(take("?return-url=%zz", "Kevin").headers.at("location") == "/");

  const HttpAnswer refused = take("", "%20+%09");
  CHECK(refused.status == 400);
  CHECK(refused.headers.count("set-cookie") == 0);
  CHECK(refused.body.find("bad_username") != std::string::npos);
  CHECK(take("", "a%00b", kHtml).headers.at("content-type") == "text/html; charset=utf-8");
  CHECK(take("", std::string(65, 'x')).status == 400);
  CHECK(take("", "%FF").status == 400);
  CHECK(take("", "%zz").status == 400);
}

TEST_CASE("a session keeps its owner when it changes its name") {
  const Site site;
  SiteUnderTest& server = *site.server;
  const std::string before = takeName(server.port(), "Kevin");
  const HttpAnswer answer = server.post("/set-username", "username=Kev", {{"Cookie", before}});
  const std::string after = answer.headers.at("set-cookie").substr(0, answer.headers.at("set-cookie").find(';'));
  server.useCookie(before);
  WebSocketClient first = server.enter("id");
  first.receive("roomState");
  // The same connection id under another name is let in, so it has the same owner.
  server.useCookie(after);
  WebSocketClient second = server.enter("id");
  CHECK(second.awaitState([](const auto& state) { return userIn(state, "id").is_object(); }).is_object());
  CHECK(first.awaitClose().code == 4409);
  // Another session is not.
  server.useCookie(takeName(server.port(), "Kevin"));
  WebSocketClient third = server.enter("id");
  CHECK(third.awaitClose().code == 4403);
}

TEST_CASE("the cookie is for HTTPS only where HTTPS is spoken") {
  const Site site([](config::Config& config) {
    config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
    config.publicUrl = "https://meet.example.org";
  });
  const auto cookie = [&site](std::map<std::string, std::string> headers) {
    return site.server->post("/set-username", "username=Kevin", headers).headers.at("set-cookie");
  };
  CHECK(cookie({{"X-Forwarded-Proto", "https"}}).ends_with("; Secure"));
  CHECK(cookie({{"X-Forwarded-Proto", "http"}}).ends_with("; SameSite=Strict"));
  CHECK(site.server->get("/healthz").headers.at("strict-transport-security") == "max-age=86400");
  CHECK(site.server->get("/r").headers.at("location") == "/set-username?return-url=https%3A%2F%2Fmeet.example.org%2Fr");
  CHECK(site.server->post("/set-username?return-url=https%3A%2F%2Fmeet.example.org%2Fr", "username=K")
            .headers.at("location") == "/r");
}

TEST_CASE("a trusted proxy may name the user, and nobody else") {
  const auto adjust = [](const char* trusted) {
    return [trusted](config::Config& config) {
      config.identityHeader = "X-User";
      config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4(trusted));
    };
  };
  const std::map<std::string, std::string> header{{"X-User", "kevin@example.org"}};
  {
    const Site site(adjust("127.0.0.0/8"));
    CHECK(site.server->get("/api/session", header).body == R"({"source":"header","username":"kevin@example.org"})");
    CHECK(site.server->get("/room", header).status == 200);
    const HttpAnswer answer = site.server->post("/set-username?return-url=/r", "username=Other", header);
    CHECK(answer.headers.at("location") == "/r");
    CHECK(answer.headers.count("set-cookie") == 0);
  }
  const Site site(adjust("10.0.0.0/8"));
  CHECK(site.server->get("/api/session", header).body == R"({"source":null,"username":null})");
}

TEST_CASE("rooms are gone to by form and made by chance") {
  const Site site;
  const auto go = [&site](const std::string& room) { return site.server->post("/", "room=" + room); };
  CHECK(go("my+first+room").headers.at("location") == "/my-first-room");
  CHECK(go("%D0%B9").headers.at("location") == "/%D0%B9");
  CHECK(go("%2F%2Fevil.example").headers.at("location") == "/%2F%2Fevil.example");
  CHECK(go("a%3Fb%23c").headers.at("location") == "/a%3Fb%23c");
  for (const std::string& bad : {std::string{}, std::string{"+"}, std::string{".."}, std::string{"%00"},
                                 std::string{"%0d%0aSet-Cookie:a"}, std::string{"%FF"}, std::string(257, 'x')})
    CHECK(go(bad).status == 400);
  CHECK(site.server->post("/", "").status == 400);
  const std::string made = site.server->get("/new?voice=ash").headers.at("location");
  CHECK(made.size() == 1 + 8 + 10);
  CHECK(made.ends_with("?voice=ash"));
  CHECK(site.server->get("/new").headers.at("location") != site.server->get("/new").headers.at("location"));
}

TEST_CASE("static files come before routes") {
  const Site site;
  const HttpAnswer script = site.server->get("/assets/app-12345678.js");
  CHECK(script.body == "script");
  CHECK(script.headers.at("cache-control") == "public, max-age=31536000, immutable");
  CHECK(site.server->get("/site.webmanifest").status == 200);
  CHECK(site.server->get("/assets/app%2D12345678.js").body == "script");
  for (const char* path :
       {"/assets/%2e%2e/index.html", "/assets/../index.html", "/..%2f..%2fetc/passwd", "/assets/none.js"})
    CHECK(site.server->get(path).status == 404);
}

TEST_CASE("unknown places are the client's page with 404, or JSON") {
  const Site site;
  const HttpAnswer page = site.server->get("/a/b/c", kHtml);
  CHECK(page.status == 404);
  CHECK(page.body == "<!doctype html>page");
  CHECK(site.server->get("/a/b/c").body ==
        R"({"error":{"code":"not_found","message":"There is nothing at this address."}})");
  CHECK(site.server->get("/%zz").status == 404);
  CHECK(site.server->get("/" + std::string(257, 'x')).status == 404);
  CHECK(site.server->get("/api/reportRefresh").status == 400);
  CHECK(site.server->post("/api/session", "").status == 405);
  CHECK(site.server->post("/room", "").headers.at("allow") == "GET, HEAD");
}

TEST_CASE("the API tells pages what they need") {
  const Site site([](config::Config& config) { config.maxWebcamBitrate = 800'000; });
  const auto config = nlohmann::json::parse(site.server->get("/api/config").body);
  CHECK(config == nlohmann::json{{"version", "1.2.3"},
                                 {"iceServers", {{{"urls", {"stun:192.0.2.1:8787"}}}}},
                                 {"maxWebcamBitrate", 800'000},
                                 {"maxWebcamFramerate", 24},
                                 {"maxWebcamQualityLevel", 1080},
                                 {"maxApiHistory", 100},
                                 {"traceLink", ""},
                                 {"hasUserDirectory", false},
                                 {"hasAi", false},
                                 {"hasFeedback", true}});
  CHECK(site.server->get("/readyz").status == 200);
  site.server->reports.canWrite = false;
  CHECK(site.server->get("/readyz").status == 503);
  CHECK(site.server->get("/healthz").status == 200);
}

TEST_CASE("reports are stored and never keep the visitor") {
  const Site site;
  HeldReports& reports = site.server->reports;
  RawClient client(site.server->port());
  const auto post = [&client](const std::string& target, const std::string& body) {
    client.send("POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
  };
  post("/call-quality-feedback", "experiencedIssues=true&meetingId=m-1");
  auto [text, answer] = reports.next();
  CHECK(text == "feedback 1.2.3 issues m-1");
  answer(storage::ReportResult::unknownMeeting);
  CHECK(client.read().headers.at("location") == "/");
  post("/call-quality-feedback", "experiencedIssues=no");
  CHECK(client.read().headers.at("location") == "/");
  post("/api/reportRefresh", "");
  CHECK(reports.next().first == "refresh 1.2.3");
  // A report whose store forgets to answer.
  const HttpAnswer forgotten = client.read();
  CHECK(forgotten.status == 500);
}

TEST_CASE("pages of other sites cannot post") {
  const Site site;
  site.server->reports.answerAtOnce(storage::ReportResult::stored);
  for (const char* target : {"/", "/set-username", "/call-quality-feedback", "/api/reportRefresh"}) {
    for (const char* origin : {"https://evil.example", "null", ""})
      CHECK(site.server->post(target, "room=x&username=K", {{"Origin", origin}}).status == 403);
    CHECK(site.server->post(target, "room=x&username=K", {{"Origin", site.origin()}}).status < 400);
  }
}

TEST_CASE("without a built client the pages say how to build it") {
  const SiteUnderTest site;
  const HttpAnswer answer = site.get("/set-username");
  CHECK(answer.status == 503);
  CHECK(answer.body.find("scripts/run") != std::string::npos);
  CHECK(site.get("/a/b", kHtml).status == 404);
}

}  // namespace
}  // namespace akbuzat::test
