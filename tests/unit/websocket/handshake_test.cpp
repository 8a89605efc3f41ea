#include "akbuzat/websocket/handshake.hpp"

#include <catch2/catch.hpp>

namespace akbuzat::websocket {
namespace {

const std::string kAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

HandshakeFields goodFields() {
  return {.connection = "keep-alive, Upgrade",
          .upgrade = "websocket",
          .version = "13",
          .key = "dGhlIHNhbXBsZSBub25jZQ==",
          .extensions = ""};
}

TEST_CASE("the key of RFC 6455 section 1.3 is accepted as there") {
  CHECK(acceptKey("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  const HandshakeAnswer answer = answerHandshake(goodFields());
  CHECK_FALSE(answer.error.has_value());
  CHECK(answer.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(answer.extensions.empty());
}

TEST_CASE("a request asks for WebSocket with both fields, in any case and list") {
  HandshakeFields fields = goodFields();
  CHECK(wantsWebSocket(fields));
  fields.upgrade = "h2c, WebSocket";
  fields.connection = "UPGRADE";
  CHECK(wantsWebSocket(fields));
  fields.connection = "keep-alive";
  CHECK_FALSE(wantsWebSocket(fields));
  fields.connection = "upgrade";
  fields.upgrade = "websocket2";
  CHECK_FALSE(wantsWebSocket(fields));
  fields.upgrade = "";
  CHECK_FALSE(wantsWebSocket(fields));
}

TEST_CASE("another version and a bad key are refused") {
  HandshakeFields fields = goodFields();
  for (const char* version : {"", "8", "14", "13, 8", "0x13"}) {
    fields.version = version;
    CHECK(answerHandshake(fields).error == HandshakeError::unsupportedVersion);
  }
  fields.version = " 13 ";
  for (const char* key : {"", "dGhlIHNhbXBsZSBub25jZQ", "AAAAAAAAAAAAAAAAAAAAAAAA", "????????????????????????",
                          "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="}) {
    fields.key = key;
    CHECK(answerHandshake(fields).error == HandshakeError::badKey);
  }
}

TEST_CASE("permessage-deflate is taken in the forms that browsers offer") {
  CHECK(negotiateDeflate("permessage-deflate") == kAnswer);
  CHECK(negotiateDeflate("permessage-deflate; client_max_window_bits") == kAnswer);
  CHECK(negotiateDeflate("Permessage-Deflate;client_max_window_bits=\"12\"; server_no_context_takeover") == kAnswer);
  CHECK(negotiateDeflate("x-webkit-deflate-frame, permessage-deflate; client_no_context_takeover") == kAnswer);
  CHECK(negotiateDeflate("permessage-deflate; server_max_window_bits=15") == kAnswer + "; server_max_window_bits=15");
}

TEST_CASE("offers that cannot be met are passed over for the next one") {
  CHECK(negotiateDeflate("").empty());
  CHECK(negotiateDeflate("permessage-bzip2").empty());
  CHECK(negotiateDeflate("permessage-deflate; server_max_window_bits=10").empty());
  CHECK(negotiateDeflate("permessage-deflate; server_max_window_bits=10, permessage-deflate") == kAnswer);
  for (const char* parameters :
       {"server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=015", "client_max_window_bits=16",
        "client_max_window_bits=", "server_no_context_takeover=1", "client_no_context_takeover=true", "unknown",
        "client_no_context_takeover; client_no_context_takeover", "client_max_window_bits; client_max_window_bits=9",
        ";"})
    CHECK(negotiateDeflate(std::string{"permessage-deflate; "} + parameters).empty());
}

}  // namespace
}  // namespace akbuzat::websocket
