#include "http/router.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

namespace akbuzat::http {
namespace {

/// Keeps the answer that it gets.
struct Sink final : AnswerSink {
  void answer(std::uint64_t number, Response response) override {
    ++answers;
    serial = number;
    last = std::move(response);
  }
  int answers = 0;
  std::uint64_t serial = 0;
  std::optional<Response> last;
};

struct Fixture {
  Router router;

  Fixture() {
    const auto say = [](std::string text) {
      return [text](const Request& request, Responder responder) { responder(textResponse(200, text + request.room)); };
    };
    router.add("GET", "/", say("home"));
    router.add("POST", "/", say("form"));
    router.add("GET", "/new", say("new"));
    router.add("POST", "/api/reportRefresh", say("report"));
    router.add("GET", "/parties/rooms/{room}/*", say("socket "));
    router.add("PUT", "/v1/{app}/{session}/close", [](const Request& request, Responder responder) {
      responder(textResponse(200, request.app + "|" + request.session + "|" + request.room));
    });
    router.add("GET", "/{room}", say("lobby "));
    router.add("GET", "/{room}/room", say("inside "));
    router.setFallback(say("nothing"));
  }

  Response go(std::string method, std::string path) const {
    const auto sink = std::make_shared<Sink>();
    Request request;
    request.method = std::move(method);
    request.path = std::move(path);
    router.route(request, Responder(sink, 1));
    REQUIRE(sink->answers == 1);
    return std::move(*sink->last);
  }
  [[nodiscard]] std::string get(std::string path) const { return go("GET", std::move(path)).body; }
};

TEST_CASE_METHOD(Fixture, "the first pattern that fits answers") {
  CHECK(get("/") == "home");
  CHECK(go("POST", "/").body == "form");
  CHECK(go("HEAD", "/").body == "home");
  CHECK(get("/new") == "new");
  CHECK(get("/news") == "lobby news");
  CHECK(get("/robots.txt") == "lobby robots.txt");
  CHECK(get("/my-room/") == "lobby my-room");
  CHECK(get("/%D0%B9/room") == "inside %D0%B9");
  CHECK(get("/a/b") == "nothing");
  CHECK(get("/a/b/room") == "nothing");
  CHECK(get("//") == "nothing");
  CHECK(get("/parties/rooms/r") == "socket r");
  CHECK(get("/parties/rooms/r/any/thing") == "socket r");
  CHECK(get("/parties/rooms") == "nothing");
  CHECK(get("/parties/rooms//x") == "nothing");
}

TEST_CASE_METHOD(Fixture, "a wrong method is told which ones are right") {
  const Response get = go("GET", "/api/reportRefresh");
  CHECK(get.status == 400);
  CHECK(get.fields.find("Allow: POST\r\n") != std::string::npos);
  CHECK(go("HEAD", "/api/reportRefresh").status == 400);
  const Response post = go("POST", "/new");
  CHECK(post.status == 405);
  CHECK(post.fields.find("Allow: GET, HEAD\r\n") != std::string::npos);
  CHECK(post.fields.find("application/json; charset=utf-8") != std::string::npos);
  CHECK(go("DELETE", "/").fields.find("Allow: GET, HEAD, POST\r\n") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "identifiers of a path are handed on, and nothing else passes for one") {
  CHECK(go("PUT", "/v1/app_1/S-2/close").body == "app_1|S-2|");
  CHECK(go("PUT", "/v1/a/" + std::string(64, 'x') + "/close/").body == "a|" + std::string(64, 'x') + "|");
  for (const std::string& path :
       {std::string{"/v1/a/b"}, std::string{"/v1/a//close"}, std::string{"/v1/a/../close"},
        std::string{"/v1/a/%62/close"}, std::string{"/v1/a/b.c/close"}, "/v1/a/" + std::string(65, 'x') + "/close"})
    CHECK(go("PUT", path).body == "nothing");
}

TEST_CASE("room names are one segment of sound encoding") {
  CHECK(isRoomName("a"));
  CHECK(isRoomName("%D0%B9%20x"));
  CHECK(isRoomName(std::string(256, 'x')));
  for (const std::string& name : {std::string{}, std::string(257, 'x'), std::string{"."}, std::string{".."},
                                  std::string{"%"}, std::string{"%2"}, std::string{"%zz"}, std::string{"%00"},
                                  std::string{"%0A"}, std::string{"%FF"}, std::string{"a b"}, std::string{"й"}})
    CHECK_FALSE(isRoomName(name));
}

TEST_CASE("a responder answers once, and 500 if it is forgotten") {
  const auto sink = std::make_shared<Sink>();
  { const Responder forgotten(sink, 7); }
  CHECK(sink->answers == 1);
  CHECK(sink->serial == 7);
  CHECK(sink->last->status == 500);
  {
    Responder first(sink, 8);
    Responder second(std::move(first));
    second(emptyResponse(201));
    second(emptyResponse(202));
  }
  CHECK(sink->answers == 2);
  CHECK(sink->last->status == 201);
}

TEST_CASE("a responder outlives its connection") {
  auto sink = std::make_shared<Sink>();
  Responder responder(sink, 1);
  sink.reset();
  responder(emptyResponse(200));
}

TEST_CASE("nothing breaks out of a header line") {
  Response response;
  response.add("Location", "/x\r\nSet-Cookie: a=b");
  CHECK(response.fields == "Location: /xSet-Cookie: a=b\r\n");
}

}  // namespace
}  // namespace akbuzat::http
