#include "akbuzat/websocket/frame_reader.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "akbuzat/websocket/deflate.hpp"
#include "support/client_frame.hpp"

namespace akbuzat::websocket {
namespace {

using Kind = FrameReader::Kind;
using test::clientFrame;
using test::FrameOptions;

struct Seen {
  Kind kind;
  std::string payload;
  std::uint16_t code = 0;

  friend bool operator==(const Seen&, const Seen&) = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << "{kind " << static_cast<int>(seen.kind) << ", code " << seen.code << ", " << seen.payload.size()
             << " bytes}";
}

/// Feeds `bytes` in pieces of at most `pieceSize` and collects what comes out.
std::vector<Seen> feed(FrameReader& reader, std::string bytes, std::size_t pieceSize = std::string::npos) {
  std::vector<Seen> seen;
  std::span<char> rest{bytes};
  while (!rest.empty()) {
    std::span<char> piece = rest.first(std::min(pieceSize, rest.size()));
    rest = rest.subspan(piece.size());
    for (;;) {
      const FrameReader::Event event = reader.next(piece);
      if (event.kind == Kind::needMore) break;
      seen.push_back({event.kind, std::string{event.payload}, event.code});
    }
    REQUIRE(piece.empty());
  }
  return seen;
}

std::vector<Seen> read(const std::string& bytes, bool deflate = false, std::size_t limit = 1 << 20) {
  FrameReader reader(limit, deflate);
  return feed(reader, bytes);
}

Seen failed(std::uint16_t code) { return {Kind::failed, "", code}; }

const std::string kRussian = "Айгуль";

TEST_CASE("the example of RFC 6455 section 5.7 is read") {
  const std::string hello{"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11};
  CHECK(read(hello) == std::vector<Seen>{{Kind::text, "Hello"}});
}

TEST_CASE("any splitting of the input gives the same messages") {
  const std::string big(70'000, 'x');
  const std::string middle(300, 'y');
  const std::string input =
      clientFrame(Opcode::text, "one") + clientFrame(Opcode::text, middle) + clientFrame(Opcode::ping, "beat") +
      clientFrame(Opcode::text, "") + clientFrame(Opcode::text, big.substr(0, 40'000), {.final = false}) +
      clientFrame(Opcode::pong, "") + clientFrame(Opcode::continuation, "", {.final = false}) +
      clientFrame(Opcode::continuation, big.substr(40'000)) + clientFrame(Opcode::binary, "ignored") +
      clientFrame(Opcode::close, closePayload(1000, "bye"));
  const std::vector<Seen> expected{{Kind::text, "one"}, {Kind::text, middle},      {Kind::ping, "beat"},
                                   {Kind::text, ""},    {Kind::pong, ""},          {Kind::text, big},
                                   {Kind::binary, ""},  {Kind::close, "bye", 1000}};
  for (const std::size_t pieceSize :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1000}, std::string::npos}) {
    FrameReader reader(1 << 20, false);
    CHECK(feed(reader, input, pieceSize) == expected);
  }
}

TEST_CASE("every length around a change of the length's form is read and unmasked") {
  for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 125U, 126U, 127U, 0xFFFFU, 0x10000U}) {
    std::string payload;
    for (std::size_t i = 0; i < size; ++i) payload.push_back(static_cast<char>('a' + i % 26));
    CHECK(read(clientFrame(Opcode::text, payload)) == std::vector<Seen>{{Kind::text, payload}});
  }
}

TEST_CASE("a length that is not in its shortest form is a protocol error") {
  CHECK(read(clientFrame(Opcode::text, "short", {.lengthBytes = 2})) == std::vector{failed(1002)});
  CHECK(read(clientFrame(Opcode::text, std::string(300, 'x'), {.lengthBytes = 8})) == std::vector{failed(1002)});
  // The highest bit of a 64-bit length.
  CHECK(read(std::string{"\x81\xff\x80\0\0\0\0\0\0\0....", 14}) == std::vector{failed(1002)});
}

TEST_CASE("frames that a client must not send are protocol errors") {
  const std::vector error{failed(1002)};
  CHECK(read(clientFrame(Opcode::text, "x", {.masked = false})) == error);
  CHECK(read(clientFrame(Opcode::text, "x", {.reserved = 0x40})) == error);
  CHECK(read(clientFrame(Opcode::text, "x", {.reserved = 0x20})) == error);
  CHECK(read(clientFrame(Opcode::text, "x", {.reserved = 0x10})) == error);
  CHECK(read(clientFrame(Opcode::text, "x", {.reserved = 0x20}), true) == error);
  CHECK(read(clientFrame(static_cast<Opcode>(3), "x")) == error);
  CHECK(read(clientFrame(static_cast<Opcode>(0xB), "x")) == error);
  CHECK(read(clientFrame(Opcode::continuation, "x")) == error);
  CHECK(read(clientFrame(Opcode::text, "x", {.final = false}) + clientFrame(Opcode::text, "y")) == error);
  CHECK(read(clientFrame(Opcode::ping, "x", {.final = false})) == error);
  CHECK(read(clientFrame(Opcode::ping, "x", {.reserved = 0x40}), true) == error);
  CHECK(read(clientFrame(Opcode::ping, std::string(126, 'x'))) == error);
  // RSV1 belongs to the first frame of a message (RFC 7692 section 6.1).
  CHECK(read(clientFrame(Opcode::text, "x", {.final = false}) +
                 clientFrame(Opcode::continuation, "y", {.reserved = 0x40}),
             true) == error);
}

TEST_CASE("nothing is read after a failure or a close") {
  FrameReader reader(100, false);
  CHECK(feed(reader, clientFrame(static_cast<Opcode>(3), "") + clientFrame(Opcode::text, "x")) ==
        std::vector{failed(1002)});
  CHECK(feed(reader, clientFrame(Opcode::text, "x")).empty());
  FrameReader closed(100, false);
  CHECK(feed(closed, clientFrame(Opcode::close, "") + clientFrame(Opcode::text, "x")) ==
        std::vector<Seen>{{Kind::close, "", 1005}});
  CHECK(feed(closed, clientFrame(Opcode::text, "x")).empty());
}

TEST_CASE("close frames are checked") {
  CHECK(read(clientFrame(Opcode::close, "x")) == std::vector{failed(1002)});
  for (const std::uint16_t code :
       std::initializer_list<std::uint16_t>{0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    CHECK(read(clientFrame(Opcode::close, closePayload(code, ""))) == std::vector{failed(1002)});
  for (const std::uint16_t code :
       std::initializer_list<std::uint16_t>{1000, 1001, 1003, 1007, 1012, 1014, 3000, 4429, 4999})
    CHECK(read(clientFrame(Opcode::close, closePayload(code, "да"))) == std::vector<Seen>{{Kind::close, "да", code}});
  CHECK(read(clientFrame(Opcode::close, closePayload(1000, "\xFF"))) == std::vector{failed(1007)});
}

TEST_CASE("text is UTF-8 as a whole message, wherever its fragments end") {
  for (std::size_t cut = 0; cut <= kRussian.size(); ++cut) {
    CHECK(read(clientFrame(Opcode::text, kRussian.substr(0, cut), {.final = false}) +
               clientFrame(Opcode::ping, "\xFF") + clientFrame(Opcode::continuation, kRussian.substr(cut))) ==
          std::vector<Seen>{{Kind::ping, "\xFF"}, {Kind::text, kRussian}});
  }
  CHECK(read(clientFrame(Opcode::text, kRussian.substr(1))) == std::vector{failed(1007)});
  CHECK(read(clientFrame(Opcode::text, "a\xC0\x80")) == std::vector{failed(1007)});
  CHECK(read(clientFrame(Opcode::text, "\xED\xA0\x80")) == std::vector{failed(1007)});
  CHECK(read(clientFrame(Opcode::text, kRussian.substr(0, 3), {.final = false}) +
             clientFrame(Opcode::continuation, "x")) == std::vector{failed(1007)});
  CHECK(read(clientFrame(Opcode::binary, "\xFF\xC0")) == std::vector<Seen>{{Kind::binary, ""}});
}

TEST_CASE("the size limit counts all fragments and holds before the payload comes") {
  const std::string limit(1000, 'x');
  CHECK(read(clientFrame(Opcode::text, limit), false, 1000) == std::vector<Seen>{{Kind::text, limit}});
  CHECK(read(clientFrame(Opcode::text, limit + "x"), false, 1000) == std::vector{failed(1009)});
  CHECK(read(clientFrame(Opcode::binary, limit + "x"), false, 1000) == std::vector{failed(1009)});
  CHECK(read(clientFrame(Opcode::text, limit, {.final = false}) + clientFrame(Opcode::continuation, "x"), false,
             1000) == std::vector{failed(1009)});
  // Only a header, which promises 2^63 - 1 bytes.
  CHECK(read(std::string{"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff....", 14}) == std::vector{failed(1009)});
  // The limit is a message's, not a connection's.
  CHECK(read(clientFrame(Opcode::text, limit) + clientFrame(Opcode::text, limit), false, 1000).size() == 2);
}

TEST_CASE("compressed messages are inflated") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "Айгуль и Kevin ";
  const std::string payload = deflatePayload(text);
  REQUIRE_FALSE(payload.empty());
  const std::string whole = clientFrame(Opcode::text, payload, {.reserved = 0x40});
  CHECK(read(whole, true) == std::vector<Seen>{{Kind::text, text}});

  const std::string inFragments = clientFrame(Opcode::text, payload.substr(0, 5), {.final = false, .reserved = 0x40}) +
                                  clientFrame(Opcode::ping, "p") + clientFrame(Opcode::continuation, payload.substr(5));
  for (const std::size_t pieceSize : {std::size_t{1}, std::string::npos}) {
    FrameReader reader(1 << 20, true);
    CHECK(feed(reader, inFragments + whole + clientFrame(Opcode::text, "plain"), pieceSize) ==
          std::vector<Seen>{{Kind::ping, "p"}, {Kind::text, text}, {Kind::text, text}, {Kind::text, "plain"}});
  }
}

TEST_CASE("the examples of RFC 7692 section 7.2.3 are inflated") {
  const auto compressed = [](std::string_view payload) {
    return clientFrame(Opcode::text, payload, {.reserved = 0x40});
  };
  const std::vector<Seen> hello{{Kind::text, "Hello"}};
  CHECK(read(compressed({"\xf2\x48\xcd\xc9\xc9\x07\x00", 7}), true) == hello);
  // A stored block, a final block, and two blocks.
  CHECK(read(compressed({"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11}), true) == hello);
  CHECK(read(compressed({"\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8}), true) == hello);
  CHECK(read(compressed({"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13}), true) == hello);
  CHECK(read(compressed({"\x00", 1}), true) == std::vector<Seen>{{Kind::text, ""}});
}

TEST_CASE("a small message that inflates beyond the limit is refused") {
  const std::string zeros(4 << 20, '0');
  const std::string bomb = deflatePayload(zeros);
  REQUIRE(bomb.size() < 30'000);
  CHECK(read(clientFrame(Opcode::text, bomb, {.reserved = 0x40}), true, 1 << 20) == std::vector{failed(1009)});
  CHECK(read(clientFrame(Opcode::text, deflatePayload(zeros.substr(0, 1 << 20)), {.reserved = 0x40}), true, 1 << 20)
            .at(0)
            .kind == Kind::text);
  CHECK(read(clientFrame(Opcode::text, deflatePayload(zeros.substr(0, (1 << 20) + 1)), {.reserved = 0x40}), true,
             1 << 20) == std::vector{failed(1009)});
}

TEST_CASE("what is not DEFLATE is refused, and so is what inflates to bad UTF-8") {
  CHECK(read(clientFrame(Opcode::text, "\xFF\xFF\xFF\xFF garbage", {.reserved = 0x40}), true) ==
        std::vector{failed(1007)});
  std::string bad(1000, 'x');
  bad += '\xFF';
  CHECK(read(clientFrame(Opcode::text, deflatePayload(bad), {.reserved = 0x40}), true) == std::vector{failed(1007)});
}

}  // namespace
}  // namespace akbuzat::websocket
