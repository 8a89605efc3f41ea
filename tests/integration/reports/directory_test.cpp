// The host's list of people, asked by the server.

#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "akbuzat/util/base64.hpp"
#include "support/https_upstream.hpp"
#include "support/running_server.hpp"

using namespace akbuzat;
using namespace akbuzat::test;
using nlohmann::json;

namespace {

const std::string kPhoto = util::base64Encode(std::string{"\x89PNG\r\n\x1A\n"} + "picture");

struct Directory {
  HttpsUpstream upstream{[](const UpstreamRequest& request) {
                           UpstreamAnswer answer;
                           if (request.target.find("nobody") != std::string::npos) answer.status = 404;
                           if (request.target.find("trouble") != std::string::npos) answer.status = 500;
                           answer.body = json{{"firstName", "Айгуль"}, {"lastName", "A"}, {"photob64", kPhoto}}.dump();
                           return answer;
                         },
                         HttpsUpstream::Certificate::none};
  RunningServer server{[this](config::Config& config) {
    config.userDirectoryUrl = upstream.url("/people");
    config.trustedProxies.v4.push_back(boost::asio::ip::make_network_v4("127.0.0.0/8"));
  }};

  HttpAnswer ask(const std::string& name, std::map<std::string, std::string> headers = {
                                              {"Cf-Access-Authenticated-User-Email", "me@example.org"}}) const {
    return request(server.port(), "GET", "/api/user-directory?name=" + name, headers);
  }
};

}  // namespace

TEST_CASE("The directory is asked once about a person, without anything of the visitor") {
  const Directory directory;
  for (int i = 0; i < 3; ++i) {
    const auto answer = directory.ask(
        "aigul%2Bx%40example.org", {{"Cf-Access-Authenticated-User-Email", "me@example.org"}, {"Cookie", "secret=1"}});
    CHECK(answer.status == 200);
    CHECK(json::parse(answer.body) ==
          json{{"firstName", "Айгуль"}, {"lastName", "A"}, {"photo", "data:image/png;base64," + kPhoto}});
  }
  const auto requests = directory.upstream.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].target == "/people?email=aigul%2Bx%40example.org");
  CHECK_FALSE(requests[0].headers.contains("cookie"));
  CHECK_FALSE(requests[0].headers.contains("cf-access-authenticated-user-email"));
}

TEST_CASE("Who is not there, and a directory that fails, are told apart, and remembered for a while") {
  const Directory directory;
  CHECK(directory.ask("nobody%40example.org").status == 404);
  CHECK(directory.ask("nobody%40example.org").status == 404);
  CHECK(directory.ask("trouble%40example.org").status == 503);
  const std::size_t asked = directory.upstream.requests().size();
  CHECK(directory.ask("trouble%40example.org").status == 503);
  CHECK(directory.upstream.requests().size() == asked);
  CHECK(directory.ask("").status == 400);
  CHECK(directory.ask("a%0Ab").status == 400);
}

TEST_CASE("The directory is not for strangers") {
  const Directory directory;
  CHECK(directory.ask("aigul%40example.org", {}).status == 401);
  const std::string cookie = takeName(directory.server.port(), "me@example.org");
  CHECK(directory.ask("aigul%40example.org", {{"Cookie", cookie}}).status == 403);
  CHECK(directory.upstream.requests().empty());
  CHECK(json::parse(request(directory.server.port(), "GET", "/api/config").body).at("hasUserDirectory") == true);
}

TEST_CASE("Without a directory there is none to ask") {
  const RunningServer server;
  CHECK(request(server.port(), "GET", "/api/user-directory?name=a").status == 404);
}
