#include <chrono>
#include <string>
#include <tuple>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/realtime/ice_server.hpp"

namespace akbuzat::realtime {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

/// What is left of one address that has a credential.
Strings accepted(const std::string& url) {
  const auto servers = arrange({{{url}, "u", "c"}});
  return servers.empty() ? Strings{} : servers.front().urls;
}

TEST_CASE("only addresses of STUN and TURN get to a browser") {
  for (const std::string url : {"stun:a.example", "stun:a.example:19302", "stuns:a.example", "turn:a.example",
                                "turn:192.0.2.1:3478", "turn:[2001:db8::1]:3478?transport=udp", "turns:[2001:db8::1]",
                                "turns:a-b_c.example:443?transport=tcp", "turn:a.example?transport=tcp"}) {
    CHECK(accepted(url) == Strings{url});
  }
  for (const std::string url : {"",
                                "turn",
                                "turn:",
                                "turn::3478",
                                "http://a.example",
                                "TURN:a.example",
                                "turn:a.example:",
                                "turn:a.example:0",
                                "turn:a.example:65536",
                                "turn:a.example:-1",
                                "turn:a.example:34 78",
                                "turn:a example",
                                "turn://a.example",
                                "turn:u@a.example",
                                "turn:a.example?transport=sctp",
                                "turn:a.example?transport=udp&x",
                                "turn:a.example?",
                                "stun:a.example?transport=udp",
                                "turn:[2001:db8::1",
                                "turn:2001:db8::1",
                                "turn:[]",
                                "turn:[g]",
                                "turn:a.example\r\n",
                                "turn:a.example:53",
                                "turn:a.example:53?transport=tcp",
                                "stun:a.example:53"}) {
    CHECK(accepted(url).empty());
  }
}

TEST_CASE("TURN over TLS on its own port comes first, then on 443, then other TURN, then STUN") {
  const std::vector<IceServer> servers{
      {{"stun:a.example:3478", "turn:a.example?transport=udp", "turns:a.example:443?transport=tcp",
        "turns:a.example:5349?transport=tcp", "turn:a.example:80?transport=tcp"},
       "u",
       "c"}};
  CHECK(arrange(servers) ==
        std::vector<IceServer>{{{"turns:a.example:5349?transport=tcp", "turns:a.example:443?transport=tcp",
                                 "turn:a.example?transport=udp", "turn:a.example:80?transport=tcp"},
                                "u",
                                "c"},
                               {{"stun:a.example:3478"}, "", ""}});
}

TEST_CASE("what several sources give is ranked together, and each address keeps its credential") {
  const std::vector<IceServer> servers{{{"turn:a.example", "turns:a.example"}, "u", "c"},
                                       {{"stun:s.example"}, "", ""},
                                       {{"turns:b.example", "turn:b.example"}, "v", "d"},
                                       {{"stun:t.example", "stun:s.example"}, "", ""},
                                       {{"turn:a.example"}, "u", "c"},
                                       {{"turns:a.example:8443"}, "u", "e"}};
  const std::vector<IceServer> expected{
      {{"turns:a.example"}, "u", "c"},      {{"turns:b.example"}, "v", "d"},
      {{"turn:a.example"}, "u", "c"},       {{"turn:b.example"}, "v", "d"},
      {{"turns:a.example:8443"}, "u", "e"}, {{"stun:s.example", "stun:t.example"}, "", ""}};
  CHECK(arrange(servers) == expected);
  CHECK(arrange(expected) == expected);
  CHECK(relaysOf(expected) == std::vector<IceServer>(expected.begin(), expected.end() - 1));
  CHECK(arrange({}).empty());
}

TEST_CASE("TURN without a name or a credential is left out, and STUN needs none") {
  CHECK(arrange({{{"turn:a.example", "stun:a.example"}, "", "c"}}) ==
        std::vector<IceServer>{{{"stun:a.example"}, "", ""}});
  CHECK(arrange({{{"turn:a.example"}, "u", ""}}).empty());
}

TEST_CASE("ICE servers are read in every form that TURN services have answered in") {
  const std::vector<IceServer> both{{{"stun:a.example"}, "", ""}, {{"turn:a.example", "turn:b.example"}, "u", "c"}};
  const std::string stun = R"({"urls":"stun:a.example","username":null})";
  const std::string turn =
      R"({"urls":["turn:a.example","turn:b.example"],"username":"u","credential":"c","credentialType":"password"})";
  CHECK(parseIceServers(R"({"iceServers":[)" + stun + "," + turn + "]}") == both);
  CHECK(parseIceServers("[" + stun + "," + turn + "]") == both);
  CHECK(parseIceServers(R"({"iceServers":)" + turn + R"(,"more":[]})") == std::vector<IceServer>{both[1]});
  CHECK(parseIceServers(turn) == std::vector<IceServer>{both[1]});
  CHECK(parseIceServers("[]") == std::vector<IceServer>{});
  CHECK(parseIceServers(writeIceServers(both)) == both);
}

TEST_CASE("what is no list of ICE servers, or none of a reasonable size, is refused whole") {
  const std::string many = [] {
    std::string list = "[";
    for (int i = 0; i < 17; ++i) list += std::string{i == 0 ? "" : ","} + R"({"urls":"stun:a"})";
    return list + "]";
  }();
  std::string manyUrls = R"([{"urls":["stun:a")";
  for (int i = 0; i < 16; ++i) manyUrls += R"(,"stun:a")";
  manyUrls += "]}]";
  const auto withUrls = [](const std::string& urls) { return R"([{"urls":)" + urls + "}]"; };
  for (const std::string& text :
       {std::string{},
        std::string{"{"},
        std::string{"null"},
        std::string{"7"},
        std::string{"{}"},
        std::string{"[7]"},
        std::string{R"({"iceServers":null})"},
        std::string{R"({"iceServers":"turn:a"})"},
        std::string{"[{}]"},
        std::string{R"([{"url":"stun:a"}])"},
        withUrls("7"),
        withUrls("null"),
        withUrls("[7]"),
        withUrls("[[\"stun:a\"]]"),
        std::string{R"([{"urls":"stun:a"},{"urls":"turn:a","username":7,"credential":"c"}])"},
        std::string{R"([{"urls":"turn:a","username":"u","credential":{"accessToken":"t"}}])"},
        many,
        manyUrls,
        withUrls('"' + std::string(513, 'a') + '"'),
        R"([{"urls":"turn:a","username":")" + std::string(513, 'u') + R"(","credential":"c"}])",
        "[" + std::string(65'536, ' ') + "]",
        std::string(100'000, '[')}) {
    CAPTURE(text.substr(0, 80));
    CHECK_FALSE(parseIceServers(text).has_value());
  }
}

TEST_CASE("ICE servers are written as browsers read them") {
  const std::vector<IceServer> servers{{{"turn:a.example"}, "u", "c"}, {{"stun:s.example"}, "", ""}};
  CHECK(writeIceServers(servers) ==
        R"({"iceServers":[{"credential":"c","urls":["turn:a.example"],"username":"u"},{"urls":["stun:s.example"]}]})");
  CHECK(writeIceServers({}, 60s) == R"({"iceServers":[],"ttl":60})");
}

TEST_CASE("what a program asks is a life in seconds") {
  CHECK(parseIceServersRequest(R"({"ttl":86400})") == 86400s);
  CHECK(parseIceServersRequest(R"({"ttl":18446744073709551615})") == std::chrono::seconds{365 * 24 * 3600});
  for (const char* body :
       {"", "{}", "[]", "86400", R"({"ttl":0})", R"({"ttl":-1})", R"({"ttl":1.5})", R"({"ttl":"1"})"})
    CHECK_FALSE(parseIceServersRequest(body).has_value());
}

TEST_CASE("a relay with a shared secret gets a name that says when it ends, and its HMAC") {
  config::IceSettings settings;
  settings.turnUrls = {"turns:turn.example.org", "turn:turn.example.org"};
  settings.turnSharedSecret = "north";
  const std::chrono::sys_seconds end{1'700'000'000s};
  const auto kevin = sharedSecretServers(settings, "header:kevin@example.org", end);
  REQUIRE(kevin.size() == 1);
  CHECK(kevin[0].urls == settings.turnUrls);
  // Both were computed with Python's hmac module.
  CHECK(kevin[0].username == "1700000000:34fc5bfe30f339433993bb8d");
  CHECK(kevin[0].credential == "n+538d9R3En2DfsGIxW/G8SI62k=");
  CHECK(sharedSecretServers(settings, "header:kevin@example.org", end + 1s)[0].username.substr(11) ==
        kevin[0].username.substr(11));
  CHECK(sharedSecretServers(settings, "header:other@example.org", end)[0].username != kevin[0].username);

  settings.turnUrls.clear();
  CHECK(sharedSecretServers(settings, "kevin", end).empty());
}

TEST_CASE("a TURN service is asked with its key, its token and a life that it allows") {
  config::IceSettings settings;
  settings.turnKeyId = "key";
  CHECK_FALSE(hasTurnService(settings));
  settings.turnKeyToken = "token";
  CHECK(hasTurnService(settings));
  const auto request = turnServiceRequest(settings, 24h);
  CHECK(request.method == "POST");
  CHECK(request.url == "https://rtc.live.cloudflare.com/v1/turn/keys/key/credentials/generate-ice-servers");
  CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{{"Authorization", "Bearer token"},
                                                                            {"Content-Type", "application/json"}});
  CHECK(request.body == R"({"ttl":86400})");
  CHECK(turnServiceRequest(settings, 100h).body == R"({"ttl":172800})");
}

TEST_CASE("an answer of a TURN service has a relay, or there is a reason why not") {
  const auto read = [](unsigned status, const std::string& body) {
    return readTurnServiceAnswer(https::Response{.status = status, .headers = {}, .body = body});
  };
  const auto good = read(201, R"({"iceServers":[{"urls":["stun:a"]},{"urls":["turn:a:53","turn:a"],"username":"u",
                                  "credential":"c"}]})");
  CHECK(std::get<0>(good) == std::vector<IceServer>{{{"turn:a"}, "u", "c"}, {{"stun:a"}, "", ""}});
  const auto why = [](const auto& result) { return std::get<std::string>(result); };
  CHECK(why(read(403, "a secret")) == "status 403");
  CHECK(why(read(200, "a secret")) == "an answer that is no list of ICE servers");
  CHECK(why(read(200, R"([{"urls":"stun:a"}])")) == "an answer without a relay");
  CHECK(why(read(200, R"([{"urls":"turn:a:53","username":"u","credential":"c"}])")) == "an answer without a relay");
  CHECK(why(readTurnServiceAnswer(https::Failure::certificate)) == https::describe(https::Failure::certificate));
}

}  // namespace
}  // namespace akbuzat::realtime
