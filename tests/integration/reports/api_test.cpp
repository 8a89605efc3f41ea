// What pages may report, who may, and who may read it.

#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/storage/report_archive.hpp"
#include "akbuzat/util/percent.hpp"
#include "support/running_server.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using nlohmann::json;

namespace {

const std::string kForm =
    "info=" + util::percentEncode(R"({"roomName":"tea","roomHistory":[1,{"sdp":"v=0"}]})") + "&description=No+sound";
const std::string kDeadTrack = R"({"trackId":"t1","pushingUser":"Bulat"})";

struct Visitor {
  RunningServer server;
  std::string cookie = takeName(server.port(), "Aigul");

  HttpAnswer post(const std::string& target, const std::string& body,
                  std::map<std::string, std::string> headers = {}) const {
    headers.try_emplace("Cookie", cookie);
    return request(server.port(), "POST", target, headers, body);
  }
  HttpAnswer get(const std::string& target, std::map<std::string, std::string> headers = {}) const {
    headers.try_emplace("Cookie", cookie);
    return request(server.port(), "GET", target, headers);
  }
  std::vector<storage::Report> reports() const { return storage::ReportArchive{server.folder().path()}.list(); }
};

std::string codeOf(const HttpAnswer& answer) { return json::parse(answer.body).at("error").at("code"); }

}  // namespace

TEST_CASE("A problem is kept with what the server knows, without any setting") {
  const Visitor visitor;
  const auto answer = visitor.post("/api/bugReport", kForm, {{"User-Agent", "Browser/1"}});
  CHECK(answer.status == 200);
  CHECK(json::parse(answer.body) == json{{"status", "ok"}});
  CHECK(visitor.post("/api/deadTrack", kDeadTrack).status == 200);
  const auto reports = visitor.reports();
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].kind == storage::Report::Kind::deadTrack);
  CHECK(reports[0].userName == "Aigul");
  const storage::Report& bug = reports[1];
  CHECK(bug.userName == "Aigul");
  CHECK(bug.description == "No sound");
  CHECK(bug.room == "tea");
  CHECK(bug.userAgent == "Browser/1");
  CHECK(bug.host == "http://127.0.0.1:" + std::to_string(visitor.server.port()));
  CHECK(bug.version == server::version());
  CHECK(bug.id.size() == 22);
  CHECK(bug.id != reports[0].id);
}

TEST_CASE("Debug information is for visitors who know the id") {
  const Visitor visitor;
  REQUIRE(visitor.post("/api/deadTrack", kDeadTrack).status == 200);
  REQUIRE(visitor.post("/api/bugReport", kForm).status == 200);
  const auto reports = visitor.reports();
  const std::string bug = "/api/debugInfo?id=" + reports.at(0).id;
  const auto answer = visitor.get(bug);
  CHECK(answer.status == 200);
  CHECK(answer.headers.at("content-type") == "application/json; charset=utf-8");
  CHECK(answer.headers.at("cache-control") == "no-store");
  CHECK(json::parse(answer.body) == json::parse(R"([1,{"sdp":"v=0"}])"));

  CHECK(visitor.get(bug, {{"Cookie", ""}}).status == 401);
  CHECK(visitor.get("/api/debugInfo").status == 400);
  CHECK(visitor.get("/api/debugInfo?id=").status == 400);
  CHECK(visitor.get("/api/debugInfo?id=a%27b").status == 400);
  CHECK(visitor.get("/api/debugInfo?id=AAAAAAAAAAAAAAAAAAAAAA").status == 404);
  CHECK(visitor.get("/api/debugInfo?id=" + reports.at(1).id).status == 404);
}

TEST_CASE("Nobody without a name, and no page of another site, reports") {
  const Visitor visitor;
  for (const auto& [target, body] : {std::pair{"/api/bugReport", kForm}, std::pair{"/api/deadTrack", kDeadTrack}}) {
    INFO(target);
    const auto nameless = visitor.post(target, body, {{"Cookie", ""}});
    CHECK(nameless.status == 401);
    CHECK(codeOf(nameless) == "no_name");
    const auto foreign = visitor.post(target, body, {{"Origin", "https://evil.example"}});
    CHECK(foreign.status == 403);
    CHECK(codeOf(foreign) == "foreign_origin");
    const auto empty = visitor.post(target, "");
    CHECK(empty.status == 400);
    CHECK(codeOf(empty) == "bad_report");
    CHECK(visitor.get(target).status == 400);
  }
  CHECK(visitor.reports().empty());
}

TEST_CASE("Whoever reports without end is asked to wait") {
  const Visitor visitor;
  unsigned stored = 0;
  HttpAnswer last;
  for (int i = 0; i < 50 && last.status != 429; ++i) {
    last = visitor.post("/api/bugReport", kForm);
    if (last.status == 200) ++stored;
  }
  CHECK(last.status == 429);
  CHECK(codeOf(last) == "too_many_reports");
  CHECK(last.headers.contains("retry-after"));
  CHECK(stored >= 5);
  CHECK(visitor.reports().size() == stored);
  // What pages find out by themselves is counted apart.
  CHECK(visitor.post("/api/deadTrack", kDeadTrack).status == 200);
}

TEST_CASE("Pages are told what they need for reports") {
  const Visitor visitor;
  const json config = json::parse(visitor.get("/api/config").body);
  CHECK(config.at("maxApiHistory") == 100);
  CHECK(config.at("traceLink") == "");
  CHECK(config.at("hasUserDirectory") == false);
}
