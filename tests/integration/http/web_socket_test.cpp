#include <string>

#include <catch2/catch.hpp>

#include "akbuzat/websocket/deflate.hpp"
#include "site_under_test.hpp"
#include "support/client_frame.hpp"
#include "support/server_frame.hpp"

namespace akbuzat::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using websocket::Opcode;

const std::string kHeartbeat = R"({"type":"heartbeat"})";

json joined() {
  return {{"type", "userUpdate"},
          {"user",
           {{"id", ""},
            {"name", ""},
            {"joined", true},
            {"raisedHand", false},
            {"speaking", false},
            {"tracks", json::object()}}}};
}

bool isJoined(const json& state, const std::string& id) {
  const json user = userIn(state, id);
  return user.is_object() && user.at("joined") == true;
}

/// Skips room states and the like until a close frame, and returns its payload; "none" if there is none.
std::string readClose(RawClient& client) {
  for (;;) {
    const ServerFrame frame = readFrame(client);
    if (frame.first == 0x88) return frame.payload;
    if (frame.first == 0) return "none";
  }
}

std::string code(std::uint16_t number) { return websocket::closePayload(number, ""); }

TEST_CASE("the handshake of RFC 6455 is answered as there") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send(site.handshake("a", "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"));
  const HttpAnswer answer = client.read(true);
  CHECK(answer.status == 101);
  CHECK(answer.headers.at("upgrade") == "websocket");
  CHECK(answer.headers.at("connection") == "Upgrade");
  CHECK(answer.headers.at("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(answer.headers.at("sec-websocket-extensions") ==
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
  CHECK(answer.headers.count("sec-websocket-protocol") == 0);
  CHECK(answer.headers.count("content-length") == 0);
}

TEST_CASE("who may not open a socket is told why") {
  SiteUnderTest site;
  const std::string cookie = takeName(site.port(), "Kevin");
  const auto ask = [&](std::map<std::string, std::string> changes, const std::string& target = "/parties/rooms/r") {
    std::map<std::string, std::string> headers{{"Cookie", cookie},
                                               {"Connection", "Upgrade"},
                                               {"Upgrade", "websocket"},
                                               {"Sec-WebSocket-Version", "13"},
                                               {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    for (auto& [name, value] : changes) headers[name] = value;
    return site.get(target, headers);
  };
  const HttpAnswer nobody = ask({{"Cookie", ""}});
  CHECK(nobody.status == 401);
  CHECK(nobody.body.empty());
  CHECK(ask({{"Upgrade", ""}}).status == 404);
  CHECK(ask({{"Connection", "keep-alive"}}).status == 404);
  CHECK(ask({{"Sec-WebSocket-Version", "8"}}).status == 426);
  CHECK(ask({{"Sec-WebSocket-Version", "8"}}).headers.at("sec-websocket-version") == "13");
  CHECK(ask({{"Sec-WebSocket-Key", "short"}}).status == 400);
  CHECK(ask({{"Origin", "https://evil.example"}}).status == 403);
  CHECK(ask({{"Origin", "null"}}).status == 403);
  CHECK(ask({{"Origin", "http://127.0.0.1"}}).status == 403);
  for (const char* id : {"_pk=", "_pk=a%20b", "_pk=%zz", "x=1&_pk=a.b"})
    CHECK(ask({}, std::string{"/parties/rooms/r?"} + id).status == 400);
  CHECK(ask({}, "/parties/rooms/r?_pk=" + std::string(65, 'x')).status == 400);
  CHECK(ask({}, "/parties/rooms/%00").status == 404);
  CHECK(ask({}, "/parties/other/r").status == 404);
  CHECK(site.post("/parties/rooms/r", "").status == 405);
}

TEST_CASE("the own origin and any further path are taken") {
  SiteUnderTest site;
  const std::string host = "127.0.0.1:" + std::to_string(site.port());
  // Also https: the browser may speak it to a proxy that we know nothing of.
  for (const std::string scheme : {"http://", "https://"})
    site.enter("a", {.headers = {{"Origin", scheme + host}}}).receive("roomState");
  const std::string cookie = takeName(site.port(), "Kevin");
  WebSocketClient client(site.port(), "/parties/rooms/r/more/of/it", {.headers = {{"Cookie", cookie}}});
  const json state = client.awaitState([](const json& s) { return s.at("users").size() == 2; });
  // Who brings no id is given one.
  bool made = false;
  for (const json& user : state.at("users")) made = made || user.at("id").get<std::string>().size() == 21;
  CHECK(made);
}

TEST_CASE("with PUBLIC_URL only that origin is taken") {
  SiteUnderTest site([](config::Config& config) { config.publicUrl = "https://meet.example.org"; });
  site.enter("a", {.headers = {{"Origin", "https://meet.example.org"}}}).receive("roomState");
  CHECK_THROWS_AS(site.enter("a", {.headers = {{"Origin", "http://127.0.0.1:" + std::to_string(site.port())}}}),
                  HandshakeRefused);
}

TEST_CASE("messages of every size cross in both directions, compressed and not") {
  SiteUnderTest site;
  for (const bool deflate : {false, true}) {
    WebSocketClient a = site.enter("a", {.deflate = deflate});
    WebSocketClient b = site.enter("b", {.deflate = !deflate});
    a.send(joined());
    b.send(joined());
    a.awaitState([](const json& s) { return isJoined(s, "b"); });
    for (const std::size_t size : {0U, 1U, 100U, 125U, 126U, 1000U, 20'000U, 65'000U}) {
      const std::string text(size, 'x');
      a.send({{"type", "p2pSignal"}, {"to", "b"}, {"signal", text}});
      CHECK(b.receive("p2pSignal").at("signal") == text);
    }
    a.close();
    b.close();
  }
}

TEST_CASE("fragments, pings between them and frames sent with the handshake are understood") {
  SiteUnderTest site;
  RawClient client(site.port());
  client.send(site.handshake("a") + clientFrame(Opcode::ping, "early"));
  CHECK(client.read(true).status == 101);
  const auto nextBut = [&client](unsigned skipped) {
    ServerFrame frame = readFrame(client);
    while (frame.first == skipped) frame = readFrame(client);
    return frame;
  };
  CHECK(nextBut(0x81).payload == "early");
  client.send(clientFrame(Opcode::text, "{\"type\":", {.final = false}) + clientFrame(Opcode::ping, "between") +
              clientFrame(Opcode::continuation, "\"nonsense\"}"));
  CHECK(nextBut(0x81).payload == "between");
  std::string answer;
  while (answer.find("unknown_type") == std::string::npos) answer = readFrame(client).payload;
}

TEST_CASE("a bad message gets an error and the socket stays") {
  SiteUnderTest site;
  WebSocketClient client = site.enter("a");
  for (const char* text : {"", "{", "[]", "null", "{\"type\":7}"}) {
    client.sendText(text);
    CHECK(client.receive("error").at("code") == "bad_message");
  }
  client.sendBinary("\xFF\xFE");
  client.sendText(R"({"type":"partyserver-ping"})");
  client.receive("partyserver-pong");
}

TEST_CASE("broken frames close the socket with the right code") {
  SiteUnderTest site([](config::Config& config) { config.webSocket.maxMessageBytes = 10'000; });
  const auto closeFor = [&site](const std::string& bytes) {
    RawClient client = site.enterRaw("a", {}, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    client.send(bytes);
    const std::string payload = readClose(client);
    CHECK(client.readToEnd().empty());
    return payload;
  };
  CHECK(closeFor(clientFrame(Opcode::text, "x", {.masked = false})) == code(1002));
  CHECK(closeFor(clientFrame(Opcode::text, "\xFF")) == code(1007));
  CHECK(closeFor(clientFrame(Opcode::text, std::string(10'001, 'x'))) == code(1009));
  const std::string bomb = websocket::deflatePayload(std::string(1 << 20, '0'));
  CHECK(closeFor(clientFrame(Opcode::text, bomb, {.reserved = 0x40})) == code(1009));
  CHECK(closeFor(clientFrame(Opcode::close, code(1001))) == code(1001));
  CHECK(closeFor(clientFrame(Opcode::close, "")) == code(1000));
  CHECK(closeFor(clientFrame(Opcode::close, code(1005))) == code(1002));
}

TEST_CASE("a burst of messages is let through, more gets an error and a close that tells not to come back") {
  SiteUnderTest site([](config::Config& config) { config.webSocket.messagesPerSecond = 0.1; });
  WebSocketClient client = site.enter("a");
  for (int i = 0; i < 2; ++i) {
    client.sendText(R"({"type":"partyserver-ping"})");
    client.receive("partyserver-pong");
  }
  client.sendText(kHeartbeat);
  CHECK(client.receive("error").at("code") == "rate_limited");
  const SocketClosed closed = client.awaitClose();
  CHECK(closed.code == 4429);
  CHECK(closed.reason == "tooManyMessages");
}

TEST_CASE("a silent client is pinged, and its pong is a heartbeat") {
  SiteUnderTest site([](config::Config& config) { config.webSocket.pingInterval = 100ms; });
  RawClient client = site.enterRaw("a");
  for (int i = 0; i < 3; ++i) {
    ServerFrame frame = readFrame(client);
    while (frame.first == 0x81) frame = readFrame(client);
    REQUIRE(frame.first == 0x89);
    client.send(clientFrame(Opcode::pong, frame.payload));
  }
}

TEST_CASE("a client that does not read is dropped, and nobody else notices") {
  SiteUnderTest site([](config::Config& config) {
    config.webSocket.maxQueuedBytes = 200'000;
    config.webSocket.messagesPerSecond = 0;
  });
  RawClient slow = site.enterRaw("slow", {.receiveBuffer = 4096});
  slow.send(clientFrame(Opcode::text, joined().dump()));
  WebSocketClient sender = site.enter("sender");
  WebSocketClient reader = site.enter("reader");
  sender.send(joined());
  reader.send(joined());
  sender.awaitState([](const json& s) { return isJoined(s, "slow") && isJoined(s, "reader"); });
  const std::string payload(50'000, 'x');
  // Until the slow one is gone from the room; the system's buffers take some megabytes first.
  int sent = 0;
  bool gone = false;
  while (!gone) {
    REQUIRE(sent < 2000);
    sender.send({{"type", "e2eeMlsMessage"}, {"payload", std::to_string(sent++) + payload}});
    const json message = reader.receive("e2eeMlsMessage");
    REQUIRE(message.at("payload").get<std::string>().starts_with(std::to_string(sent - 1)));
    if (sent % 50 == 0) {
      // The drop is a reset: writing to it fails from then on.
      gone = !slow.send(clientFrame(Opcode::text, kHeartbeat)) || !slow.send(clientFrame(Opcode::text, kHeartbeat));
    }
  }
  CHECK(slow.readToEnd().size() < static_cast<std::size_t>(sent) * payload.size());
  sender.sendText(R"({"type":"partyserver-ping"})");
  sender.receive("partyserver-pong");
}

TEST_CASE("a sender that floods waits for the room, and loses nothing") {
  SiteUnderTest site([](config::Config& config) { config.webSocket.messagesPerSecond = 0; });
  RawClient sender = site.enterRaw("sender", {}, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  WebSocketClient reader = site.enter("reader");
  reader.send(joined());
  sender.send(clientFrame(Opcode::text, joined().dump()));
  reader.awaitState([](const json& s) { return isJoined(s, "sender"); });
  // Small on the wire, large inside: a batch ends at a megabyte and the rest has to wait its turn.
  std::string frames;
  for (int i = 0; i < 60; ++i) {
    const std::string text =
        json{{"type", "e2eeMlsMessage"}, {"payload", std::to_string(i) + std::string(200'000, 'z')}}.dump();
    frames += clientFrame(Opcode::text, websocket::deflatePayload(text), {.reserved = 0x40});
  }
  sender.send(frames);
  for (int i = 0; i < 60; ++i)
    REQUIRE(reader.receive("e2eeMlsMessage").at("payload").get<std::string>().starts_with(std::to_string(i) + "z"));
}

}  // namespace
}  // namespace akbuzat::test
