// Which SFU a room's sessions are on: the choice at the start, the move of a running call, and what a restart keeps.

#include <future>

#include "proxied_site.hpp"

namespace akbuzat::test {
namespace {

using config::MediaBackendRule;

/// What the pages are told of the SFU where new sessions go; 0 is the upstream.
std::uint64_t generationIn(const Json& state) {
  return state.contains("media") ? state["media"].value("generation", std::uint64_t{0}) : 0;
}
bool isUpstreams(const std::string& session) { return session.starts_with("up-"); }

/// Opens and returns the session.
std::string opened(Person& person) {
  REQUIRE(person.open().status == 201);
  return person.session;
}

TEST_CASE("rooms use the upstream that is set, and the others' programs do not") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  CHECK(generationIn(aigul.state) == 0);
  CHECK(isUpstreams(opened(aigul)));
}

TEST_CASE("rooms use our own SFU if the host says so") {
  ProxiedSite site(MediaBackendRule::embedded);
  Person aigul = site.person("aigul");
  CHECK(generationIn(aigul.state) != 0);
  CHECK_FALSE(isUpstreams(opened(aigul)));
  CHECK(site.api.upstream.connections() == 0);
}

TEST_CASE("a room that starts while the upstream is down uses our own SFU, until it is empty") {
  ProxiedSite site;
  site.api.say("sessions/new", 500, "");
  Person aigul = site.person("aigul");
  Person bulat = site.person("bulat");
  CHECK_FALSE(isUpstreams(opened(aigul)));
  aigul.socket().awaitState([](const Json& state) { return generationIn(state) != 0; });
  CHECK(userIn(aigul.publish(aigul.session + "/t"), "aigul")["tracks"]["video"] == aigul.session + "/t");
  site.api.recover();
  // All of a room are on one SFU.
  CHECK_FALSE(isUpstreams(opened(bulat)));
  Person elsewhere = site.person("elsewhere", "other");
  CHECK(isUpstreams(opened(elsewhere)));

  bulat.leave();
  aigul.leave();
  Person next = site.person("next");
  CHECK(generationIn(next.state) == 0);
  CHECK(isUpstreams(opened(next)));
}

TEST_CASE("a call moves to our own SFU when the upstream opens no session for it any more") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  const std::string old = opened(aigul);
  REQUIRE(isUpstreams(old));
  aigul.publish(old + "/t");
  site.api.say("sessions/new", 500, "");
  Person bulat = site.person("bulat");
  CHECK_FALSE(isUpstreams(opened(bulat)));
  const Json moved = aigul.socket().awaitState([](const Json& state) { return generationIn(state) != 0; });
  // Until she has moved, what she has there is hers, and goes on.
  CHECK(userIn(moved, "aigul")["tracks"]["video"] == old + "/t");
  CHECK(aigul.call("PUT", "renegotiate", kAnswer).status == 200);
  CHECK(site.api.upstream.requests().back().target.find("/sessions/" + old + "/renegotiate") != std::string::npos);
  aigul.publish(old + "/u");

  CHECK_FALSE(isUpstreams(opened(aigul)));
  CHECK(userIn(aigul.publish(aigul.session + "/t"), "aigul")["tracks"]["video"] == aigul.session + "/t");
  site.api.recover();
  CHECK_FALSE(isUpstreams(opened(bulat)));
}

TEST_CASE("a refusal that is not the upstream's own fault moves nobody") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  opened(aigul);
  Person bulat = site.person("bulat");
  for (const unsigned status : {400U, 406U, 429U}) {
    CAPTURE(status);
    site.api.say("sessions/new", status, "{}");
    CHECK(bulat.open().status > 400);
    site.api.recover();
    CHECK(isUpstreams(opened(bulat)));
  }
}

TEST_CASE("a room does not move if the host allows the upstream only") {
  ProxiedSite site(MediaBackendRule::cloudflare);
  Person aigul = site.person("aigul");
  opened(aigul);
  site.api.say("sessions/new", 500, "");
  Person bulat = site.person("bulat");
  CHECK(bulat.open().status == 503);
  CHECK(generationIn(aigul.publish()) == 0);
}

TEST_CASE("two who come at once, and whose sessions fare differently, are on one SFU") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  Person bulat = site.person("bulat");
  UpstreamAnswer late;
  late.status = 201;
  late.body = R"({"sessionId":"up-late"})";
  std::promise<void> failed;
  site.api.onRequest([&, wait = failed.get_future().share()](const UpstreamRequest& request) {
    if (request.connection == 1) wait.wait();
  });
  site.api.say("sessions/new", late);
  auto first = std::async(std::launch::async, [&aigul] { return opened(aigul); });
  site.api.upstream.waitForRequests(1);
  site.api.say("sessions/new", 500, "");
  CHECK_FALSE(isUpstreams(opened(bulat)));
  // By now the script has changed: what is let go is what the first one was to be told.
  site.api.say("sessions/new", late);
  failed.set_value();
  CHECK_FALSE(isUpstreams(first.get()));
  site.api.onRequest({});
}

TEST_CASE("a restart of the server does not end the sessions upstream") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  Person bulat = site.person("bulat");
  const std::string session = opened(aigul);
  const std::string track = session + "/t";
  opened(bulat);
  bulat.publish(bulat.session + "/b");
  aigul.publish(track);
  site.server->stop();
  const std::size_t before = site.api.upstream.requests().size();
  site.server->start();

  aigul.enter(site.server->port());
  CHECK(userIn(aigul.state, "aigul")["tracks"]["video"] == track);
  CHECK(generationIn(aigul.state) == 0);
  // With the lock from before.
  CHECK(aigul.call("PUT", "renegotiate", kAnswer).status == 200);
  CHECK(userIn(aigul.publish(session + "/u"), "aigul")["tracks"]["video"] == session + "/u");
  // Bulat has not come back yet; he is as he was, and can be pulled from.
  site.api.say("tracks/new", 200,
               R"({"requiresImmediateRenegotiation":true,"tracks":[{"mid":"7","trackName":"b","sessionId":"up-2"}],
                   "sessionDescription":{"type":"offer","sdp":"v=0"}})");
  CHECK(aigul.newTracks(pullOf(bulat.session, "b"))["tracks"][0]["mid"] == "7");
  CHECK(site.api.upstream.requests().size() == before + 2);
}

TEST_CASE("sessions of those who leave are closed upstream") {
  ProxiedSite site;
  Person aigul = site.person("aigul");
  const std::string session = opened(aigul);
  site.api.say("tracks/new", 200,
               R"({"tracks":[{"mid":"0","trackName":"t"}],"sessionDescription":{"type":"answer","sdp":"v=0"}})");
  aigul.newTracks(kPush);
  site.api.say("", 200,
               R"({"tracks":[{"location":"local","mid":"0","trackName":"t","status":"active"},
                   {"location":"remote","mid":"1","trackName":"u","sessionId":"s","status":"inactive"}],"dataChannels":[]})");
  aigul.leave();
  const auto requests = site.api.upstream.waitForRequests(4);
  CHECK(requests[2].method == "GET");
  CHECK(requests[2].target.find("/sessions/" + session + "?") != std::string::npos);
  CHECK(requests[3].method == "PUT");
  CHECK(requests[3].target.find("/sessions/" + session + "/tracks/close?") != std::string::npos);
  CHECK(Json::parse(requests[3].body) == Json::parse(R"({"tracks":[{"mid":"0"},{"mid":"1"}],"force":true})"));
}

}  // namespace
}  // namespace akbuzat::test
